using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Faults;

/// <summary>Headers that only the gateway may set, and forms of the request target that proxies are fooled with.</summary>
public sealed class SpoofingTests : IAsyncLifetime
{
    private Upstream _upstream = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.OnAny(static context => context.Response.WriteAsync("{}"));
        _gateway = await TestGateway.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/all","input_headers":["*"],"backend":[{"url_pattern":"/x"}]},
              {"endpoint":"/listed","input_headers":["X-Forwarded-For","X_Forwarded_For","X-Forwarded-Host","X-Forwarded-Via","x-forwarded_for","Host","Connection"],"backend":[{"url_pattern":"/x"}]},
              {"endpoint":"/agent","input_headers":["User-Agent"],"backend":[{"url_pattern":"/x"}]}]}
            """, _upstream.Host);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory, Spec("RTE-086")]
    [InlineData("X-Forwarded-For: 6.6.6.6")]
    [InlineData("x-forwarded-for: 6.6.6.6")]
    [InlineData("X_Forwarded_For: 6.6.6.6")]
    [InlineData("X-Forwarded_For: 6.6.6.6")]
    [InlineData("X_FORWARDED_FOR: 6.6.6.6")]
    [InlineData("X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 6.6.6.7")]
    [InlineData("X-Forwarded-For: 6.6.6.6\r\nConnection: X-Forwarded-For")]
    [InlineData("Connection: close, X-Forwarded-For, X-Forwarded-Host")]
    [InlineData("Connection: x-forwarded-for\r\nConnection: x-forwarded-host")]
    [InlineData("X-Forwarded-Host: 6.6.6.6")]
    [InlineData("X_Forwarded_Host: 6.6.6.6")]
    [InlineData("X-FORWARDED-HOST: 6.6.6.6\r\nConnection: X-Forwarded-Host")]
    [InlineData("X-Forwarded-Via: 6.6.6.6")]
    [InlineData("X_Forwarded-Via: 6.6.6.6")]
    public async Task Forwarding_headers_are_the_gateways_own(string lines)
    {
        foreach (var path in new[] { "/all", "/listed" })
            await SendAsync($"GET {path} HTTP/1.1\r\nHost: my.host:81\r\n{lines}\r\n\r\n");

        Assert.Equal(2, _upstream.Received.Count);
        foreach (var request in _upstream.Received)
        {
            Assert.Equal("127.0.0.1", request.Header("X-Forwarded-For"));
            Assert.Equal("my.host:81", request.Header("X-Forwarded-Host"));
            Assert.DoesNotContain(request.Headers, static h => h.Value.Contains("6.6.6.", StringComparison.Ordinal));
            Assert.DoesNotContain(request.Headers, static h => h.Key.Replace('_', '-').Equals("X-Forwarded-Via", StringComparison.OrdinalIgnoreCase));
            Assert.Single(request.Headers, static h => h.Key.Replace('_', '-').Equals("X-Forwarded-For", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Theory, Spec("RTE-084", "RTE-086")]
    [InlineData("User-Agent: me/1\r\nX-Forwarded-Via: 6.6.6.6")]
    [InlineData("User-Agent: me/1\r\nConnection: X-Forwarded-Via, User-Agent")]
    public async Task X_forwarded_via_is_the_gateways_own(string lines)
    {
        await SendAsync($"GET /agent HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n");

        var request = Assert.Single(_upstream.Received);
        Assert.StartsWith("KrakenD Version ", request.Header("X-Forwarded-Via"), StringComparison.Ordinal);
    }

    [Theory, Spec("RTE-091")]
    [InlineData("Connection: X-Secret\r\nX-Secret: 1", "X-Secret")]
    [InlineData("Connection: x-other, x-secret\r\nX-SECRET: 1", "X-Secret")]
    [InlineData("Keep-Alive: timeout=5", "Keep-Alive")]
    [InlineData("Proxy-Authorization: Basic eA==", "Proxy-Authorization")]
    [InlineData("Proxy-Authenticate: x", "Proxy-Authenticate")]
    [InlineData("Proxy-Connection: keep-alive", "Proxy-Connection")]
    [InlineData("TE: gzip", "TE")]
    [InlineData("Trailer: X-A", "Trailer")]
    [InlineData("Upgrade: websocket\r\nConnection: Upgrade", "Upgrade")]
    [InlineData("X-Content-Length: 5", "X-Content-Length")]
    [InlineData("Expect: 100-continue", "Expect")]
    public async Task Headers_of_the_connection_end_at_the_gateway(string lines, string name)
    {
        await SendAsync($"GET /all HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n");

        Assert.Null(Assert.Single(_upstream.Received).Header(name));
    }

    [Fact, Spec("RTE-087")]
    public async Task The_host_of_the_backend_is_never_the_clients()
    {
        await SendAsync("GET /listed HTTP/1.1\r\nHost: evil.example\r\n\r\n");

        Assert.Equal(_upstream.Host["http://".Length..], Assert.Single(_upstream.Received).Header("Host"));
    }

    [Theory, Spec("CFG-170")]
    [InlineData("GET http://evil.example/all HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET http://evil.example:81/all?x=http://y/z HTTP/1.1\r\nHost: evil.example:81\r\n\r\n")]
    [InlineData("GET http://user:pass@evil.example/all HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET https://evil.example/all HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    public async Task An_absolute_target_is_routed_by_its_path_and_never_followed(string request)
    {
        var answer = await SendAsync(request);

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        var received = Assert.Single(_upstream.Received);
        Assert.Equal("/x", received.Target);
        Assert.Equal(_upstream.Host["http://".Length..], received.Header("Host"));
    }

    [Theory, Spec("CFG-170")]
    [InlineData("GET http://evil.example/all HTTP/1.1\r\nHost: other.example\r\n\r\n")]
    [InlineData("GET HTTP://evil.example/all HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET http://evil.example HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET http:///all HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData("GET //evil.example/all HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /http://evil.example/all HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET ftp://evil.example/none HTTP/1.1\r\nHost: evil.example\r\n\r\n")]
    [InlineData("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET * HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n")]
    [InlineData("CONNECT /all HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("TRACE /all HTTP/1.1\r\nHost: a\r\n\r\n")]
    public async Task Other_forms_reach_no_backend(string request)
    {
        var answer = await SendAsync(request);

        Assert.Matches("^(HTTP/1.1 (4\\d\\d|30[17]|505) |$)", answer.Length == 0 ? "" : answer);
        Assert.DoesNotContain("Location: //", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Location: http", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(_upstream.Received);
    }

    [Fact, Spec("CFG-167", "CFG-170")]
    public async Task The_preface_of_http_2_is_turned_away_on_a_port_without_it()
    {
        using var connection = await _gateway.ConnectAsync();

        await connection.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

        // Kestrel says why in HTTP/2: a GOAWAY frame (type 7) with HTTP_1_1_REQUIRED (13).
        Assert.Equal("\0\0\u0008\u0007\0\0\0\0\0\0\0\0\0\0\0\0\r", await connection.ReadToEndAsync());
        Assert.Empty(_upstream.Received);
    }

    private async Task<string> SendAsync(string request)
    {
        using var connection = await _gateway.ConnectAsync();
        await connection.WriteAsync(request);
        var end = connection.ReadToEndAsync(TimeSpan.FromMinutes(1));
        await Wait.UntilAsync(() => end.IsCompleted || connection.Received.Contains("\r\n\r\n", StringComparison.Ordinal), () => $"no answer to {request}");
        return connection.Received;
    }
}
