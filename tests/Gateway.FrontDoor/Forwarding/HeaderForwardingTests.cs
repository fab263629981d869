using Gateway.Core;
using Gateway.Core.Plugins;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.FrontDoor.Forwarding;

public sealed class HeaderForwardingTests
{
    private const string AnswerJson = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}";

    [Fact, Spec("RTE-077")]
    public async Task By_default_the_backend_sees_the_gateways_headers_and_the_content_type()
    {
        await using var upstream = RawUpstream.Answering(AnswerJson);
        await using var gateway = await TestGateway.StartAsync(
            """{"version":3,"endpoints":[{"endpoint":"/a","method":"POST","backend":[{"url_pattern":"/b","host":["$UPSTREAM"]}]}]}""", upstream.Url);

        await gateway.SendRawAsync("POST /a HTTP/1.1\r\nHost: gw.example:8000\r\nConnection: close\r\nCookie: c=1\r\nAuthorization: Bearer x\r\nX-Foo: 1\r\nAccept: */*\r\nUser-Agent: me\r\nAccept-Encoding: br\r\nContent-Type: text/x\r\nContent-Length: 2\r\n\r\nhi");

        var request = upstream.Requests[0];
        var lines = request[..request.IndexOf("\r\n\r\n", StringComparison.Ordinal)].Split("\r\n");
        Assert.Equal("POST /b HTTP/1.1", lines[0]);
        Assert.Equal(
            [
                "Accept-Encoding: gzip",
                "Content-Length: 2",
                "Content-Type: text/x",
                $"Host: 127.0.0.1:{upstream.Port}",
                $"User-Agent: {Product.UserAgent}",
                "X-Forwarded-For: 127.0.0.1",
                "X-Forwarded-Host: gw.example:8000",
            ],
            lines.Skip(1).Order(StringComparer.Ordinal));
    }

    [Fact, Spec("RTE-078", "RTE-079", "RTE-080")]
    public async Task Listed_headers_pass_with_all_values_under_canonical_names()
    {
        await using var rig = await Rig.StartAsync(Endpoint("\"x-FOO\",\"X-some-Thing\",\"X-Absent\""));

        await rig.TargetOfAsync("/a", "X-Foo: 1", "x-SOME-thing: a", "x-foo: 2", "X-Other: 3");

        Assert.Equal(["1", "2"], rig.Last.Headers.Where(static h => h.Key == "X-Foo").Select(static h => h.Value));
        Assert.Contains(KeyValuePair.Create("X-Some-Thing", "a"), rig.Last.Headers);
        Assert.Null(rig.Last.Header("X-Absent"));
        Assert.Null(rig.Last.Header("X-Other"));
    }

    [Theory, Spec("RTE-079")]
    [InlineData("\"*\"")]
    [InlineData("\"X-SOME-THING\"")]
    public async Task Components_see_canonical_names(string list)
    {
        var seen = new List<string>();
        var plugins = new PluginRegistry();
        plugins.Proxy("validation/cel", ProxyStages.Policies, (_, _, _) => new ProxyProbe((request, next, token) =>
        {
            foreach (var (name, value) in request.Headers.Items)
                seen.Add($"{name}: {value}");
            return next(request, token);
        }));
        await using var rig = await Rig.StartAsync(
            $$$"""{"endpoint":"/a","input_headers":[{{{list}}}],"backend":[{"url_pattern":"/b"}],"extra_config":{"validation/cel":[]}}""",
            options: new TestGatewayOptions { Plugins = plugins });

        await rig.TargetOfAsync("/a", "x-SOME-thing: 1");

        Assert.Contains("X-Some-Thing: 1", seen);
    }

    [Fact, Spec("RTE-081", "RTE-082")]
    public async Task A_star_anywhere_lets_every_header_pass()
    {
        await using var rig = await Rig.StartAsync(Endpoint("\"X-Foo\",\"*\""));

        await rig.TargetOfAsync("/a", "X-Foo: 1", "Cookie: a=1; b=2", "Cookie: c=3", "Authorization: Bearer t", "X-Any: y", "Accept: text/plain");

        Assert.Equal(["a=1; b=2", "c=3"], rig.Last.Headers.Where(static h => h.Key == "Cookie").Select(static h => h.Value));
        Assert.Equal("Bearer t", rig.Last.Header("Authorization"));
        Assert.Equal("y", rig.Last.Header("X-Any"));
        Assert.Equal("text/plain", rig.Last.Header("Accept"));
        Assert.Equal("1", rig.Last.Header("X-Foo"));
        Assert.Equal(new Uri(rig.Upstream.Host).Authority, rig.Last.Header("Host"));
    }

    [Fact, Spec("RTE-082")]
    public async Task A_listed_cookie_header_goes_whole_to_every_backend()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","input_headers":["Cookie"],"backend":[{"url_pattern":"/b","group":"b"},{"url_pattern":"/c","group":"c"}]}
            """);

        await rig.GetAsync("/a", "Cookie: a=1; b=2");

        Assert.Equal(2, rig.Upstream.Received.Count);
        Assert.All(rig.Upstream.Received, static r => Assert.Equal("a=1; b=2", r.Header("Cookie")));
    }

    [Fact, Spec("RTE-083")]
    public async Task Content_Type_passes_whatever_the_endpoint_lists_and_a_backend_may_remove_it()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","method":"POST","input_headers":["X-Foo"],"backend":[{"url_pattern":"/b","group":"b"},{"url_pattern":"/c","group":"c","input_headers":["X-Foo"]}]}
            """);

        await rig.SendAsync("POST", "/a", ["Content-Type: text/x", "X-Foo: 1"], "body");

        Assert.Equal("text/x", Assert.Single(rig.Upstream.ReceivedAt("/b")).Header("Content-Type"));
        var filtered = Assert.Single(rig.Upstream.ReceivedAt("/c"));
        Assert.Null(filtered.Header("Content-Type"));
        Assert.Equal(("1", "body"), (filtered.Header("X-Foo"), filtered.Body));
    }

    [Theory, Spec("RTE-080", "RTE-084")]
    [InlineData("\"User-Agent\"", "me/1", true)]
    [InlineData("\"*\"", "me/1", true)]
    [InlineData("\"X-Foo\"", "me/1", false)]
    [InlineData("\"User-Agent\"", null, false)]
    [InlineData("\"*\"", null, false)]
    public async Task The_user_agent_is_the_clients_only_when_listed_and_sent(string list, string? sent, bool passes)
    {
        await using var rig = await Rig.StartAsync(Endpoint(list));

        await rig.TargetOfAsync("/a", sent is null ? "X-Foo: 1" : $"User-Agent: {sent}", "X-Forwarded-Via: forged");

        Assert.Equal(passes ? sent : Product.UserAgent, rig.Last.Header("User-Agent"));
        Assert.Equal(passes ? Product.UserAgent : null, rig.Last.Header("X-Forwarded-Via"));
    }

    [Theory, Spec("RTE-085")]
    [InlineData("\"Accept-Encoding\"", "br;q=0.5", "br;q=0.5")]
    [InlineData("\"*\"", "identity", "identity")]
    [InlineData("\"Accept-Encoding\"", null, "gzip")]
    [InlineData("\"X-Foo\"", "br", "gzip")]
    public async Task Accept_Encoding_is_gzip_unless_the_clients_is_forwarded(string list, string? sent, string expected)
    {
        await using var rig = await Rig.StartAsync(Endpoint(list));

        await rig.TargetOfAsync("/a", sent is null ? "X-Foo: 1" : $"Accept-Encoding: {sent}");

        Assert.Equal(expected, rig.Last.Header("Accept-Encoding"));
    }

    [Fact, Spec("RTE-085")]
    public async Task No_Accept_Encoding_goes_out_without_compression_and_with_HEAD()
    {
        await using var plain = await Rig.StartAsync(Endpoint("\"X-Foo\""), "\"disable_compression\":true");
        await using var head = await Rig.StartAsync("""{"endpoint":"/a","output_encoding":"no-op","backend":[{"url_pattern":"/b","method":"HEAD"}]}""");

        await plain.TargetOfAsync("/a");
        await head.TargetOfAsync("/a");

        Assert.Null(plain.Last.Header("Accept-Encoding"));
        Assert.Equal("HEAD", head.Last.Method);
        Assert.Null(head.Last.Header("Accept-Encoding"));
    }

    [Theory, Spec("RTE-086", "RTE-087")]
    [InlineData("\"*\"")]
    [InlineData("\"X-Forwarded-For\",\"x-forwarded-host\",\"X-Forwarded-Via\",\"Host\"")]
    public async Task What_the_gateway_says_of_the_client_cannot_be_forged(string list)
    {
        await using var rig = await Rig.StartAsync(Endpoint(list));

        await rig.TargetOfAsync("/a", "X-Forwarded-For: 6.6.6.6", "x-forwarded-host: evil", "X-Forwarded-Via: evil", "X_Forwarded_For: 6.6.6.6");

        Assert.Equal("127.0.0.1", rig.Last.Header("X-Forwarded-For"));
        Assert.Equal("gw.example:8000", rig.Last.Header("X-Forwarded-Host"));
        Assert.Null(rig.Last.Header("X-Forwarded-Via"));
        Assert.Null(rig.Last.Header("X_Forwarded_For"));
        Assert.Equal(new Uri(rig.Upstream.Host).Authority, rig.Last.Header("Host"));
    }

    [Fact, Spec("RTE-088", "RTE-089")]
    public async Task A_backend_list_removes_the_gateways_headers_too_and_cannot_widen()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","input_headers":["X-One","X-Two","User-Agent"],"backend":[
              {"url_pattern":"/one","group":"a","input_headers":["x-one","X-Three"]},
              {"url_pattern":"/none","group":"b","input_headers":[""]},
              {"url_pattern":"/all","group":"c","input_headers":[]},
              {"url_pattern":"/absent","group":"d"}]}
            """);

        await rig.GetAsync("/a", "X-One: 1", "X-Two: 2", "X-Three: 3", "User-Agent: me", "Content-Type: text/x");

        string[] transport = ["Host", "Accept-Encoding", "User-Agent"];
        Assert.Equal([.. transport, "X-One"], Names("/one").OrderBy(n => Array.IndexOf(transport, n) < 0 ? 9 : Array.IndexOf(transport, n)));
        Assert.Equal(transport.Order(StringComparer.Ordinal), Names("/none").Order(StringComparer.Ordinal));
        Assert.Equal(Product.UserAgent, Assert.Single(rig.Upstream.ReceivedAt("/none")).Header("User-Agent"));
        foreach (var path in new[] { "/all", "/absent" })
        {
            var request = Assert.Single(rig.Upstream.ReceivedAt(path));
            Assert.Equal(("1", "2", "me", "127.0.0.1"), (request.Header("X-One"), request.Header("X-Two"), request.Header("User-Agent"), request.Header("X-Forwarded-For")));
            Assert.Null(request.Header("X-Three"));
        }

        IEnumerable<string> Names(string path) => Assert.Single(rig.Upstream.ReceivedAt(path)).Headers.Select(static h => h.Key);
    }

    [Fact, Spec("RTE-090")]
    public async Task Headers_that_components_add_are_sent_by_the_rules_of_their_layer()
    {
        var plugins = new PluginRegistry();
        plugins.Endpoint("auth/validator", EndpointStages.Authentication, static (_, _, _) => new HttpProbe(static (context, next) =>
        {
            context.Request.Headers["X-Listed"] = "claim";
            context.Request.Headers["X-Unlisted"] = "claim";
            return next(context);
        }));
        plugins.Proxy("modifier/lua-proxy", ProxyStages.Scripts, static (_, _, _) => new ProxyProbe(static (request, next, token) =>
        {
            request.Headers.Set("X-Proxy", "1");
            return next(request, token);
        }));
        plugins.Backend("modifier/lua-backend", BackendStages.Scripts, static (_, _, _) => new ProxyProbe(static (request, next, token) =>
        {
            request.Headers.Set("X-Backend", "1");
            return next(request, token);
        }));
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","input_headers":["X-Listed"],"extra_config":{"auth/validator":{},"modifier/lua-proxy":{}},"backend":[
              {"url_pattern":"/open","group":"a","extra_config":{"modifier/lua-backend":{}}},
              {"url_pattern":"/filtered","group":"b","input_headers":["X-Listed"],"extra_config":{"modifier/lua-backend":{}}}]}
            """, options: new TestGatewayOptions { Plugins = plugins });

        await rig.GetAsync("/a");

        var open = Assert.Single(rig.Upstream.ReceivedAt("/open"));
        var filtered = Assert.Single(rig.Upstream.ReceivedAt("/filtered"));
        Assert.Equal(("claim", "1", "1"), (open.Header("X-Listed"), open.Header("X-Proxy"), open.Header("X-Backend")));
        Assert.Null(open.Header("X-Unlisted"));
        Assert.Equal(("claim", null, "1"), (filtered.Header("X-Listed"), filtered.Header("X-Proxy"), filtered.Header("X-Backend")));
    }

    [Theory, Spec("RTE-091")]
    [InlineData("\"*\"")]
    [InlineData("\"Connection\",\"X-Hop\",\"X-End\",\"Keep-Alive\",\"Upgrade\",\"TE\",\"Trailer\",\"Transfer-Encoding\",\"Proxy-Authorization\",\"Proxy-Connection\"")]
    public async Task Headers_of_the_hop_are_not_forwarded(string list)
    {
        await using var upstream = RawUpstream.Answering(AnswerJson);
        await using var gateway = await TestGateway.StartAsync(
            $$"""{"version":3,"endpoints":[{"endpoint":"/a","input_headers":[{{list}}],"backend":[{"url_pattern":"/b","host":["$UPSTREAM"]}]}]}""", upstream.Url);

        await gateway.SendRawAsync("GET /a HTTP/1.1\r\nHost: gw\r\nConnection: x-hop, X-None\r\nX-Hop: 1\r\nX-End: 1\r\nKeep-Alive: timeout=5\r\nUpgrade: foo\r\nTE: gzip, trailers;q=0.5\r\nTrailer: X\r\nProxy-Authorization: Basic x\r\nProxy-Connection: keep-alive\r\n\r\n", TimeSpan.FromMilliseconds(200));
        await Wait.UntilAsync(() => upstream.Requests.Count == 1, static () => "the backend was not called");

        var request = upstream.Requests[0];
        Assert.Contains("X-End: 1\r\n", request, StringComparison.Ordinal);
        foreach (var name in new[] { "X-Hop:", "Connection:", "Keep-Alive:", "Upgrade:", "TE:", "Trailer:", "Proxy-" })
            Assert.DoesNotContain(name, request, StringComparison.OrdinalIgnoreCase);
    }

    [Theory, Spec("RTE-091")]
    [InlineData("\"*\"", true)]
    [InlineData("\"te\"", true)]
    [InlineData("\"X-Foo\"", false)]
    public async Task TE_passes_when_it_says_trailers(string list, bool passes)
    {
        await using var rig = await Rig.StartAsync(Endpoint(list));

        await rig.TargetOfAsync("/a", "TE: trailers");

        Assert.Equal(passes ? "trailers" : null, rig.Last.Header("TE"));
    }

    [Fact, Spec("RTE-092")]
    public async Task No_header_of_the_backend_reaches_the_client_but_in_no_op()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/json","backend":[{"url_pattern":"/b"}]},
            {"endpoint":"/raw","output_encoding":"no-op","backend":[{"url_pattern":"/b"}]}
            """);
        rig.Upstream.On("/b", static async context =>
        {
            context.Response.Headers["X-From-Backend"] = "1";
            context.Response.Headers.SetCookie = "c=1";
            await context.Response.Body.WriteAsync("{}"u8.ToArray());
        });

        var json = await rig.GetAsync("/json");
        var raw = await rig.GetAsync("/raw");

        Assert.Null(json["X-From-Backend"]);
        Assert.Null(json["Set-Cookie"]);
        Assert.Equal(("1", "c=1"), (raw["X-From-Backend"], raw["Set-Cookie"]));
    }

    private static string Endpoint(string list) => $$"""{"endpoint":"/a","input_headers":[{{list}}],"backend":[{"url_pattern":"/b"}]}""";
}
