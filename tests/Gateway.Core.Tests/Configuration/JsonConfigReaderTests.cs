using System.Text;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration;

public sealed class JsonConfigReaderTests
{
    [Theory]
    [Spec("CFG-003")]
    [InlineData("{\n  // note\n  \"version\": 3\n}", "f.json:2:3: comments are not allowed in JSON")]
    [InlineData("{\"version\": 3 /* x */}", "f.json:1:15: comments are not allowed in JSON")]
    [InlineData("# x\n{}", "f.json:1:1: comments are not allowed in JSON")]
    [InlineData("{\"a\": 1,\n}", "f.json:2:1: trailing comma before \"}\"")]
    [InlineData("{\"a\": [1, ]}", "f.json:1:11: trailing comma before \"]\"")]
    [InlineData("{'a': 1}", "f.json:1:2: single quotes are not allowed in JSON; use double quotes")]
    [InlineData("{\"a\": 'b'}", "f.json:1:7: single quotes are not allowed in JSON; use double quotes")]
    [InlineData("{\"a\": 1} x", "f.json:1:10: unexpected text behind the end of the document")]
    [InlineData("{\"a\": 1}\n{}", "f.json:2:1: unexpected text behind the end of the document")]
    [InlineData("{\"a\" 1}", "f.json:1:6: expected \":\", not \"1\"")]
    [InlineData("{\"a\": 1 \"b\": 2}", "f.json:1:9: expected \",\" or \"}\", not \"\\u0022\"")]
    [InlineData("{a: 1}", "f.json:1:2: expected a name in double quotes, not \"a\"")]
    [InlineData("{\"a\": tru}", "f.json:1:7: expected a value, not \"t\"")]
    [InlineData("{\"a\": 01}", "f.json:1:7: a number must not start with 0")]
    [InlineData("{\"a\": 1.}", "f.json:1:7: malformed number")]
    [InlineData("{\"a\": -}", "f.json:1:7: malformed number")]
    [InlineData("{\"a\": NaN}", "f.json:1:7: expected a value, not \"N\"")]
    [InlineData("{\"a\": \"b\nc\"}", "f.json:1:9: a string must not span lines; write \\n")]
    [InlineData("{\"a\": \"\\x\"}", "f.json:1:8: unknown escape in a string; allowed are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX")]
    [InlineData("{\"a\": \"b", "f.json:1:7: the string has no end")]
    [InlineData("{\"a\": [", "f.json:1:8: the document ends where a value was expected")]
    [InlineData("{\"a\": 1", "f.json:1:8: the document ends where \",\" or \"}\" was expected")]
    [InlineData("", "f.json:1:1: the document is empty")]
    [InlineData(" \n\t", "f.json:2:2: the document is empty")]
    public void Names_place_and_reason_of_a_syntax_error(string json, string expected)
    {
        var diagnostics = new ConfigDiagnostics();

        var root = JsonConfigReader.Read("f.json", json, diagnostics);

        Assert.Null(root);
        Assert.Equal(expected.Replace("\"\\u0022\"", "\"\"\"", StringComparison.Ordinal), Assert.Single(diagnostics.All).ToString());
    }

    [Fact]
    [Spec("CFG-008", "CFG-048")]
    public void Keeps_duplicates_order_case_number_text_and_positions()
    {
        var root = Read("""
            {"b": 1.50, "A": [true, null, "x\u00e9\n"],
             "b": -0e+7}
            """);

        Assert.Equal(["b", "A", "b"], root.Members.Select(static m => m.Name));
        Assert.Equal("1.50", root.Members[0].Value.Text);
        Assert.Equal("-0e+7", root["b"]!.Text);
        Assert.Equal([ConfigKind.Boolean, ConfigKind.Null, ConfigKind.String], root["A"]!.Items.Select(static i => i.Kind));
        Assert.Equal("x\u00e9\n", root["A"]!.Items[2].Text);
        Assert.Equal("f.json:2:2", root.Members[2].NamePosition.ToString());
        Assert.Equal("f.json:1:19", root["A"]!.Items[0].Position.ToString());
    }

    [Theory]
    [InlineData("\"\\ud83d\\ude00\"", "\ud83d\ude00")]
    [InlineData("\"\\ud83d\"", "\ufffd")]
    [InlineData("\"\\ude00x\"", "\ufffdx")]
    [InlineData("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t")]
    public void Decodes_escapes(string json, string expected) => Assert.Equal(expected, Read(json).Text);

    [Fact]
    [Spec("CFG-003")]
    public void Accepts_a_byte_order_mark_and_names_utf_16()
    {
        var diagnostics = new ConfigDiagnostics();

        var root = JsonConfigReader.Read("f.json", [0xEF, 0xBB, 0xBF, .. "{}"u8], diagnostics);
        var wide = JsonConfigReader.Read("f.json", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("{}")], diagnostics);

        Assert.NotNull(root);
        Assert.Null(wide);
        Assert.Contains("UTF-16", Assert.Single(diagnostics.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("CFG-017")]
    public void Loads_thousands_of_levels_and_refuses_more_than_ten_thousand()
    {
        var diagnostics = new ConfigDiagnostics();

        Assert.NotNull(JsonConfigReader.Read("f.json", Nested(10_000), diagnostics));
        Assert.Empty(diagnostics.All);
        Assert.Null(JsonConfigReader.Read("f.json", Nested(10_001), diagnostics));
        Assert.Equal("f.json:1:10001: more than 10000 levels of nesting", Assert.Single(diagnostics.All).ToString());
    }

    [Fact]
    [Spec("CFG-017")]
    public void Loads_a_document_of_many_megabytes()
    {
        var json = new StringBuilder("[");
        for (var i = 0; i < 200_000; i++)
            json.Append(i == 0 ? "" : ",\n").Append("{\"name\": \"some value of some length\", \"list\": [1, 2, 3]}");

        var root = Read(json.Append(']').ToString());

        Assert.Equal(200_000, root.Items.Count);
        Assert.Equal(200_000, root.Items[^1].Position.Line);
        Assert.Same(root.Items[0].Members[0].Name, root.Items[1].Members[0].Name);
    }

    private static ConfigNode Read(string json)
    {
        var diagnostics = new ConfigDiagnostics();
        var root = JsonConfigReader.Read("f.json", json, diagnostics);
        Assert.True(root is not null, Loading.Text(diagnostics));
        return root;
    }

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);
}
