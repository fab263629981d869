using System.Runtime.Loader;
using System.Threading.Tasks.Sources;
using Gateway.Core.Plugins;
using Gateway.Core.Proxy;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Plugins;

public sealed class PendingCallTests
{
    private static readonly ProxyRequest s_request = new()
    {
        Method = "GET", Headers = new(ignoreCase: true), Query = new(ignoreCase: false), Parameters = new(ignoreCase: false), Body = RequestBody.Empty,
    };

    private readonly PluginOwner _owner = new("late", "/plugins/late", AssemblyLoadContext.GetLoadContext(typeof(PendingCallTests).Assembly));
    private readonly Answer _inside = new();

    [Fact]
    public void A_chain_of_ten_guarded_plugins_allocates_nothing_for_an_answer_that_comes_later()
    {
        var handler = Chain(10);
        for (var i = 0; i < 100; i++)
            Assert.NotNull(Call(handler).Response);

        var allocated = Allocations.Least(1_000, () =>
        {
            for (var i = 0; i < 1_000; i++)
                Call(handler);
        });

        Assert.InRange(allocated, 0, 1_000);
    }

    [Fact]
    public async Task A_failure_that_comes_later_fails_the_request_and_is_counted_as_the_plugins()
    {
        var guarded = Guard.Around<IProxyMiddleware>(new Middleware(async (_, _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException("late");
        }), "acme/late", _owner);

        var result = await guarded.InvokeAsync(s_request, _inside.Later, CancellationToken.None);

        Assert.Equal(GatewayErrorKind.Internal, result.Error!.Kind);
        Assert.Equal(1, _owner.Faults);
    }

    [Fact]
    public async Task The_end_of_the_call_is_no_failure_of_the_plugin()
    {
        using var stop = new CancellationTokenSource();
        var guarded = Guard.Around<IProxyMiddleware>(new Middleware(async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return default;
        }), "acme/late", _owner);

        var call = guarded.InvokeAsync(s_request, _inside.Later, stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await call);
        Assert.Equal(0, _owner.Faults);
    }

    [Fact]
    public void An_outcome_that_is_taken_twice_is_refused_the_second_time_and_the_next_calls_keep_their_own()
    {
        var handler = Chain(1);
        var call = handler(s_request, CancellationToken.None);
        Assert.Throws<InvalidOperationException>(() => Outcome(call));
        _inside.Come();
        Assert.NotNull(Outcome(call).Response);

        Assert.Throws<InvalidOperationException>(() => Outcome(call));

        var other = new Answer();
        var first = Chain(1)(s_request, CancellationToken.None);
        var second = Chain(1, other)(s_request, CancellationToken.None);
        other.Come();
        Assert.False(first.IsCompleted);
        Assert.Same(other.Response, Outcome(second).Response);
        _inside.Come();
        Assert.Same(_inside.Response, Outcome(first).Response);
    }

    [Fact]
    public async Task Calls_that_begin_on_one_thread_and_end_on_another_keep_their_outcomes()
    {
        var guarded = Guard.Around<IProxyMiddleware>(new Middleware(async (request, _) =>
        {
            await Task.Yield();
            return new ProxyResponse { StatusCode = int.Parse(request.Target, System.Globalization.CultureInfo.InvariantCulture) };
        }), "acme/late", _owner);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(async i =>
        {
            var request = s_request.Fork();
            request.Target = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return (await guarded.InvokeAsync(request, _inside.Later, CancellationToken.None)).Response!.StatusCode;
        }));

        Assert.Equal(Enumerable.Range(0, 2_000), statuses);
    }

    private ProxyHandler Chain(int count, Answer? inside = null) =>
        Pipeline.Compose([.. Enumerable.Range(0, count).Select(_ => Guard.Around<IProxyMiddleware>(new Middleware(null), "acme/late", _owner))], (inside ?? _inside).Later);

    private ProxyResult Call(ProxyHandler handler)
    {
        var call = handler(s_request, CancellationToken.None);
        _inside.Come();
        return call.GetAwaiter().GetResult();
    }

    private static ProxyResult Outcome(ValueTask<ProxyResult> call) => call.GetAwaiter().GetResult();

    private sealed class Middleware(Func<ProxyRequest, CancellationToken, ValueTask<ProxyResult>>? answer) : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) =>
            answer is null ? next(request, cancellationToken) : answer(request, cancellationToken);
    }

    private sealed class Answer : IValueTaskSource<ProxyResult>
    {
        private ManualResetValueTaskSourceCore<ProxyResult> _core;

        public ProxyResponse Response { get; } = new();

        public ValueTask<ProxyResult> Later(ProxyRequest request, CancellationToken cancellationToken)
        {
            _core.Reset();
            return new(this, _core.Version);
        }

        public void Come() => _core.SetResult(Response);

        public ProxyResult GetResult(short token) => _core.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(continuation, state, token, flags);
    }
}
