using System.Globalization;
using Gateway.Testing;
using KrakenPlugins.Quota.Counting;
using KrakenPlugins.Quota.Processors;
using KrakenPlugins.Quota.Rejections;
using KrakenPlugins.Resp;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

/// <summary>A Redis server that the tests of a class share; each uses a quota name of its own.</summary>
public sealed class SharedRedis : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await RedisServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

/// <summary>A processor without gateway, on a clock that the test sets.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly RespClient _client;

    private Rig(RespClient client, QuotaProcessor processor)
    {
        _client = client;
        Processor = processor;
    }

    public QuotaProcessor Processor { get; }

    public RespClient Client => _client;

    public static Rig Start(RedisServer server, string name, string limits, string? now = null, RejecterCache? rejections = null, bool hashesKeys = false)
    {
        var client = RespClient.Connect(new RespAddress("127.0.0.1", server.Port), new RespOptions { Name = "a" });
        var state = new ProcessorState(name, client, new FailurePolicy(false, 0, false, true), TimeProvider.System, NullLogger.Instance);
        var rule = Rule("plan", limits);
        return new Rig(client, new QuotaProcessor(name, client, state, new Dictionary<string, QuotaRule> { [rule.Name] = rule })
        {
            HashesKeys = hashesKeys,
            Rejections = rejections,
            Script = now is null ? QuotaScript.Shared : At(now),
        });
    }

    /// <summary>A rule of limits written <c>10 hour, 20 day</c>.</summary>
    public static QuotaRule Rule(string name, string limits) => new(name,
        [.. limits.Split(", ").Select(static limit => limit.Split(' ')).Select(static parts => new QuotaLimit(QuotaUnit.Find(parts[1])!, double.Parse(parts[0], CultureInfo.InvariantCulture)))]);

    /// <summary>The script at a moment of UTC.</summary>
    public static RedisScript At(string now) => new(QuotaScript.Text($"{{'{Seconds(now)}', '0'}}"));

    public static long Seconds(string now) => DateTimeOffset.Parse(now, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds();

    /// <summary>Takes once for a client of the tier gold.</summary>
    public ValueTask<QuotaDecision> TakeAsync(string client = "1234", double weight = 1) => Processor.Bind("plan", "gold")!.TakeAsync(client, weight, TimeSpan.FromSeconds(5));

    public ValueTask<QuotaDecision> ChargeAsync(string client, double weight) => Processor.Bind("plan", "gold")!.ChargeAsync(client, weight, TimeSpan.FromSeconds(5));

    public async ValueTask DisposeAsync()
    {
        await Processor.DisposeAsync();
        await _client.DisposeAsync();
    }
}

/// <summary>Names of quotas that no other test has.</summary>
internal static class Fresh
{
    private static int s_last;

    public static string Name() => string.Create(CultureInfo.InvariantCulture, $"q{Interlocked.Increment(ref s_last)}");
}

/// <summary>What is in a hash.</summary>
internal static class RedisHashes
{
    /// <summary>Fields in ordinal order, as <c>d4=1 h13=1</c>; the time stamp is left out.</summary>
    public static string Fields(this RedisServer server, string key)
    {
        var lines = server.Cli("hgetall", key).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', lines.Chunk(2).Where(static pair => pair[0] != "t").Select(static pair => $"{pair[0]}={pair[1]}").Order(StringComparer.Ordinal));
    }
}
