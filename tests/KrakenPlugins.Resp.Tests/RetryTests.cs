using System.Collections.Concurrent;
using System.Diagnostics;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Resp.Tests;

/// <summary>Commands that are sent again, and when that ends.</summary>
public sealed class RetryTests
{
    [Theory, Spec("TRF-077", "CFG-197")]
    [InlineData(0, 1)]
    [InlineData(3, 4)]
    public async Task What_did_not_run_is_sent_again_as_often_as_configured(int retries, int attempts)
    {
        await using var server = new Loading();
        await using var client = server.Connect(o => o with { MaxRetries = retries, MinRetryBackoff = TimeSpan.FromMilliseconds(1), MaxRetryBackoff = TimeSpan.FromMilliseconds(2) });

        var reply = await client.Run("k");

        Assert.Equal(RedisFailure.Unavailable, reply.Failure);
        Assert.StartsWith("LOADING", reply.Error, StringComparison.Ordinal);
        Assert.Equal(attempts, server.Times.Count);
    }

    [Fact, Spec("TRF-077", "CFG-197")]
    public async Task The_pauses_are_between_the_two_bounds()
    {
        await using var server = new Loading();
        await using var client = server.Connect(static o => o with { MaxRetries = 4, MinRetryBackoff = TimeSpan.FromMilliseconds(30), MaxRetryBackoff = TimeSpan.FromMilliseconds(60) });

        await client.Run("k");

        var times = server.Times.ToArray();
        Assert.Equal(5, times.Length);
        var pauses = times.Skip(1).Zip(times, static (later, earlier) => Stopwatch.GetElapsedTime(earlier, later).TotalMilliseconds).ToArray();
        Assert.All(pauses, static pause => Assert.InRange(pause, 29, 5_000));
        // A busy machine may delay some of them.
        Assert.InRange(pauses.Min(), 29, 60 + 200);
    }

    [Fact, Spec("TRF-077", "TRF-333")]
    public async Task The_deadline_cuts_them_off()
    {
        await using var server = new Loading();
        await using var client = server.Connect(static o => o with { MaxRetries = 100, MinRetryBackoff = TimeSpan.FromMilliseconds(20), MaxRetryBackoff = TimeSpan.FromMilliseconds(40) });
        // What connecting takes on a busy machine leaves no time to be sent again.
        await Wait.UntilAsync(() => client.IsReady, static () => "not connected");

        var (reply, took) = await client.Run("k", 0.2).Timed();

        Assert.Equal(RedisFailure.Timeout, reply.Failure);
        Assert.InRange(took.TotalMilliseconds, 195, 2_000);
        Assert.InRange(server.Times.Count, 2, 11);
    }

    [Fact, Spec("TRF-077", "TRF-335")]
    public async Task A_command_that_may_have_run_is_not_sent_again_unless_it_may_run_twice()
    {
        var commands = 0;
        await using var server = new ScriptedServer((_, socket) =>
        {
            Interlocked.Increment(ref commands);
            socket.Close();
            return Task.FromException(new OperationCanceledException());
        });
        await using var client = Clients.Connect(server.Port, static o => o with { MaxRetries = 2, MinRetryBackoff = TimeSpan.FromMilliseconds(1), MaxRetryBackoff = TimeSpan.FromMilliseconds(2) });

        Assert.Equal(RedisFailure.Lost, (await client.Run("k")).Failure);
        Assert.Equal(1, commands);

        var reply = await client.EvaluateAsync(Clients.Increment, ["k"], [1], new RedisCall(TimeSpan.FromSeconds(5)) { IsRepeatable = true });
        Assert.Equal(RedisFailure.Lost, reply.Failure);
        Assert.Equal(4, commands);
    }

    /// <summary>A server that is always just about to be ready.</summary>
    private sealed class Loading : IAsyncDisposable
    {
        private readonly ScriptedServer _server;

        public Loading()
        {
            _server = new ScriptedServer(_ =>
            {
                Times.Enqueue(Stopwatch.GetTimestamp());
                return "-LOADING Redis is loading the dataset in memory\r\n";
            });
        }

        public ConcurrentQueue<long> Times { get; } = new();

        public RespClient Connect(Func<RespOptions, RespOptions> change) => Clients.Connect(_server.Port, change);

        public ValueTask DisposeAsync() => _server.DisposeAsync();
    }
}
