using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace Acme.Sample.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task Reads_lines_into_an_object()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();

        Assert.Equal("""{"a":"1","b":"x=y"}""", host.Decoder("acme.sample").DecodeText("b=x=y\r\n\na=1"));
    }

    [Fact]
    public async Task Says_which_line_is_none()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();

        var error = Assert.Throws<FormatException>(() => host.Decoder("acme.sample").DecodeText("a=1\nb"));

        Assert.Equal("line 2 has no \"=\"", error.Message);
    }

    [Fact]
    public async Task Writes_an_answer_as_lines()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();

        Assert.Equal("a=1\nb=x\n", host.Render("acme.sample").RenderText("""{ "b": "x", "a": 1 }"""));
    }
}
