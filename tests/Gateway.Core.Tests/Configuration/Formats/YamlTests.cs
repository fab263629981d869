using System.Text;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Formats;

public sealed class YamlTests
{
    [Theory]
    [Spec("CFG-025", "CFG-026", "CFG-027")]
    [InlineData("a: true\nb: False\nc: yes\nd: on\ne: n", """{"a":true,"b":false,"c":"yes","d":"on","e":"n"}""")]
    [InlineData("a:\nb: ~\nc: null\nd: NULL\ne: nil", """{"a":null,"b":null,"c":null,"d":null,"e":"nil"}""")]
    [InlineData("[0, -0, 12345678901234567890, +7, 007, 0x1F, 0o17, 0b11, 1_000]", """[0,-0,12345678901234567890,7,7,31,15,"0b11","1_000"]""")]
    [InlineData("[1.0, .5, 5., 1e3, 1E-3, -0.10, +1.5, 01.5, 1.e2, ., -a, e3, 1e, 1.2.3]", """[1.0,0.5,5.0,1e3,1E-3,-0.10,1.5,1.5,1.0e2,".","-a","e3","1e","1.2.3"]""")]
    [InlineData("['1', \"true\", '~', '']", """["1","true","~",""]""")]
    [InlineData("[2001-01-01, 12:30:45, 1.5s, http://h:80/x, a b]", """["2001-01-01","12:30:45","1.5s","http://h:80/x","a b"]""")]
    [InlineData("404: a\n0x10: b\ntrue: c\n~: d\n1.50: e\n? f\n: g", """{"1.50":"e","16":"b","404":"a","f":"g","true":"c","~":"d"}""")]
    [InlineData("a: !!str 1\nb: !!int \"2\"\nc: !!float 3\nd: !!bool \"true\"\ne: !!null ''\nf: ! 4\ng: !!map {}\nh: !!seq []", """{"a":"1","b":2,"c":3,"d":true,"e":null,"f":"4","g":{},"h":[]}""")]
    [InlineData("a: |\n  x\n  y\nb: >-\n  x\n  y\n", """{"a":"x\ny\n","b":"x y"}""")]
    [InlineData("a: [\n  1,\n  2,\n]\nb: {\n  c: 1\n}\n", """{"a":[1,2],"b":{"c":1}}""")]
    [InlineData("# only a comment\n", "null")]
    [InlineData("%YAML 1.2\n---\na: 1\n...\n", """{"a":1}""")]
    [InlineData("{\"json\": [1, {\"too\": null}]}", """{"json":[1,{"too":null}]}""")]
    public void Reads_the_core_schema(string yaml, string json) => Assert.Equal(json, Documents.Json(yaml, ConfigFormat.Yaml));

    [Theory]
    [Spec("CFG-026")]
    [InlineData("a: &x {k: [1]}\nb: *x\nc: [*x]", """{"a":{"k":[1]},"b":{"k":[1]},"c":[{"k":[1]}]}""")]
    [InlineData("a: &x 1\nb: &x 2\nc: *x", """{"a":1,"b":2,"c":2}""")]
    [InlineData("a: &k name\n*k : 1", """{"a":"name","name":1}""")]
    [InlineData("d: &d {x: 1, y: 1}\na:\n  y: 2\n  <<: *d\n  z: 3", """{"a":{"x":1,"y":2,"z":3},"d":{"x":1,"y":1}}""")]
    [InlineData("a: {<<: [{x: 1}, {x: 2, y: 2}], z: 3}", """{"a":{"x":1,"y":2,"z":3}}""")]
    [InlineData("a: {<<: {x: 1, x: 2}}", """{"a":{"x":2}}""")]
    [InlineData("a: {'<<': 1}", """{"a":{"\u003c\u003c":1}}""")]
    public void Resolves_aliases_and_merge_keys(string yaml, string json) => Assert.Equal(json, Documents.Json(yaml, ConfigFormat.Yaml));

    [Fact]
    public void Keeps_duplicates_and_the_order_of_the_document()
    {
        var root = Documents.Good("b: 1\na: 2\nb: 3", ConfigFormat.Yaml);

        Assert.Equal(["b=1", "a=2", "b=3"], root.Members.Select(static m => $"{m.Name}={m.Value.Text}"));
        Assert.Equal("3", root["b"]!.Text);
    }

    [Fact]
    public void Knows_where_keys_and_values_stand()
    {
        var root = Documents.Good("# é\r\na:\r\n  - b: &x 'c'\r\n    d: *x\r\n", ConfigFormat.Yaml);
        var element = root["a"]!.Items[0];

        Assert.Equal("f:2:1", root.Members[0].NamePosition.ToString());
        Assert.Equal("f:3:5", element.Position.ToString());
        Assert.Equal("f:3:5", element.Members[0].NamePosition.ToString());
        Assert.Equal("f:3:8", element.Members[0].Value.Position.ToString());
        Assert.Equal("f:4:5", element.Members[1].NamePosition.ToString());
    }

    [Theory]
    [InlineData("a:\n\tb: 1", "f:2:1: tabs cannot indent in YAML; use spaces")]
    [InlineData("a: b: c", "f:1:5: \": \" inside of a value: put the value in quotes, or begin the nested mapping on a line of its own")]
    [InlineData("a:\n  b: 1\n c: 2", "f:3:2: expected a key of the mapping: this line is indented differently from the other keys, or its key lacks the \":\"")]
    [InlineData("- a\nb: c", "f:2:1: expected the next \"- \" of the list: this line is indented differently from the other elements")]
    [InlineData("a: [1, 2\nb: 3", "f:2:1: unexpected text; a \"[\", \"{\" or a quote before it has no end")]
    [InlineData("a: [1, 2\n", "f:2:1: expected \",\" or \"]\": the list that \"[\" opened goes on")]
    [InlineData("a: {b: 1", "f:1:9: expected \",\" or \"}\": the mapping that \"{\" opened goes on")]
    [InlineData("a: \"x", "f:1:4: the text in quotes that begins here has no end")]
    [InlineData("a: \"\\q\"", "f:1:4: unknown escape in a text in double quotes: write \\\\ for a backslash, or use single quotes")]
    [InlineData("a: @x", "f:1:4: a text cannot begin with \"@\"; put it in quotes")]
    [InlineData("a: *x", "f:1:4: *x has no anchor &x before it")]
    [InlineData("a: &x [*x]", "f:1:8: *x stands inside of the value that it stands for")]
    [InlineData("a: 1\n---\nb: 2", "f:2:1: a second document: a file holds one, remove the \"---\" or the \"...\" before it")]
    [InlineData("a: .inf", "f:1:4: .inf is no number that a configuration can hold; put it in quotes if it is a text")]
    [InlineData("a: !!int x", "f:1:4: \"x\" is no value of the tag !!int")]
    [InlineData("a: !include x", "f:1:4: the tag \"!include\" is not understood; remove it (known are !!str, !!int, !!float, !!bool, !!null, !!map, !!seq)")]
    [InlineData("a: !!map [1]", "f:1:4: the tag !!map does not fit a list")]
    [InlineData("a: {<<: 1}", "f:1:5: a merge key (<<) takes a mapping or a list of mappings; put it in quotes if it is a key of that name")]
    [InlineData("{{ .x }}: 1", "f:1:1: a mapping or a list cannot be a key; a text that begins with \"{\" or \"[\" needs quotes")]
    [InlineData("a: b\0c", "f:1:5: a control character; in a text in double quotes write it as \\xNN")]
    public void Says_what_is_wrong_and_where(string yaml, string error) => Assert.Equal(error, Documents.Error(yaml, ConfigFormat.Yaml));

    [Fact]
    public void Text_that_is_no_utf8_is_an_error_with_its_place()
    {
        var diagnostics = new ConfigDiagnostics();

        Assert.Null(ConfigFormats.Read("f", [.. "a: é\nbé: "u8, 0xff], ConfigFormat.Yaml, diagnostics));
        Assert.Null(ConfigFormats.Read("f", Encoding.Unicode.GetPreamble(), ConfigFormat.Toml, diagnostics));

        Assert.Equal(["f:2:5: bytes that are no UTF-8; save the file as UTF-8", "f:1:1: the file is UTF-16; save it as UTF-8"], diagnostics.All.Select(static d => d.ToString()));
    }

    [Fact]
    public void Accepts_a_byte_order_mark()
    {
        Assert.Equal("f:1:1", Documents.Good("\ufeffa: 1", ConfigFormat.Yaml).Members[0].NamePosition.ToString());
    }

    [Theory]
    [InlineData("l", 10)]
    [InlineData("m", 10)]
    public void A_document_that_grows_by_aliases_is_refused(string kind, int levels)
    {
        var bomb = new StringBuilder("a0: &a0 [x]\n");
        for (var i = 1; i <= levels; i++)
        {
            var alias = $"*a{i - 1}";
            bomb.Append(kind == "l"
                ? $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat(alias, 10))}]\n"
                : $"a{i}: &a{i} {{{string.Join(',', Enumerable.Range(0, 10).Select(n => $"k{n}: {alias}"))}}}\n");
        }

        Assert.Contains("aliases stand for more than 1000000 values", Documents.Error(bomb.ToString(), ConfigFormat.Yaml), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_text_that_aliases_repeat_is_refused()
    {
        var yaml = $"a: &a {new string('x', 1_000_000)}\nb: [{string.Join(',', Enumerable.Repeat("*a", 1_000))}]";

        Assert.Contains("aliases stand for more than", Documents.Error(yaml, ConfigFormat.Yaml), StringComparison.Ordinal);
    }

    [Fact]
    public void Nesting_is_bounded_with_and_without_aliases()
    {
        var chain = new StringBuilder("a0: &a0 []\n");
        for (var i = 1; i <= 1_000; i++)
            chain.Append($"a{i}: &a{i} [*a{i - 1}]\n");

        Documents.Good(new string('[', 1_000) + new string(']', 1_000), ConfigFormat.Yaml);
        Assert.Equal("f:1:1001: more than 1000 levels of nesting", Documents.Error(new string('[', 1_001), ConfigFormat.Yaml));
        Assert.EndsWith("more than 1000 levels of nesting", Documents.Error(chain.ToString(), ConfigFormat.Yaml), StringComparison.Ordinal);
    }
}
