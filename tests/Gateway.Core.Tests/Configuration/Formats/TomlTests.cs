using Gateway.Core.Configuration;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Formats;

/// <summary>What the public cases do not say: errors for people, places, bounds, JSON's numbers.</summary>
public sealed class TomlTests
{
    [Theory]
    [Spec("CFG-027")]
    [InlineData("a = [0, -0, +7, 1_000, 0xff, 0o17, 0b11, 9223372036854775807]", """{"a":[0,0,7,1000,255,15,3,9223372036854775807]}""")]
    [InlineData("a = [1.0, +1.5, 1_0.0_1, 1e3, 1E+3, -0.0]", """{"a":[1.0,1.5,10.01,1e3,1e+3,-0.0]}""")]
    [InlineData("a = 1979-05-27 07:32:00z\nb = 1979-05-27t00:32:00.5-07:00\nc = 1979-05-27\nd = 07:32:00", """{"a":"1979-05-27T07:32:00Z","b":"1979-05-27T00:32:00.5-07:00","c":"1979-05-27","d":"07:32:00"}""")]
    public void Numbers_are_those_of_json_and_dates_are_texts(string toml, string json) => Assert.Equal(json, Documents.Json(toml, ConfigFormat.Toml));

    [Theory]
    [Spec("CFG-023")]
    [InlineData("a = x", "f:1:5: \"x\" is no value; a text needs quotes")]
    [InlineData("a = True", "f:1:5: booleans are written in lower case: true")]
    [InlineData("a = null", "f:1:5: TOML has no null; leave the key out")]
    [InlineData("a = inf", "f:1:5: inf is no number that a configuration can hold")]
    [InlineData("a = 10s", "f:1:5: \"10s\" is no number; a text needs quotes")]
    [InlineData("a = 007", "f:1:5: a number must not start with 0; put it in quotes if it is a text")]
    [InlineData("a = 9223372036854775808", "f:1:5: the number does not fit in 64 bits; put it in quotes if it is a text")]
    [InlineData("a = 2021-02-30", "f:1:5: \"2021-02-30\" is no date or time; expected 1979-05-27T07:32:00Z, 1979-05-27T07:32:00, 1979-05-27 or 07:32:00")]
    [InlineData("a: 1", "f:1:2: expected \"=\" behind the key, not \":\"")]
    [InlineData("{\"version\": 3}", "f:1:1: expected a key (letters, digits, \"_\" and \"-\"; anything else in quotes), not \"{\"")]
    [InlineData("a = 1 2", "f:1:7: expected the end of the line, not \"2\"")]
    [InlineData("a = 1\n\na = 2", "f:3:1: \"a\" was defined in line 1 already")]
    [InlineData("[a]\n[b]\n[a]", "f:3:2: \"a\" was defined in line 1 already; write all keys of a table below one header")]
    [InlineData("[[a]]\n[a]", "f:2:2: \"a\" was defined in line 1 as an array of tables; add to it with two brackets: [[…]]")]
    [InlineData("a = []\n[[a]]", "f:2:3: \"a\" was defined in line 1 as something else than an array of tables")]
    [InlineData("a = {b = 1}\na.c = 2", "f:2:1: \"a\" was defined in line 1 as a complete value; a dotted key cannot add to it")]
    [InlineData("a = {b = 1}\n[a.c]", "f:2:2: \"a\" is a complete value since line 1; a header cannot add to it")]
    [InlineData("[a.b]\n[a]\nb.c = 1", "f:3:1: \"b\" was defined in line 1 by a header; a dotted key cannot add to it")]
    [InlineData("a = {b = 1,\n c = 2}", "f:1:12: a table in braces must stand on one line; use a [header] for a longer one")]
    [InlineData("a = {b = 1, }", "f:1:13: no comma is allowed before the \"}\" of a table in braces")]
    [InlineData("a = [1 2]", "f:1:8: expected \",\" or \"]\" behind an element of the list, not \"2\"")]
    [InlineData("a = [1,\n2", "f:2:2: expected \",\" or \"]\" behind an element of the list, not the end of the file")]
    [InlineData("a = \"x\nb = 1", "f:1:5: the text has no end on its line; a text of several lines needs \"\"\"")]
    [InlineData("a = '''x", "f:1:5: the text has no ''' at its end")]
    [InlineData("a = \"\\q\"", "f:1:6: unknown escape in a text; allowed are \\b \\t \\n \\f \\r \\\" \\\\ \\uXXXX \\UXXXXXXXX; a text in single quotes has none")]
    [InlineData("[a\nb = 1", "f:1:3: expected \"]\" behind the name of the table, not the end of the line")]
    public void Says_what_is_wrong_and_where(string toml, string error) => Assert.Equal(error, Documents.Error(toml, ConfigFormat.Toml));

    [Fact]
    public void Knows_where_keys_and_values_stand()
    {
        var root = Documents.Good("# é\r\n[[a.b]]\r\n  c = 'x'\r\n  d.e = 1\r\n", ConfigFormat.Toml);
        var table = root["a"]!["b"]!.Items[0];

        Assert.Equal("f:2:3", root.Members[0].NamePosition.ToString());
        Assert.Equal("f:2:1", table.Position.ToString());
        Assert.Equal("f:3:3", table.Members[0].NamePosition.ToString());
        Assert.Equal("f:3:7", table.Members[0].Value.Position.ToString());
        Assert.Equal("f:4:5", table["d"]!.Members[0].NamePosition.ToString());
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        var keys = string.Join('.', Enumerable.Repeat("a", 999));

        Documents.Good("a = " + new string('[', 999) + new string(']', 999), ConfigFormat.Toml);
        Documents.Good($"[{keys}]", ConfigFormat.Toml);
        Assert.EndsWith("more than 1000 levels of nesting", Documents.Error("a = " + new string('[', 100_000), ConfigFormat.Toml), StringComparison.Ordinal);
        Assert.EndsWith("more than 1000 levels of nesting", Documents.Error($"[{keys}]\na.a = 1", ConfigFormat.Toml), StringComparison.Ordinal);
        Assert.EndsWith("more than 1000 levels of nesting", Documents.Error($"[{keys}]\na = {{b = []}}", ConfigFormat.Toml), StringComparison.Ordinal);
    }
}
