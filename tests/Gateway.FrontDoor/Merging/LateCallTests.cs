using System.Text;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.FrontDoor.Merging;

/// <summary>Calls that are still running when their client has its answer.</summary>
public sealed class LateCallTests
{
    private const string Merge = """
        {"version":3,"endpoints":[{"endpoint":"/x","method":"POST","timeout":"3s","backend":[
          {"host":["$UPSTREAM"],"url_pattern":"/fast"},
          {"host":["$UPSTREAM"],"url_pattern":"/slow","extra_config":{"test/late":{}}}]}]}
        """;

    [Fact, Spec("RTE-131")]
    public async Task A_call_that_outlives_the_answer_still_has_the_body_of_its_own_request()
    {
        var late = new LateBackend(readBody: true);
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/fast", """{"fast":1}""").Answer("/slow", """{"slow":1}""");
        await using var gateway = await TestGateway.StartAsync(Merge, upstream.Host, new() { Plugins = late.Register() });
        var body = new string('a', 5000);

        using var response = await gateway.Client.PostAsync("/x", new StringContent(body));
        Assert.Equal("""{"fast":1}""", await response.Content.ReadAsStringAsync());
        // Storage that was given back too early would be that of these requests now.
        for (var i = 0; i < 4; i++)
            (await gateway.Client.PostAsync("/x", new StringContent(new string('b', 5000)))).Dispose();
        late.Proceed.SetResult();

        Assert.Equal(body, await late.Seen.Task.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact, Spec("RTE-131")]
    public async Task A_call_that_outlives_the_answer_knows_that_it_ran_out_of_time_and_not_that_another_client_left()
    {
        var late = new LateBackend(readBody: false);
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/fast", """{"fast":1}""").AnswerAfter(TimeSpan.FromSeconds(20), "/slow", "{}");
        await using var gateway = await TestGateway.StartAsync(Merge, upstream.Host, new() { Plugins = late.Register() });

        (await gateway.Client.PostAsync("/x", null)).Dispose();
        late.Proceed.SetResult();

        Assert.Equal("Timeout", await late.Seen.Task.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    /// <summary>Holds the first call back until the test lets it proceed, whatever its token says.</summary>
    private sealed class LateBackend(bool readBody) : IProxyMiddleware, IClientMiddleware
    {
        private int _calls;

        public TaskCompletionSource Proceed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource<string> Seen { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public PluginRegistry Register()
        {
            var registry = new PluginRegistry();
            registry.Backend("test/late", BackendStages.Middleware, (_, _, _) => this);
            registry.Client("test/late", ClientStages.Martian, (_, _, _) => this);
            return registry;
        }

        public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _calls) > 1)
                return await next(request, cancellationToken);
            var body = request.Body.Bytes;
            try
            {
                if (!readBody)
                {
                    var result = await next(request, cancellationToken);
                    Seen.TrySetResult(result.Error?.Kind.ToString() ?? "none");
                    return result;
                }
                await Proceed.Task;
                Seen.TrySetResult(request.Body.Bytes.Span.SequenceEqual(body.Span) ? Encoding.UTF8.GetString(body.Span) : "the body was taken away");
                return new GatewayError(GatewayErrorKind.Timeout, "late");
            }
            catch (Exception exception)
            {
                Seen.TrySetResult(exception.ToString());
                throw;
            }
        }

        public async ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
        {
            var result = await next(request, cancellationToken);
            if (!readBody)
                await Proceed.Task;
            return result;
        }
    }
}
