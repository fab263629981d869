using KrakenPlugins.Grpc;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Protocol;
using KrakenPlugins.Sidecar.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Sidecar.Tests;

public sealed class CallTests
{
    private static Task<Peer> StartAsync(Func<ProxyRequest, ClientHandler, CancellationToken, ValueTask<ClientResult>> run) =>
        Peer.StartAsync(registry => registry.Client("acme/c", ClientStages.Martian, (_, _, _) => AdHoc.Client(run)));

    [Fact]
    [Spec("GRP-216")]
    public async Task An_exception_fails_its_call_and_leaves_its_stack_once_a_second()
    {
        await using var peer = await StartAsync(static (_, _, _) => throw new InvalidOperationException("so broken"));
        var place = await peer.BuildAsync(Layer.Client, "acme/c");

        for (var i = 0; i < 20; i++)
        {
            var finish = await (await peer.CallAsync(place)).FinishAsync();
            Assert.Equal((FailureKind.Internal, "acme/c failed"), (finish.Failure.Kind, finish.Failure.Message));
        }
        await peer.DisposeAsync();

        var stacks = peer.Log().Split('\n').Count(static line => line.Contains("InvalidOperationException: so broken", StringComparison.Ordinal));
        Assert.InRange(stacks, 1, 5);
        Assert.All(peer.Log().Split('\n', StringSplitOptions.RemoveEmptyEntries), static line => Assert.StartsWith("ERROR ", line, StringComparison.Ordinal));
    }

    [Fact]
    [Spec("GRP-217")]
    public async Task A_cancelled_call_fires_its_token_and_says_nothing_more()
    {
        var ended = new TaskCompletionSource<GatewayError?>();
        await using var peer = await StartAsync(async (request, next, token) =>
        {
            var result = await next(request, token);
            Assert.True(token.IsCancellationRequested);
            ended.SetResult(result.Error);
            return result;
        });
        var place = await peer.BuildAsync(Layer.Client, "acme/c");

        var call = await peer.CallAsync(place);
        await call.ProceedAsync();
        await call.SendAsync(new GatewayFrame { Cancel = new CallCancel { Reason = CancelReason.Deadline } });
        var error = await ended.Task.InTime();
        await call.ResultAsync(1, new Response { Status = 200 });
        var other = await peer.CallAsync(place);
        await other.ProceedAsync();

        Assert.Equal((GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded), (error!.Kind, error.Message));
        Assert.True(call.IsSilent);
        await other.SendAsync(new GatewayFrame { Cancel = new CallCancel() });
    }

    [Fact]
    [Spec("GRP-217")]
    public async Task Two_thousand_calls_at_64_at_once_get_each_its_own_answer()
    {
        await using var peer = await StartAsync(static async (request, next, token) =>
        {
            var mark = request.Headers.Get("X-Mark")!;
            request.Headers.Set("X-Seen", mark);
            var response = (await next(request, token)).Response!;
            Assert.Equal(mark, response.Headers.Get("X-Mark"));
            response.Headers.Set("X-Back", mark);
            return response;
        });
        var place = await peer.BuildAsync(Layer.Client, "acme/c");

        await Task.WhenAll(Enumerable.Range(0, 64).Select(async client =>
        {
            for (var i = 0; i < 2_000 / 64; i++)
            {
                var mark = $"{client}-{i}";
                var call = await peer.CallAsync(place, new CallStart { Request = new RequestHead { Method = "GET", Headers = { new Header { Name = "X-Mark", Value = mark } } } });
                var proceed = await call.ProceedAsync();
                await call.ResultAsync(1, new Response { Status = 200, Headers = { new Header { Name = "X-Mark", Value = mark } } });
                var finish = await call.FinishAsync();
                Assert.Equal((mark, mark), (proceed.Change.Headers.Single().Value, finish.Change.Headers.Single().Value));
            }
        })).InTime();
    }

    [Fact]
    [Spec("GRP-217")]
    public async Task Calls_beyond_the_limit_and_of_unknown_places_fail_alone()
    {
        await using var peer = await StartAsync(static (request, next, token) => next(request, token));
        (await peer.DescribeAsync(limits: new StreamLimits { MaxConcurrentCalls = 2 })).Require();
        var place = await peer.BuildAsync(Layer.Client, "acme/c");

        var one = await peer.CallAsync(place);
        var two = await peer.CallAsync(place);
        await one.ProceedAsync();
        await two.ProceedAsync();
        var three = await (await peer.CallAsync(place)).FinishAsync();
        var unknown = await (await peer.CallAsync(new() { PlaceId = 99 })).FinishAsync();
        await peer.SendAsync(new GatewayFrame { CallId = 77, Result = new CallResult { Attempt = 1 } }, new GatewayFrame { CallId = one.Id, Result = new CallResult { Attempt = 5 } });
        await one.ResultAsync(1, new Response { Status = 200 });

        Assert.Equal((FailureKind.Overloaded, 503u), (three.Failure.Kind, three.Failure.Status));
        Assert.Equal("the plugin knows no place 99", unknown.Failure.Message);
        Assert.Equal(1u, (await one.FinishAsync()).Change.Attempt);
    }

    [Fact]
    [Spec("GRP-218")]
    public async Task Shutdown_lets_calls_finish_and_ends_the_streams()
    {
        var plugin = new AdHocPlugin(static registry => registry.Client("acme/c", ClientStages.Martian, static (_, _, _) => AdHoc.Client(static (request, next, token) => next(request, token))));
        await using var peer = await Peer.StartAsync(() => plugin);
        var place = await peer.BuildAsync(Layer.Client, "acme/c");
        var call = await peer.CallAsync(place);
        await call.ProceedAsync();

        var shutdown = peer.Channel.CallAsync(PluginServiceMethods.Shutdown, new ShutdownRequest { GraceMs = 20_000 }, Peer.Options).AsTask();
        await call.ResultAsync(1, new Response { Status = 200 });
        var finish = await call.FinishAsync();
        var reply = await shutdown.InTime();
        var status = await peer.EndAsync();
        await peer.Service.Ended.InTime();

        Assert.Equal(1u, finish.Change.Attempt);
        Assert.True(reply.Status.IsOk, reply.Status.ToString());
        Assert.Equal(GrpcStatusCode.Ok, status.Code);
        Assert.Equal(["started", "stopped"], plugin.Events);
    }
}
