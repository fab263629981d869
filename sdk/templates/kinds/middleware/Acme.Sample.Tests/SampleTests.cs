using KrakenPlugins.Sdk.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Acme.Sample.Tests;

public sealed class SampleTests
{
    private const string Config = """{ "name": ["acme.sample"], "acme.sample": { "text": "try later" } }""";

    [Fact]
    public async Task Answers_in_place_of_a_failure()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var middleware = host.Middleware("acme.sample", Config);

        var result = await middleware.InvokeAsync(TestRequest.Create(), TestNext.Fails(new(GatewayErrorKind.Timeout, "late")).InvokeAsync, CancellationToken.None);

        Assert.Equal("""{"fallback":"try later"}""", result.Json());
        Assert.False(result.Response!.IsComplete);
    }

    [Fact]
    public async Task Leaves_an_answer_alone()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var middleware = host.Middleware("acme.sample", Config);

        var result = await middleware.InvokeAsync(TestRequest.Create(), TestNext.Data("""{ "a": 1 }""").InvokeAsync, CancellationToken.None);

        Assert.Equal("""{"a":1}""", result.Json());
    }
}
