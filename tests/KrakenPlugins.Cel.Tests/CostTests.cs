using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sdk.Testing;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Cel.Tests;

/// <summary>What guards cost per request.</summary>
public sealed class CostTests
{
    [Theory]
    [InlineData("req_headers['X-A'][0] == 'v'")]
    [InlineData("'v' in req_headers['X-A'] && size(req_headers['X-A']) == 1")]
    [InlineData("req_params.Id.matches('^[0-9]+$')")]
    [InlineData("req_querystring.q[0].startsWith('a') && has(req_querystring.q)")]
    [InlineData("req_method in ['GET', 'HEAD'] && !has(req_headers['X-B'])")]
    [InlineData("req_querystring.q.exists(v, v == 'abc')")]
    [Spec("RTE-227")]
    public async Task An_expression_over_a_request_allocates_nothing(string expression)
    {
        var guards = Guards.Read(TestConfig.Parse(Definitions.Of(expression)), isBackend: false, new());
        using var context = new TestContext();
        context.Log.MinimumLevel = LogLevel.Information;
        var middleware = new CelMiddleware(guards, context, isBackend: false);
        var request = TestRequest.Create(headers: [("X-A", "v")], query: [("q", "abc")], parameters: [("Id", "12")]);
        var result = new ValueTask<ProxyResult>(new ProxyResult(null, null));
        ProxyHandler next = (_, _) => result;

        Assert.Null((await middleware.InvokeAsync(request, next, CancellationToken.None)).Error);
        Assert.Equal(0, Allocations.Least(0, () => _ = middleware.InvokeAsync(request, next, CancellationToken.None).IsCompletedSuccessfully));
    }

    [Fact]
    [Spec("RTE-219")]
    public async Task A_repeated_name_is_read_in_linear_time()
    {
        var guards = Guards.Read(TestConfig.Parse(Definitions.Of("req_querystring.q.all(v, v == '1')")), isBackend: false, new());
        using var context = new TestContext();
        var request = TestRequest.Create(query: [.. Enumerable.Repeat(("q", "1"), 50_000)]);

        var result = await new CelMiddleware(guards, context, isBackend: false).InvokeAsync(request, static (_, _) => new(new ProxyResult(null, null)), CancellationToken.None);

        Assert.Null(result.Error);
    }
}
