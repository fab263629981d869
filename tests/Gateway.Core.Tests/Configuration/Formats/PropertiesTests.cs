using Gateway.Core.Configuration;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Formats;

public sealed class PropertiesTests
{
    [Theory]
    [Spec("CFG-028")]
    [InlineData("a=1\nb : x y\nc  z\nd\n", """{"a":"1","b":"x y","c":"z","d":""}""")]
    [InlineData("a.b.c=1\na.b.d=2\n", """{"a":{"b":{"c":"1","d":"2"}}}""")]
    [InlineData("e.1.x=b\ne.0.x=a\ne.1.y.0=c", """{"e":[{"x":"a"},{"x":"b","y":["c"]}]}""")]
    [InlineData("error_body.404.error=x\nerror_body.405.error=y", """{"error_body":{"404":{"error":"x"},"405":{"error":"y"}}}""")]
    [InlineData("m.0=a\nm.x=b\nn.00=c", """{"m":{"0":"a","x":"b"},"n":{"00":"c"}}""")]
    [InlineData("extra_config.github\\.com/a=1\nk\\ e\\=y\\:=2", """{"extra_config":{"github.com/a":"1"},"k e=y:":"2"}""")]
    [InlineData("# c\n! c\n\n   a = x\\\n     y\\\r\n  z", """{"a":"xyz"}""")]
    [InlineData("a=\\u00e9\\t\\\\\\q  ", "{\"a\":\"é\\t\\\\q  \"}")]
    [InlineData("a=1\na=2", """{"a":"2"}""")]
    [InlineData("", "{}")]
    public void Reads_keys_with_dots_and_numbers(string text, string json) => Assert.Equal(json, Documents.Json(text, ConfigFormat.Properties));

    [Theory]
    [InlineData("a=1\na.b=2", "f:2:1: \"a\" is an object here, but it has a value since line 1")]
    [InlineData("a.b=2\na=1", "f:2:1: \"a\" has a value here, but it is an object since line 1")]
    [InlineData("a..b=2", "f:1:3: a key has an empty name; expected names with dots between them, such as router.hide_version_header")]
    [InlineData("a.b.0=1\na.b.2=1", "f:1:1: the list \"a.b\" lacks the element 1; elements count from 0 without a gap")]
    [InlineData("a=\\u12", "f:1:5: expected four hexadecimal digits behind \\u; a backslash is written \\\\")]
    public void Says_what_is_wrong_and_where(string text, string error) => Assert.Equal(error, Documents.Error(text, ConfigFormat.Properties));

    [Fact]
    public void Nesting_is_bounded() =>
        Assert.Equal("f:1:1: more than 1000 levels of nesting", Documents.Error(string.Join('.', Enumerable.Repeat("a", 1_001)) + "=1", ConfigFormat.Properties));

    [Fact]
    public void Knows_where_keys_and_values_stand()
    {
        var root = Documents.Good("# c\na.b = x\n", ConfigFormat.Properties);

        Assert.Equal("f:2:1", root["a"]!.Members[0].NamePosition.ToString());
        Assert.Equal("f:2:7", root["a"]!["b"]!.Position.ToString());
    }
}
