using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace Acme.Sample.Tests;

public sealed class SampleTests
{
    private const string Config = """{ "name": ["acme.sample"], "acme.sample": { "path": "/ping", "text": "pong" } }""";

    [Fact]
    public async Task Answers_its_path()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var exchange = TestRequest.Exchange(path: "/ping");

        await host.HttpServer("acme.sample", Config).InvokeAsync(exchange, static _ => throw new InvalidOperationException("it went on"));

        Assert.Equal("pong", exchange.ReadText());
    }

    [Fact]
    public async Task Hands_other_paths_on()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var wentOn = false;

        await host.HttpServer("acme.sample", Config).InvokeAsync(TestRequest.Exchange(path: "/other"), _ =>
        {
            wentOn = true;
            return Task.CompletedTask;
        });

        Assert.True(wentOn);
    }
}
