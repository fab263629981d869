using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Configuration.Flexible;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Flexible;

public sealed class ReferencesTests : IDisposable
{
    private readonly FlexibleFolder _folder = new();
    private readonly ConfigDiagnostics _diagnostics = new();

    public void Dispose() => _folder.Dispose();

    [Theory, Spec("CFG-130", "CFG-131")]
    [InlineData("""{"a":{"$ref":"./x/part.json"}}""", """{"a":{"h":["u","v"],"k/~":1}}""")]
    [InlineData("""{"a":[1,{"$ref":"x/part.json#/h"}]}""", """{"a":[1,["u","v"]]}""")]
    [InlineData("""{"a":[{"b":{"$ref":"x/part.json#/h/1"}}]}""", """{"a":[{"b":"v"}]}""")]
    [InlineData("""{"a":{"$ref":"x/part.json#/k~1~0"}}""", """{"a":1}""")]
    [InlineData("""{"a":{"@comment":"why","$ref":"x/part.json#/"}}""", """{"a":{"h":["u","v"],"k/~":1}}""")]
    [InlineData("""{"a":{"$ref":"x/text"}}""", """{"a":"only"}""")]
    [InlineData("""{"b":7,"a":{"$ref":"#/b"}}""", """{"a":7,"b":7}""")]
    public void The_content_of_a_file_takes_the_place_of_its_reference(string document, string expected)
    {
        _folder.With("x/part.json", """{"h":["u","v"],"k/~":1}""").With("x/text", "\"only\"");

        Assert.Equal(expected, Resolve(document));
        Assert.Empty(_diagnostics.All);
    }

    [Fact, Spec("CFG-130")]
    public void What_was_inserted_keeps_the_place_of_its_own_file()
    {
        _folder.With("part.json", "{\n  \"k\": 1\n}");

        var root = ResolveNode("""{"a":{"$ref":"part.json"}}""");

        Assert.Equal("part.json:2:8", root["a"]!["k"]!.Position.ToString());
    }

    [Fact, Spec("CFG-132")]
    public void A_relative_path_starts_beside_its_document_then_at_the_working_directory()
    {
        _folder.With("sub/a.json", """[{"$ref":"near.json"},{"$ref":"far.json"}]""").With("sub/near.json", "1").With("near.json", "2").With("far.json", "3");

        Assert.Equal("[[1,3]]", Resolve("""[{"$ref":"sub/a.json"}]"""));
    }

    [Theory, Spec("CFG-131")]
    [InlineData("missing.json", "missing.json: no such file (", "missing.json)")]
    [InlineData("sub/part.json#/h/2", "sub/part.json has no \"2\" in \"/h\"", "")]
    [InlineData("sub/part.json#/h/01", "sub/part.json has no \"01\" in \"/h\"", "")]
    [InlineData("sub/part.json#/x", "sub/part.json has no \"x\" in \"/\"", "")]
    [InlineData("sub/part.json#x", "\"x\" is no JSON pointer", "")]
    [InlineData("sub/part.json#/~3", "is no JSON pointer", "")]
    [InlineData("sub", "sub: is a directory", "")]
    [InlineData("https://example.com/a.json", "a reference leads to a file, not to an address", "")]
    [InlineData("", "the path is empty", "")]
    [InlineData("a\\u0000b", "this is no valid path", "")]
    public void What_cannot_be_inserted_names_both_ends(string reference, string reason, string end)
    {
        _folder.With("sub/part.json", """{"h":["u","v"]}""");

        Resolve("""{"a":{"$ref":"@"}}""".Replace("@", reference, StringComparison.Ordinal));

        var error = Assert.Single(_diagnostics.All).ToString();
        Assert.StartsWith("krakend.json:1:14 a.$ref: \"", error, StringComparison.Ordinal);
        Assert.Contains(" cannot be inserted: ", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.EndsWith(end, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_reference_that_fails_is_reported()
    {
        Resolve("""[{"$ref":"a.json"},{"$ref":"b.json"}]""");

        Assert.Equal(["[0].$ref", "[1].$ref"], _diagnostics.All.Select(static d => d.Path));
    }

    [Fact, Spec("CFG-133")]
    public void A_circle_prints_its_chain()
    {
        _folder.With("a.json", """{"b":{"$ref":"b.json#/x"}}""").With("b.json", """{"x":[{"$ref":"a.json"}]}""");

        Resolve("""{"root":{"$ref":"a.json"}}""");

        var error = Assert.Single(_diagnostics.All);
        Assert.Equal("b.json:1:15", error.Position.ToString());
        Assert.EndsWith("the references lead in a circle: a.json → b.json#/x → a.json", error.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-133")]
    [InlineData("""{"a":{"$ref":"krakend.json"}}""")]
    [InlineData("""{"a":{"$ref":"#"}}""")]
    [InlineData("""{"a":{"b":{"$ref":"#/a"}}}""")]
    public void A_document_that_contains_itself_is_a_circle(string document)
    {
        _folder.With("krakend.json", document);

        Resolve(document);

        Assert.Contains("lead in a circle", Assert.Single(_diagnostics.All).Message, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-133")]
    public void Two_files_that_use_parts_of_each_other_are_no_circle()
    {
        _folder.With("a.json", """{"x":{"$ref":"b.json#/y"},"z":1}""").With("b.json", """{"y":{"$ref":"a.json#/z"}}""");

        Assert.Equal("""{"r":1}""", Resolve("""{"r":{"$ref":"a.json#/x"}}"""));
        Assert.Empty(_diagnostics.All);
    }

    [Fact]
    public void A_pointer_may_lead_through_a_reference()
    {
        _folder.With("a.json", """{"x":{"$ref":"b.json"}}""").With("b.json", """{"y":5}""");

        Assert.Equal("[5]", Resolve("""[{"$ref":"a.json#/x/y"}]"""));
    }

    [Fact, Spec("CFG-135")]
    public void Definitions_of_a_schema_are_no_files()
    {
        _folder.With("user.json", """{"type":"object","p":{"$ref":"#/definitions/p"}}""");
        const string Document = """{"extra_config":{"validation/json-schema":{"a":{"$ref":"#/definitions/a"},"m":{"$ref":"http://json-schema.org/draft-07/schema#"}},"github.com/devopsfaith/krakend-jsonschema":{"$ref":"#/x"},"documentation/openapi":{"u":{"$ref":"user.json"},"v":{"$ref":"#/b","title":"t"}}}}""";

        Assert.Equal(
            """{"extra_config":{"documentation/openapi":{"u":{"p":{"$ref":"#/definitions/p"},"type":"object"},"v":{"$ref":"#/b","title":"t"}},"github.com/devopsfaith/krakend-jsonschema":{"$ref":"#/x"},"validation/json-schema":{"a":{"$ref":"#/definitions/a"},"m":{"$ref":"http://json-schema.org/draft-07/schema#"}}}}""",
            Resolve(Document));
        Assert.Empty(_diagnostics.All);
    }

    [Fact, Spec("CFG-135")]
    public void Another_key_leaves_the_default_one_alone()
    {
        _folder.With("a.json", "1");

        Assert.Equal("""[{"$ref":"a.json"},1]""", Resolve("""[{"$ref":"a.json"},{"$replace":"a.json"}]""", key: "$replace"));
    }

    [Fact, Spec("CFG-130")]
    public void An_object_with_more_than_the_reference_is_data_and_said_so()
    {
        Assert.Equal("""[{"$ref":"a.json","x":1},{"$ref":3}]""", Resolve("""[{"$ref":"a.json","x":1},{"$ref":3}]"""));
        Assert.Contains("so it is no reference to a file", Assert.Single(_diagnostics.All).Message, StringComparison.Ordinal);
        Assert.False(_diagnostics.HasErrors);
    }

    [Fact]
    public void A_document_that_multiplies_is_refused()
    {
        for (var i = 0; i < 18; i++)
            _folder.With($"f{i}.json", $$"""[{"$ref":"f{{i + 1}}.json"},{"$ref":"f{{i + 1}}.json"}]""");
        _folder.With("f18.json", "1");

        Resolve("""[{"$ref":"f0.json"}]""");

        Assert.Contains("has more than 10000 values", Assert.Single(_diagnostics.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Chains_and_nesting_are_bounded()
    {
        for (var i = 0; i < 30; i++)
            _folder.With($"f{i}.json", $$"""{"$ref":"f{{i + 1}}.json"}""");
        _folder.With("deep.json", new string('[', 45) + new string(']', 45)).With("f30.json", "1");

        Resolve("""[{"$ref":"f0.json"},{"$ref":"deep.json"},[[[[[[[[{"$ref":"deep.json"}]]]]]]]]]""");

        Assert.Equal(2, _diagnostics.All.Count);
        Assert.EndsWith("more than 20 references within each other", _diagnostics.All[0].Message, StringComparison.Ordinal);
        Assert.Equal("more than 50 levels of nesting", _diagnostics.All[1].Message);
    }

    private string Resolve(string document, string key = "$ref") => Encoding.UTF8.GetString(ConfigNodeJson.Write(ResolveNode(document, key)));

    private ConfigNode ResolveNode(string document, string key = "$ref")
    {
        var limits = new FlexibleLimits { Nodes = 10_000, ReferenceDepth = 20, Depth = 50 };
        var files = new SourceFiles(_folder.Path, [], limits);
        var documents = new ReferenceDocuments(files, (path, text) => JsonConfigReader.Read(path, text, _diagnostics));
        var root = new ReferenceDocument("krakend.json", JsonConfigReader.Read("krakend.json", document, _diagnostics)!);
        documents.Add(root);
        return new References(key, documents, limits, _diagnostics).Resolve(root);
    }
}
