using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Forwarding;

public sealed class BackendHostTests
{
    [Fact, Spec("RTE-344")]
    public async Task A_connection_in_steady_use_ends_after_five_minutes_so_that_its_name_is_resolved_again()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"x\":1}");
        var time = new ShiftedTime();
        await using var gateway = await TestGateway.StartAsync(
            """{"version":3,"timeout":"20s","endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/a","host":["$UPSTREAM"]}]}]}""",
            $"http://localhost:{upstream.Port}", new() { Time = time });

        for (var minute = 0; minute < 5; minute++)
        {
            Assert.Equal("""{"x":1}""", await gateway.Client.GetStringAsync("/a"));
            Assert.Single(upstream.Connections);
            time.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Equal("""{"x":1}""", await gateway.Client.GetStringAsync("/a"));

        Assert.Equal(2, upstream.Connections.Count);
        await upstream.Connections[0].Closed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}";

    [Fact, Spec("RTE-056", "RTE-057")]
    public async Task Own_hosts_come_before_those_of_the_root()
    {
        await using var own = await Upstream.StartAsync();
        own.Answer("/b", """{"own":true}""");
        await using var rig = await Rig.StartAsync($$"""
            {"endpoint":"/own","backend":[{"url_pattern":"/b","host":["{{own.Host}}"]}]},
            {"endpoint":"/root","backend":[{"url_pattern":"/b","host":[]}]},
            {"endpoint":"/both","backend":[{"url_pattern":"/b","host":["{{own.Host}}"]},{"url_pattern":"/c"}]}
            """);

        Assert.Equal("""{"own":true}""", (await rig.GetAsync("/own")).Body);
        Assert.Equal("""{"target":"/b"}""", (await rig.GetAsync("/root")).Body);
        Assert.Equal("""{"own":true,"target":"/c"}""", (await rig.GetAsync("/both")).Body);
    }

    [Fact, Spec("RTE-057")]
    public async Task No_host_anywhere_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            static () => TestGateway.StartAsync("""{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/b"}]}]}"""));

        Assert.Contains("no hosts", refusal.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("RTE-058")]
    [InlineData("127.0.0.1:{0}")]
    [InlineData("127.0.0.1:{0}/")]
    [InlineData("http://127.0.0.1:{0}/")]
    [InlineData("localhost:{0}")]
    public async Task Hosts_get_a_scheme_and_lose_a_final_slash(string host)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/b", """{"x":1}""");
        host = string.Format(System.Globalization.CultureInfo.InvariantCulture, host, new Uri(upstream.Host).Port);
        await using var gateway = await TestGateway.StartAsync(
            """{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/b","host":["$UPSTREAM"]}]}]}""", host);

        Assert.Equal("""{"x":1}""", await gateway.Client.GetStringAsync("/a"));
    }

    [Theory, Spec("RTE-059")]
    [InlineData("http://a/v1")]
    [InlineData("http://user:pw@a")]
    [InlineData("http://[::1]:8080")]
    [InlineData("http://a:1")]
    [InlineData("ftp://a")]
    [InlineData("")]
    public async Task Hosts_outside_the_grammar_are_refused(string host)
    {
        var refusal = await Rig.RefusalAsync($$"""{"endpoint":"/a","backend":[{"url_pattern":"/b","host":["{{host}}"]}]}""");

        Assert.Contains("not valid: invalid host", refusal, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-060")]
    public async Task A_verbatim_host_keeps_its_base_path_and_user()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/base/v1/b", """{"x":1}""");
        var host = upstream.Host.Replace("http://", "http://user:p%40w@", StringComparison.Ordinal) + "/base/v1";
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/b","disable_host_sanitize":true}]}]}
            """, host);

        Assert.Equal("""{"x":1}""", await gateway.Client.GetStringAsync("/a"));
        Assert.Equal("Basic dXNlcjpwQHc=", upstream.Received[0].Header("Authorization"));
        Assert.Equal(new Uri(upstream.Host).Authority, upstream.Received[0].Header("Host"));
    }

    [Theory, Spec("RTE-060")]
    [InlineData("amqp://queue")]
    [InlineData("not a host")]
    public async Task A_verbatim_host_that_cannot_be_called_fails_its_endpoint_with_a_500(string host)
    {
        await using var rig = await Rig.StartAsync($$"""
            {"endpoint":"/a","backend":[{"url_pattern":"/b","host":["{{host}}"],"disable_host_sanitize":true}]},
            {"endpoint":"/ok","backend":[{"url_pattern":"/b"}]}
            """);

        Assert.Equal(500, (await rig.GetAsync("/a")).Status);
        Assert.Equal(200, (await rig.GetAsync("/ok")).Status);
    }

    [Theory, Spec("RTE-061")]
    [InlineData("b/c", "/b/c")]
    [InlineData("", "/")]
    public async Task A_pattern_gets_its_leading_slash(string pattern, string expected)
    {
        await using var rig = await Rig.StartAsync($$"""{"endpoint":"/a","backend":[{"url_pattern":"{{pattern}}"}]}""");

        Assert.Equal(expected, await rig.TargetOfAsync("/a"));
    }

    [Fact, Spec("RTE-062")]
    public async Task A_placeholder_without_source_is_refused()
    {
        var undefined = await Rig.RefusalAsync("""{"endpoint":"/a/{x}","method":"POST","backend":[{"url_pattern":"/ok/{x}"},{"url_pattern":"/b/{nope}"}]}""");
        var tooMany = await Rig.RefusalAsync("""{"endpoint":"/a","backend":[{"url_pattern":"/b/{x}/{y}"}]}""");

        Assert.Contains("undefined output param 'nope'! endpoint: POST /a/{x}, backend: 1. input: [x], output: [nope]", undefined, StringComparison.Ordinal);
        Assert.Contains("input and output params do not match. endpoint: GET /a, backend: 0. input: [], output: [x y]", tooMany, StringComparison.Ordinal);
    }

    [Fact, Spec("RTE-062")]
    public async Task Placeholders_may_be_left_out_and_repeated()
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a/{x}/{y}","backend":[{"url_pattern":"/b/{x}/{x}?q={x}"}]}""");

        Assert.Equal("/b/1/1?q=1", await rig.TargetOfAsync("/a/1/2"));
    }

    [Theory, Spec("RTE-063")]
    [InlineData("POST", "get", "GET")]
    [InlineData("GET", "post", "POST")]
    [InlineData("PUT", "DELETE", "DELETE")]
    public async Task A_backend_may_have_another_method(string method, string backendMethod, string expected)
    {
        await using var rig = await Rig.StartAsync(
            $$"""{"endpoint":"/a","method":"{{method}}","backend":[{"url_pattern":"/own","method":"{{backendMethod}}"},{"url_pattern":"/inherited"}]}""");

        Assert.Equal(200, (await rig.SendAsync(method, "/a")).Status);

        Assert.Equal(expected, Assert.Single(rig.Upstream.ReceivedAt("/own")).Method);
        Assert.Equal(method, Assert.Single(rig.Upstream.ReceivedAt("/inherited")).Method);
    }

    [Theory, Spec("RTE-064")]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    public async Task Methods_without_body_need_no_op(string method)
    {
        await using var rig = await Rig.StartAsync($$"""
            {"endpoint":"/json","backend":[{"url_pattern":"/b","method":"{{method}}"}]},
            {"endpoint":"/raw","output_encoding":"no-op","backend":[{"url_pattern":"/b","method":"{{method}}"}]}
            """);
        rig.Upstream.On("/b", static context =>
        {
            context.Response.Headers["X-From"] = context.Request.Method;
            context.Response.ContentLength = context.Request.Method == "HEAD" ? 5 : 0;
            return Task.CompletedTask;
        });

        var json = await rig.GetAsync("/json");
        var raw = await rig.GetAsync("/raw");

        Assert.Equal((500, ""), (json.Status, json.Body));
        Assert.Equal((200, "", method), (raw.Status, raw.Body, raw["X-From"]));
    }

    [Fact, Spec("RTE-065")]
    public async Task Comments_and_a_stray_timeout_in_a_backend_have_no_effect()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","backend":[{"url_pattern":"/b","@comment":{"url_pattern":1},"$x":[],"_x":null,"#x":"y","timeout":"1ns"}]}
            """);

        Assert.Equal("/b", await rig.TargetOfAsync("/a"));
    }

    [Fact, Spec("RTE-066")]
    public async Task Backends_are_called_over_HTTP_1_1()
    {
        await using var upstream = RawUpstream.Answering(Answer);
        await using var gateway = await TestGateway.StartAsync(
            """{"version":3,"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/b","host":["$UPSTREAM"]}]}]}""", upstream.Url);

        Assert.Equal("""{"a":1}""", await gateway.Client.GetStringAsync("/a"));
        Assert.StartsWith("GET /b HTTP/1.1\r\n", upstream.Requests[0], StringComparison.Ordinal);
    }

    [Theory, Spec("RTE-067")]
    [InlineData("false", HttpStatusCode.InternalServerError)]
    [InlineData("true", HttpStatusCode.OK)]
    public async Task A_self_signed_certificate_is_an_error_unless_allowed(string allowed, HttpStatusCode status)
    {
        using var certificate = SelfSigned();
        await using var upstream = new RawUpstream(static async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.WriteAsync(Answer);
        }, certificate);
        await using var gateway = await TestGateway.StartAsync(
            $$"""{"version":3,"allow_insecure_connections":{{allowed}},"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/b","host":["$UPSTREAM"]}]}]}""",
            upstream.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));

        using var response = await gateway.Client.GetAsync("/a");

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(status == HttpStatusCode.OK ? 1 : 0, upstream.Requests.Count);
    }

    [Fact, Spec("RTE-066", "RTE-375", "RTE-376")]
    public async Task TLS_asks_for_the_picked_hosts_name_and_for_no_HTTP_2()
    {
        using var certificate = SelfSigned();
        await using var secure = new RawUpstream(static async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.WriteAsync(Answer);
        }, certificate);
        await using var plain = RawUpstream.Answering(Answer);
        await using var gateway = await TestGateway.StartAsync($$"""
            {"version":3,"allow_insecure_connections":true,"endpoints":[{"endpoint":"/a","backend":[
              {"url_pattern":"/b","host":["https://localhost:{{secure.Port}}","{{plain.Url}}"]}]}]}
            """);

        for (var i = 0; i < 4; i++)
            await gateway.Client.GetStringAsync("/a");

        Assert.Equal((2, 2), (secure.Requests.Count, plain.Requests.Count));
        Assert.All(secure.Connections, static c => Assert.Equal(("localhost", false), (c.ServerName, c.IsHttp2)));
        Assert.All(secure.Requests, r => Assert.Contains($"\r\nHost: localhost:{secure.Port}\r\n", r, StringComparison.Ordinal));
        Assert.All(plain.Requests, r => Assert.Contains($"\r\nHost: 127.0.0.1:{plain.Port}\r\n", r, StringComparison.Ordinal));
    }

    [Fact, Spec("RTE-068")]
    public async Task The_status_of_a_failing_backend_is_logged_with_both_ends()
    {
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a/{x}","method":"POST","backend":[{"url_pattern":"/b/{x}","method":"PUT"}]}""");
        rig.Upstream.Answer("/b/1", "no", status: 418);

        await rig.SendAsync("POST", "/a/1");

        await rig.Gateway.WaitForLogAsync("WARNING: [BACKEND: POST /a/{x} -> PUT /b/{x}][Client] Status: 418");
        await rig.Gateway.WaitForLogAsync($"ERROR: [ENDPOINT: /a/{{x}}] invalid status code 418 [PUT /b/{{x}}]: {rig.Upstream.Host}/b/1");
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
