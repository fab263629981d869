using Gateway.Testing;
using KrakenPlugins.HttpCache.Calls;
using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.HttpCache.Redis;
using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace KrakenPlugins.HttpCache.Tests;

/// <summary>What was dropped on purpose does not come back by an answer that was on its way.</summary>
public sealed class WithdrawalTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly NameValueList s_none = new(ignoreCase: true);

    [Theory]
    [Spec("MAN-417", "MAN-425")]
    [InlineData(true, 100)]
    [InlineData(false, 100)]
    // Above what is read before anybody gets the answer.
    [InlineData(true, 2 << 20)]
    public async Task A_purge_or_a_change_wins_over_an_answer_on_its_way(bool isPurge, int length)
    {
        await using var rig = await Rig.StartDocumentAsync("""
            {"version":3,"host":["$UPSTREAM"],"timeout":"30s","endpoints":[
              {"endpoint":"/e","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true} } }]},
              {"endpoint":"/e","method":"PUT","output_encoding":"no-op","backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true} } }]}]}
            """);
        var asked = new SemaphoreSlim(0);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Backend = async (context, call) =>
        {
            if (call == 1)
            {
                asked.Release();
                await open.Task.WaitAsync(s_patience);
            }
            await Rig.AnswerAsync(context, $"{call}".PadRight(length), "max-age=60");
        };

        var old = rig.BodyAsync();
        Assert.True(await asked.WaitAsync(s_patience));
        if (isPurge)
            await PurgeAsync(rig, "all", "true");
        else
            await rig.Front.SendAsync(HttpMethod.Put, "/e");
        open.SetResult();

        Assert.StartsWith("1", await old.WaitAsync(s_patience), StringComparison.Ordinal);
        var fresh = (await rig.BodyAsync()).TrimEnd();
        Assert.NotEqual("1", fresh);
        Assert.Equal(fresh, (await rig.BodyAsync()).TrimEnd());
    }

    [Theory]
    [Spec("MAN-417", "MAN-418", "MAN-425")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_request_fetches_from_Redis_before_it_is_deleted_there_goes_too(bool isPurge)
    {
        var pool = new Pool();
        var core = Core(default, new SharedStore(pool, "", CancellationToken.None));
        core.Bucket.Store("k", s_none, Old());
        pool.BeforeDelete = () => Assert.True(core.Bucket.Store("k", s_none, Old(), core.Bucket.VersionOf("k")));
        var administration = new CacheAdministration();
        administration.Add(core);
        var query = new NameValueList(ignoreCase: false);
        query.Add("all", "true");

        if (isPurge)
            await administration.Operations.Single(static o => o.Path == "purge").RunAsync(new(query, default), CancellationToken.None);
        else
            await core.WithdrawAsync("k", CancellationToken.None);

        Assert.Equal((1, 0), (pool.Deletes, core.Bucket.Count));

        static Entry Old() => new(200, s_none, default, new Freshness(60_000, 0), DateTimeOffset.UtcNow, "http://a/b");
    }

    [Fact]
    [Spec("MAN-410", "MAN-134")]
    public async Task What_is_collected_is_let_go_once_it_cannot_be_kept()
    {
        var core = Core(new BucketLimits(10, 5000));
        var bytes = new PooledBytes();
        bytes.Write(new byte[4000]);
        var call = new CacheCall(core, "k", Request(), default);
        using var response = new StoringResponse(new SyntheticResponse(new byte[4000]), call, bytes, default);

        var read = 0;
        while (read < 8000)
            read += await response.ReadAsync(new byte[1000], CancellationToken.None);

        Assert.Equal((0, 0), (bytes.Length, core.Ceiling.Used));
    }

    [Theory]
    [Spec("MAN-412")]
    [InlineData("\"store_private\":true", "")]
    [InlineData("\"key_headers\":[\"X-Tenant\"]", "")]
    public async Task Backends_that_keep_by_other_rules_never_share_answers(string x, string y)
    {
        await using var rig = await Rig.StartDocumentAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/x","output_encoding":"no-op","input_headers":["X-Tenant"],"backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true{{{Member(x)}}}} } }]},
              {"endpoint":"/y","output_encoding":"no-op","input_headers":["X-Tenant"],"backend":[{"url_pattern":"/b","encoding":"no-op","extra_config":{"qos/http-cache":{"shared":true{{{Member(y)}}}} } }]}]}
            """);
        rig.Backend = (context, call) => Rig.AnswerAsync(context, $"{call}", x.Contains("private", StringComparison.Ordinal) ? "private, max-age=60" : "max-age=60");

        Assert.Equal("1", await rig.BodyAsync("/x"));
        Assert.Equal("2", await rig.BodyAsync("/y"));

        static string Member(string member) => member.Length == 0 ? "" : "," + member;
    }

    internal static ValueTask<AdminAnswer> PurgeAsync(Rig rig, string name, string value)
    {
        var query = new NameValueList(ignoreCase: false);
        query.Add(name, value);
        return rig.Front.Gateway.Host.AdminOperations.Single(static o => o.Path == "/plugins/http-cache/purge").RunAsync(new(query, default), CancellationToken.None);
    }

    private static ProxyRequest Request() => new()
    {
        Method = "GET",
        Target = "/b",
        Host = new BackendHost("http", "a", 80),
        Headers = new NameValueList(ignoreCase: true),
        Query = new NameValueList(ignoreCase: false),
        Parameters = new NameValueList(ignoreCase: false),
        Body = RequestBody.Empty,
    };

    private static CacheCore Core(BucketLimits limits, SharedStore? shared = null)
    {
        var ceiling = new MemoryCeiling(1 << 20);
        return new CacheCore
        {
            Bucket = new Bucket(limits, TimeProvider.System, ceiling),
            Ceiling = ceiling,
            Keys = new CacheKeys("", []),
            Metrics = new CacheMetrics(),
            Time = TimeProvider.System,
            Logger = NullLogger.Instance,
            StoresPrivate = false,
            Collapses = true,
            MostWait = TimeSpan.FromSeconds(1),
            Shared = shared,
        };
    }

    /// <summary>A Redis that counts deletions.</summary>
    private sealed class Pool : IRedisPool
    {
        public int Deletes { get; private set; }

        public Action BeforeDelete { get; set; } = static () => { };

        public string Name => "r";

        public bool IsCluster => false;

        public bool IsReady => true;

        public ValueTask<RedisReply> ExecuteAsync(ReadOnlySpan<RedisArgument> command, RedisCall call, CancellationToken cancellationToken)
        {
            BeforeDelete();
            Deletes++;
            return default;
        }

        public ValueTask<RedisReply> EvaluateAsync(RedisScript script, ReadOnlySpan<RedisArgument> keys, ReadOnlySpan<RedisArgument> arguments, RedisCall call, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
