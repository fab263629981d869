using System.Diagnostics.Metrics;
using Gateway.Testing;
using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.HttpCache.Tests;

/// <summary>What the original does not have.</summary>
public sealed class OptInTests
{
    [Theory]
    [Spec("MAN-416")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answers_say_what_the_cache_did(bool isNoOp)
    {
        await using var rig = await Rig.StartAsync("""{"cache_status":true}""", endpoint: ",\"input_headers\":[\"Range\",\"Cache-Control\"]", isNoOp: isNoOp, root: ",\"name\":\"edge\"");
        rig.Backend = static (context, call) =>
        {
            context.Response.StatusCode = context.Request.Headers.ContainsKey("If-None-Match") ? 304 : 200;
            return Rig.AnswerAsync(context, """{"a":1}""", context.Request.Query.ContainsKey("no") ? "no-store" : "max-age=60", "ETag: \"a\"");
        };
        var statuses = new List<string?>();

        foreach (var (path, header) in new[] { ("/e", ""), ("/e", ""), ("/e?no", ""), ("/e", "Range: bytes=0-1"), ("/e", "Cache-Control: no-cache") })
            statuses.Add((await rig.GetAsync(path, header.Length == 0 ? [] : [header])).Header("Cache-Status"));
        rig.Day.Advance(61);
        statuses.Add((await rig.GetAsync()).Header("Cache-Status"));

        Assert.Equal(["edge; fwd=miss; stored; ttl=60", "edge; hit; ttl=60", "edge; fwd=miss", "edge; fwd=partial", "edge; fwd=miss; stored; ttl=60", "edge; fwd=stale; fwd-status=304; ttl=60"], statuses);
    }

    [Theory]
    [InlineData("edge-1", "edge-1")]
    [InlineData("", "gateway")]
    [InlineData(null, "gateway")]
    [InlineData("my gateway", "gateway")]
    [InlineData("a\r\nb", "gateway")]
    [InlineData("1st", "gateway")]
    [Spec("MAN-416")]
    public void The_name_of_the_cache_is_a_token(string? service, string name) => Assert.Equal(name, CacheStatus.NameOf(service));

    [Fact]
    [Spec("MAN-417")]
    public async Task Operators_drop_answers_by_URL_by_prefix_or_all()
    {
        await using var rig = await Rig.StartAsync();
        foreach (var path in new[] { "/e?1", "/e?2", "/e" })
            await rig.GetAsync(path);
        var host = rig.Front.Upstream.Host;

        Assert.Equal((400, 0), await PurgeAsync(rig));
        Assert.Equal((400, 0), await PurgeAsync(rig, ("all", "yes")));
        Assert.Equal((400, 0), await PurgeAsync(rig, ("all", "true"), ("url", "x")));
        Assert.Equal((200, 0), await PurgeAsync(rig, ("url", $"{host}/other")));
        Assert.Equal((200, 3), await PurgeAsync(rig, ("url", $"{host}/b")));
        await rig.GetAsync();
        Assert.Equal(4, rig.Calls);
        Assert.Equal((200, 1), await PurgeAsync(rig, ("prefix", host)));
        await rig.GetAsync();
        Assert.Equal((200, 1), await PurgeAsync(rig, ("all", "true")));
        await rig.GetAsync();
        Assert.Equal(6, rig.Calls);

        var status = (await RunAsync(rig, "status")).Document;
        Assert.Equal("1", ((DataNumber)((DataObject)((DataArray)status["buckets"]!).Items[0])["items"]!).Text);
    }

    [Fact]
    [Spec("MAN-424")]
    public async Task The_meter_counts_what_the_cache_did()
    {
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "KrakenPlugins.HttpCache")
                listener.EnableMeasurementEvents(instrument);
        } };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var name = tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Value}";
            lock (seen)
                seen[name] = seen.GetValueOrDefault(name) + value;
        });
        listener.Start();
        await using var rig = await Rig.StartAsync("""{"max_items":1,"max_size":5000}""");

        foreach (var path in new[] { "/e", "/e", "/e?1" })
            await rig.GetAsync(path);
        listener.RecordObservableInstruments();

        // Other tests of the process may count too.
        Assert.True(seen["gateway.http_cache.requests hit"] >= 1 && seen["gateway.http_cache.requests miss"] >= 2);
        Assert.True(seen["gateway.http_cache.evictions"] >= 1 && seen["gateway.http_cache.entries"] >= 1 && seen["gateway.http_cache.bytes"] > 0);
    }

    [Theory]
    [InlineData("""{"max_items":-1,"max_size":5000}""", "max_items", "expected a number above 0")]
    [InlineData("""{"key_headers":["a b"]}""", "key_headers", "is no name of a header")]
    [InlineData("""{"connection_name":"nowhere"}""", "connection_name", "\"nowhere\" is no Redis connection; expected a name of extra_config.redis")]
    [InlineData("""{"shared":"x"}""", "shared", "")]
    [Spec("TRF-071", "MAN-418")]
    public async Task A_value_that_cannot_be_used_is_told_with_its_place(string cache, string attribute, string message)
    {
        await using var rig = await Rig.StartAsync(cache);

        var fault = Assert.Single(rig.Front.Gateway.Diagnostics.All, static d => d.Severity == ConfigSeverity.Error);
        Assert.Contains($"qos/http-cache.{attribute}", fault.Path.Replace("[\"", "", StringComparison.Ordinal).Replace("\"]", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.True(fault.Position.Line > 0);
        Assert.Equal(500, (await rig.GetAsync()).Status);
    }

    [Fact]
    public async Task The_example_of_the_manual_works()
    {
        await using var rig = await Rig.StartDocumentAsync(PluginFront.ReadmeExample(Rig.Folder).Replace("http://127.0.0.1:8081", "$UPSTREAM", StringComparison.Ordinal));

        Assert.Equal("""{"n":1}""", await rig.BodyAsync("/products/7"));
        Assert.Equal("""{"n":1}""", await rig.BodyAsync("/products/7"));
        Assert.Empty(rig.Front.Gateway.Diagnostics.All);
    }

    private static async Task<(int Status, long Purged)> PurgeAsync(Rig rig, params (string Name, string Value)[] query)
    {
        var answer = await RunAsync(rig, "purge", query);
        return (answer.Status, answer.Document["purged"] is DataNumber number && number.TryGetInt64(out var purged) ? purged : 0);
    }

    private static async Task<AdminAnswer> RunAsync(Rig rig, string name, params (string Name, string Value)[] query)
    {
        var list = new NameValueList(ignoreCase: false);
        foreach (var (key, value) in query)
            list.Add(key, value);
        return await rig.Front.Gateway.Host.AdminOperations.Single(o => o.Path == $"/plugins/http-cache/{name}").RunAsync(new AdminRequest(list, default), CancellationToken.None);
    }
}
