using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Backends;

/// <summary>Settings of the HTTP client at the root, and pools of backends with options of their own.</summary>
public sealed class ClientSettingsTests
{
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}";

    [Fact, Spec("RTE-332", "RTE-349")]
    public async Task Backends_with_equal_options_share_connections_and_others_never_do()
    {
        await using var raw = RawUpstream.Answering(Answer);
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[
              {"endpoint":"/plain","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]},
              {"endpoint":"/plain-too","backend":[{"host":["$UPSTREAM"],"url_pattern":"/","extra_config":{"backend/http/client":{"no_redirect":false}}}]},
              {"endpoint":"/kept","backend":[{"host":["$UPSTREAM"],"url_pattern":"/","extra_config":{"backend/http/client":{"no_redirect":true}}}]},
              {"endpoint":"/kept-too","backend":[{"host":["$UPSTREAM"],"url_pattern":"/","extra_config":{"backend/http/client":{"no_redirect":true}}}]},
              {"endpoint":"/resent","backend":[{"host":["$UPSTREAM"],"url_pattern":"/","extra_config":{"backend/http/client":{"send_body_on_redirect":true}}}]}]}
            """, raw.Url);

        foreach (var path in new[] { "/plain", "/plain-too", "/kept", "/kept-too", "/resent", "/plain" })
            Assert.Equal(200, (await gateway.GetAsync(path)).Status);

        Assert.Equal([3, 2, 1], raw.Connections.Select(static c => c.Requests.Count));
    }

    [Theory, Spec("RTE-333", "RTE-340")]
    [InlineData("\"disable_keep_alives\":true,", null, true)]
    [InlineData("\"disable_keep_alives\":false,", "true", true)]
    [InlineData("\"disable_keep_alives\":true,", "false", false)]
    [InlineData("", "true", false)]
    public async Task Without_keep_alive_every_call_has_its_own_connection(string setting, string? variable, bool closes)
    {
        await using var raw = RawUpstream.Answering(Answer);
        await using var gateway = await StartAsync(raw.Url, setting, variable is null ? [] : new() { ["KRAKEND_DISABLE_KEEP_ALIVES"] = variable });

        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await gateway.GetAsync("/x")).Status);

        Assert.Equal(closes ? 3 : 1, raw.Connections.Count);
        Assert.All(raw.Requests, request => Assert.Equal(closes, request.Contains("\r\nConnection: close\r\n", StringComparison.Ordinal)));
        if (closes)
            await Wait.UntilAsync(() => raw.Connections.All(static c => c.Closed.IsCompleted), static () => "connections stay open");
    }

    [Theory, Spec("RTE-334")]
    [InlineData("\"max_idle_connections_per_host\":2,", 2, 4)]
    [InlineData("\"max_idle_connections\":3,", 3, 3)]
    [InlineData("\"max_idle_connections\":3,\"max_idle_connections_per_host\":2,", 2, 3)]
    [InlineData("\"max_idle_connections_per_host\":0,", 8, 16)]
    public async Task After_a_burst_only_so_many_connections_stay_open(string setting, int perHost, int total)
    {
        const int Burst = 8;
        var waiting = 0;
        async Task ServeAsync(RawConnection connection)
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                // All of the burst is there at once, on both hosts.
                Interlocked.Increment(ref waiting);
                await Wait.UntilAsync(() => Volatile.Read(ref waiting) >= 2 * Burst, static () => "the burst never came");
                await connection.WriteAsync(Answer);
            }
        }
        await using var first = new RawUpstream(ServeAsync);
        await using var second = new RawUpstream(ServeAsync);
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,$SETTING"timeout":"20s","endpoints":[
              {"endpoint":"/first","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]},
              {"endpoint":"/second","backend":[{"host":["$SECOND"],"url_pattern":"/"}]}]}
            """.Replace("$SETTING", setting, StringComparison.Ordinal).Replace("$SECOND", second.Url, StringComparison.Ordinal), first.Url);

        var replies = await Task.WhenAll(Enumerable.Range(0, 2 * Burst).Select(i => gateway.GetAsync(i % 2 == 0 ? "/first" : "/second")));

        Assert.All(replies, static r => Assert.Equal(200, r.Status));
        Assert.Equal((Burst, Burst), (first.Connections.Count, second.Connections.Count));
        int Open(RawUpstream upstream) => upstream.Connections.Count(static c => !c.Closed.IsCompleted);
        await Wait.UntilAsync(
            () => Open(first) <= perHost && Open(second) <= perHost && Open(first) + Open(second) <= total,
            () => $"{Open(first)} and {Open(second)} connections are open");
        Assert.True(Open(first) + Open(second) >= Math.Min(total, 2 * perHost) - 1, $"only {Open(first)} and {Open(second)} connections are open");
    }

    [Fact, Spec("RTE-335")]
    public async Task An_unused_connection_is_closed_after_its_time()
    {
        await using var raw = RawUpstream.Answering(Answer);
        await using var gateway = await StartAsync(raw.Url, "\"idle_connection_timeout\":\"400ms\",", []);
        await gateway.GetAsync("/x");

        var watch = Stopwatch.StartNew();
        await raw.Connections[0].Closed.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.InRange(watch.ElapsedMilliseconds, 300, 10_000);
    }

    [Fact, Spec("CFG-191", "RTE-338")]
    public async Task A_TLS_handshake_has_ten_seconds()
    {
        await using var silent = new RawUpstream(static connection => connection.WaitForCloseAsync());
        await using var gateway = await StartAsync(silent.Url.Replace("http:", "https:", StringComparison.Ordinal), "\"timeout\":\"25s\",", []);

        var watch = Stopwatch.StartNew();
        var reply = await gateway.GetAsync("/x");

        Assert.Equal((500, "net/http: TLS handshake timeout"), (reply.Status, reply.Body));
        Assert.InRange(watch.Elapsed.TotalSeconds, 9.9, 20);
    }

    [Theory, Spec("RTE-339")]
    [InlineData("", "gzip")]
    [InlineData("\"disable_compression\":true,", null)]
    public async Task Gzip_is_asked_for_unless_it_is_disabled(string setting, string? expected)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/", """{"a":1}""");
        await using var gateway = await StartAsync(upstream.Host, setting, []);

        await gateway.GetAsync("/x");

        Assert.Equal(expected, upstream.Received.Single().Header("Accept-Encoding"));
    }

    [Theory, Spec("RTE-340", "RTE-336")]
    [InlineData("\"response_header_timeout\":\"20s\",", 500)]
    [InlineData("", 200)]
    public async Task A_variable_of_the_environment_overrides_what_stands_in_the_file_only(string setting, int status)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.AnswerAfter(TimeSpan.FromMilliseconds(700), "/", """{"a":1}""");
        await using var gateway = await StartAsync(upstream.Host, "\"timeout\":\"10s\"," + setting, new() { ["KRAKEND_RESPONSE_HEADER_TIMEOUT"] = "100ms" });

        Assert.Equal(status, (await gateway.GetAsync("/x")).Status);
    }

    [Theory, Spec("RTE-343", "RTE-067")]
    [InlineData("", 500)]
    [InlineData("\"allow_insecure_connections\":true,", 200)]
    public async Task A_certificate_that_nobody_trusts_is_refused_unless_all_are_allowed(string setting, int status)
    {
        using var certificate = SelfSigned();
        await using var raw = new RawUpstream(
            static async connection =>
            {
                while (await connection.ReadRequestAsync() is not null)
                    await connection.WriteAsync(Answer);
            },
            certificate);
        await using var gateway = await StartAsync(raw.Url, setting, []);

        var reply = await gateway.GetAsync("/x");

        Assert.Equal(status, reply.Status);
        if (status == 500)
            Assert.StartsWith("tls: failed to verify certificate", reply.Body);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=another.test", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static Task<TestGateway> StartAsync(string upstream, string setting, Dictionary<string, string> environment) => TestGateway.StartAsync("""
        {"version":3,$SETTING"extra_config":{"router":{"return_error_msg":true}},"endpoints":[
          {"endpoint":"/x","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}]}
        """.Replace("$SETTING", setting, StringComparison.Ordinal), upstream, new() { Environment = environment });
}
