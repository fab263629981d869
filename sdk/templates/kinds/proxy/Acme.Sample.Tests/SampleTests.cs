using KrakenPlugins.Sdk.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Acme.Sample.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task Adds_the_field_to_the_answer()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var proxy = host.Proxy("acme/sample", """{ "text": "hello" }""");

        var result = await proxy.InvokeAsync(TestRequest.Create(), TestNext.Data("""{ "a": 1 }""").InvokeAsync, CancellationToken.None);

        Assert.Equal("""{"a":1,"note":"hello"}""", result.Json());
    }

    [Fact]
    public async Task Leaves_a_failure_alone()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var proxy = host.Proxy("acme/sample", """{ "text": "hello" }""");
        var failure = new GatewayError(GatewayErrorKind.Timeout, "late", 504);

        var result = await proxy.InvokeAsync(TestRequest.Create(), TestNext.Fails(failure).InvokeAsync, CancellationToken.None);

        Assert.Same(failure, result.Error);
    }
}
