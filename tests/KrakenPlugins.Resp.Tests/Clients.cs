using System.Diagnostics;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Tests;

/// <summary>What the tests send.</summary>
internal static class Clients
{
    public static RedisScript Increment { get; } = new("return redis.call('INCRBY', KEYS[1], ARGV[1])");

    public static RespClient Connect(int port, Func<RespOptions, RespOptions>? change = null)
    {
        // A busy machine may be slow to connect.
        var options = new RespOptions { Name = "test", DialGrace = TimeSpan.FromSeconds(5) };
        return RespClient.Connect(new RespAddress("127.0.0.1", port), change?.Invoke(options) ?? options);
    }

    public static ValueTask<RedisReply> Run(this RespClient client, string key, double seconds = 5) =>
        client.EvaluateAsync(Increment, [key], [1], new RedisCall(TimeSpan.FromSeconds(seconds)));

    public static ValueTask<RedisReply> Send(this RespClient client, params RedisArgument[] command) =>
        client.ExecuteAsync(command, new RedisCall(TimeSpan.FromSeconds(5)));

    public static async Task<(RedisReply Reply, TimeSpan Took)> Timed(this ValueTask<RedisReply> call)
    {
        var start = Stopwatch.GetTimestamp();
        var reply = await call;
        return (reply, Stopwatch.GetElapsedTime(start));
    }

    public static long Number(this RedisReply reply) =>
        reply.TryGetInteger(out var number) ? number : throw new InvalidOperationException($"no number: {reply.Kind} {reply.Failure} {reply.Error}");

    /// <summary>Sends until the server answers; gives how long that took.</summary>
    public static async Task<TimeSpan> UntilAnswered(this RespClient client, string key)
    {
        var start = Stopwatch.GetTimestamp();
        RedisReply reply;
        while ((reply = await client.Run(key, 0.2)).IsFailed)
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > 15)
                throw new TimeoutException($"{reply.Failure}: {reply.Error}");
            await Task.Yield();
        }
        return Stopwatch.GetElapsedTime(start);
    }
}
