using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace KrakenPlugins.Retries.Tests;

public sealed class LimitTests
{
    [Fact, Spec("RTE-424")]
    public void A_limit_that_passes_when_the_head_is_there_does_not_cut_the_body()
    {
        var time = new StoppedTime();
        using var attempt = new Attempt(TimeSpan.FromSeconds(1), time, CancellationToken.None);

        Assert.True(attempt.TryEndLimit());
        time.Fire();

        Assert.False(attempt.Token.IsCancellationRequested);
    }

    [Fact, Spec("RTE-424")]
    public void A_limit_that_passes_first_ends_the_attempt()
    {
        var time = new StoppedTime();
        using var attempt = new Attempt(TimeSpan.FromSeconds(1), time, CancellationToken.None);

        time.Fire();

        Assert.True(attempt.Token.IsCancellationRequested);
        Assert.False(attempt.TryEndLimit());
    }

    [Fact, Spec("RTE-424")]
    public void The_time_of_the_call_ends_an_attempt_also_behind_its_head()
    {
        using var call = new CancellationTokenSource();
        using var attempt = new Attempt(TimeSpan.FromSeconds(1), new StoppedTime(), call.Token);

        Assert.True(attempt.TryEndLimit());
        call.Cancel();

        Assert.True(attempt.Token.IsCancellationRequested);
    }

    [Theory, Spec("RTE-420")]
    [InlineData("connect_failure", GatewayErrorKind.Timeout, true, 2)]
    [InlineData("connect_failure", GatewayErrorKind.Timeout, false, 1)]
    [InlineData("timeout", GatewayErrorKind.Timeout, true, 2)]
    [InlineData("reset", GatewayErrorKind.Timeout, true, 1)]
    public async Task No_connection_in_time_is_no_connection(string reason, GatewayErrorKind kind, bool isUnsent, int attempts)
    {
        var config = TestConfig.Parse($$"""{"retry_on":["{{reason}}"],"backoff":{"initial":"0s"} }""");
        var settings = RetrySettings.Read(config, RetriesPlugin.Namespace, new ConfigDiagnostics())!;
        using var context = new TestContext();
        using var metrics = new RetryMetrics();
        var retries = new Retries(settings, new RetryBudget(0, 10, 1000), metrics, context);
        var calls = 0;

        var result = await retries.InvokeAsync(TestRequest.Create(), (_, _) =>
        {
            calls++;
            return new(new GatewayError(kind, "dial tcp: i/o timeout") { IsUnsent = isUnsent });
        }, CancellationToken.None);

        Assert.Equal(attempts, calls);
        Assert.Equal("dial tcp: i/o timeout", result.Error!.Message);
    }

    /// <summary>A clock whose one timer fires by hand, also when it was stopped, as one does that was about to.</summary>
    private sealed class StoppedTime : TimeProvider
    {
        private Action _fire = static () => { };

        public void Fire() => _fire();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _fire = () => callback(state);
            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
