using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace Acme.Sample.Tests;

public sealed class SampleTests
{
    [Fact]
    public async Task Answers_with_the_text_and_the_parameter()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var executor = host.Executor("acme/sample", """{ "text": "hello" }""");

        var result = await executor.InvokeAsync(TestRequest.Create(parameters: [("Id", "7")]), TestNext.Data("{}").InvokeAsync, CancellationToken.None);

        Assert.Equal("""{"id":"7","text":"hello"}""", result.Json());
    }

    [Fact]
    public async Task Refuses_other_methods()
    {
        await using var host = PluginTestHost.Create<SamplePlugin>();
        var executor = host.Executor("acme/sample", """{ "text": "hello" }""");

        var result = await executor.InvokeAsync(TestRequest.Create("POST"), TestNext.Data("{}").InvokeAsync, CancellationToken.None);

        Assert.Equal(405, result.Error!.StatusCode);
    }
}
