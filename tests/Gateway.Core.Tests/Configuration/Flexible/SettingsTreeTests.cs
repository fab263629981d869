using Gateway.Core.Configuration.Flexible;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Flexible;

public sealed class SettingsTreeTests
{
    private readonly FlexibleLimits _limits = new() { Depth = 10, Findings = 3 };

    [Fact]
    public void A_written_tree_keeps_the_spelling_of_numbers_and_a_line_for_each()
    {
        var tree = JsonConfigReader.Read("a.json", """{"a":[1e3,-2.50,{"b":[12345678901234567890123]}],"c":1.0}""", new ConfigDiagnostics())!;

        Assert.Equal(
            "{\n  \"a\": [\n    1e3,\n    -2.50,\n    {\n      \"b\": [\n        12345678901234567890123\n      ]\n    }\n  ],\n  \"c\": 1.0\n}\n",
            new DocumentWriter(hidesSecrets: false).Write(tree));
    }

    [Fact, Spec("CFG-118", "CFG-121")]
    public void Objects_of_one_place_are_merged()
    {
        var tree = Tree(allowOverwrite: false, out var findings);

        tree.Add(["foo"], Node("foo.json", """{"a":1,"deep":{"x":true}}"""));
        tree.Add(["foo", "common"], Node("foo/common.json", """["c"]"""));
        tree.Add(["foo"], Node("foo.yaml", """{"b":2,"deep":{"y":null}}"""));

        Assert.False(findings.HasErrors);
        Assert.Equal("""{"foo":{"a":1,"b":2,"common":["c"],"deep":{"x":true,"y":null}}}""", Text(tree));
    }

    [Fact, Spec("CFG-120")]
    public void A_later_value_replaces_an_earlier_one_by_attribute_where_that_is_allowed()
    {
        var tree = Tree(allowOverwrite: true, out var findings);

        tree.Add(["c"], Node("common/c.yaml", """{"host":"localhost","port":1234,"tags":["a"],"o":{"k":1}}"""));
        tree.Add(["c"], Node("production/c.yaml", """{"host":"myserver.com","tags":[],"o":"flat"}"""));

        Assert.False(findings.HasErrors);
        Assert.Equal("""{"c":{"host":"myserver.com","o":"flat","port":1234,"tags":[]}}""", Text(tree));
    }

    [Fact, Spec("CFG-120")]
    public void Two_values_for_one_place_name_both_files_where_it_is_not()
    {
        var tree = Tree(allowOverwrite: false, out var findings);

        tree.Add(["c"], Node("a.json", """{"host":"one"}"""));
        tree.Add(["c"], Node("b.json", """{"host":"two"}"""));

        var error = Reported(findings);
        Assert.Contains("- b.json:1:2: c.host has a value already, from a.json:1:2;", error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-119")]
    public void A_file_without_key_is_merged_into_the_root_and_must_be_an_object()
    {
        var tree = Tree(allowOverwrite: false, out var findings);

        tree.Add([], Node("root.json", """{"name":"n"}"""));
        tree.Add([], Node("list.json", "[1]"));

        Assert.Equal("""{"name":"n"}""", Text(tree));
        Assert.Contains("- list.json:1:1: a file listed by its name becomes the root", Reported(findings), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_equal_names_in_one_file_the_last_counts_and_is_no_clash()
    {
        var tree = Tree(allowOverwrite: false, out var findings);

        tree.Add(["a"], Node("a.json", """{"k":1,"k":2}"""));
        tree.Add(["a"], Node("b.json", """{"l":3,"l":4}"""));

        Assert.False(findings.HasErrors);
        Assert.Equal("""{"a":{"k":2,"l":4}}""", Text(tree));
    }

    [Fact]
    public void Deep_files_are_refused()
    {
        var tree = Tree(allowOverwrite: false, out var findings);

        tree.Add(["a"], Node("deep.json", new string('[', 10) + new string(']', 10)));

        Assert.Contains("- deep.json:1:10: more than 10 levels of nesting", Reported(findings), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-068")]
    public void Findings_come_as_one_list_that_is_bounded()
    {
        var findings = new SettingsFindings(_limits);
        for (var i = 0; i < 5; i++)
            findings.Add(new SourcePosition($"f{i}.json", i, 1), "bad");

        Assert.Equal("loading flexible-config settings:\n- f0.json: bad\n- f1.json:1:1: bad\n- f2.json:2:1: bad\n… and 2 more", Reported(findings));
    }

    private SettingsTree Tree(bool allowOverwrite, out SettingsFindings findings) => new(allowOverwrite, findings = new SettingsFindings(_limits), _limits);

    private static ConfigNode Node(string file, string json) => JsonConfigReader.Read(file, json, new ConfigDiagnostics())!;

    private static string Text(SettingsTree tree) => System.Text.Encoding.UTF8.GetString(Core.Configuration.ConfigNodeJson.Write(tree.ToNode()));

    private static string Reported(SettingsFindings findings)
    {
        var diagnostics = new ConfigDiagnostics();
        findings.Report(diagnostics);
        return Assert.Single(diagnostics.All).ToString();
    }
}
