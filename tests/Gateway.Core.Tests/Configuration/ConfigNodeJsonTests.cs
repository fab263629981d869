using System.Text;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration;

public sealed class ConfigNodeJsonTests
{
    [Theory]
    [Spec("MAN-074")]
    [InlineData("""{ "b": 1, "a": [ true, null, {} ], "B": [] }""", """{"B":[],"a":[true,null,{}],"b":1}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""")]
    [InlineData("""{"a":1.0,"b":12345678901234567890,"c":1e3}""", """{"a":1.0,"b":12345678901234567890,"c":1e3}""")]
    [InlineData("""{"k<":"<a href='x'>&\u2028\u2029\u0001\"\\/é"}""", """{"k\u003c":"\u003ca href='x'\u003e\u0026\u2028\u2029\u0001\"\\/é"}""")]
    [InlineData("""{"\ud83d\ude00":1,"\uff61":2,"a":3}""", "{\"a\":3,\"\uff61\":2,\"\ud83d\ude00\":1}")]
    public void Writes_sorted_compact_escaped_json(string json, string expected)
    {
        var node = JsonConfigReader.Read("f", json, new ConfigDiagnostics())!;

        Assert.Equal(expected, Encoding.UTF8.GetString(ConfigNodeJson.Write(node)));
    }

    [Fact]
    public void Writes_deep_values_without_recursion()
    {
        var json = new string('[', 10_000) + new string(']', 10_000);
        var node = JsonConfigReader.Read("f", json, new ConfigDiagnostics())!;

        Assert.Equal(json, Encoding.UTF8.GetString(ConfigNodeJson.Write(node)));
    }
}
