using Gateway.Core.Configuration;
using Gateway.Core.Transport;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class ProxyTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    [Spec("RTE-326", "RTE-328", "RTE-331")]
    public async Task Plain_calls_go_through_the_environments_proxy_in_absolute_form()
    {
        await using var proxy = RawUpstream.Answering(Ok);
        using var fixture = new TransportFixture(proxies: Environment(("http_proxy", $"http://me:pw@127.0.0.1:{proxy.Port}")));

        Assert.Equal("ok", await fixture.GetTextAsync("http://backend.test:8080/base", "/x?y"));
        Assert.Equal("ok", await fixture.GetTextAsync("http://backend.test:8080", "/z"));

        Assert.Equal(
            "GET http://backend.test:8080/base/x?y HTTP/1.1\r\nHost: backend.test:8080\r\nProxy-Authorization: Basic " + Convert.ToBase64String("me:pw"u8)
            + $"\r\nUser-Agent: {TransportFixture.Agent}\r\nAccept-Encoding: gzip\r\n\r\n",
            proxy.Requests[0]);
        Assert.Single(proxy.Connections);
    }

    [Fact]
    [Spec("RTE-327", "RTE-348")]
    public async Task A_backends_own_proxy_wins_over_the_environment_and_serves_loopback_too()
    {
        await using var proxy = RawUpstream.Answering(Ok);
        await using var backend = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ndirect");
        using var fixture = new TransportFixture(proxies: Environment(("HTTP_PROXY", "http://127.0.0.1:1")));
        var direct = fixture.Handler;
        fixture.Handler = fixture.Transport.CreateHandler(new BackendHttpClientConfig { ProxyAddress = new Uri($"http://127.0.0.1:{proxy.Port}") });
        var host = TransportFixture.Host(backend.Url);
        var request = TransportFixture.Request(backend.Url);
        request.Host = host;

        Assert.Equal("ok", await fixture.TextAsync(request));
        fixture.Handler = direct;
        Assert.Equal("direct", await fixture.TextAsync(request));
    }

    [Fact]
    [Spec("RTE-327", "RTE-328", "RTE-331")]
    public async Task Secure_calls_open_a_tunnel_and_tell_the_backend_nothing_of_the_proxy()
    {
        using var certificate = TlsTests.SelfSigned("localhost");
        await using var proxy = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n");
            await connection.StartTlsAsync(certificate);
            while (await connection.ReadRequestAsync() is not null)
                await connection.WriteAsync(Ok);
        });
        using var fixture = new TransportFixture(new TransportConfig { Tls = new() { AllowInsecureConnections = true } });
        fixture.Handler = fixture.Transport.CreateHandler(new BackendHttpClientConfig { ProxyAddress = new Uri($"http://me:pw@127.0.0.1:{proxy.Port}") });

        Assert.Equal("ok", await fixture.GetTextAsync("https://backend.test", "/x"));
        Assert.Equal("ok", await fixture.GetTextAsync("https://backend.test", "/y"));

        Assert.Equal(
            "CONNECT backend.test:443 HTTP/1.1\r\nHost: backend.test:443\r\nProxy-Authorization: Basic " + Convert.ToBase64String("me:pw"u8) + "\r\n\r\n",
            proxy.Requests[0]);
        Assert.StartsWith("GET /x HTTP/1.1\r\nHost: backend.test\r\n", proxy.Requests[1], StringComparison.Ordinal);
        Assert.DoesNotContain("Proxy-Authorization", proxy.Requests[1], StringComparison.Ordinal);
        Assert.Single(proxy.Connections);
    }

    [Theory]
    [Spec("RTE-329")]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "proxyconnect tcp: the proxy answered with status 407")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nevil", "proxyconnect tcp: data behind the proxy's answer")]
    [InlineData("nonsense\r\n\r\n", "proxyconnect tcp: malformed HTTP response \"nonsense\"")]
    [InlineData("", "proxyconnect tcp: EOF")]
    public async Task A_tunnel_that_the_proxy_refuses_is_a_failure(string answer, string message)
    {
        await using var proxy = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(answer);
        });
        using var fixture = new TransportFixture(proxies: Environment(("HTTPS_PROXY", $"127.0.0.1:{proxy.Port}")));

        var error = await fixture.ErrorAsync(TransportFixture.Request("https://backend.test"));

        Assert.Equal(message, error.Message);
        Assert.Equal(500, error.StatusCode);
    }

    [Fact]
    [Spec("RTE-328", "RTE-329")]
    public async Task A_proxy_that_is_not_there_is_a_failure_without_its_credentials_in_the_text()
    {
        using var fixture = new TransportFixture(proxies: Environment(("HTTP_PROXY", "http://me:secret@127.0.0.1:1")));

        var error = await fixture.ErrorAsync(TransportFixture.Request("http://backend.test"));

        Assert.Equal(GatewayErrorKind.Connection, error.Kind);
        Assert.Equal("proxyconnect tcp: dial tcp 127.0.0.1:1: connect: connection refused", error.Message);
    }

    [Theory]
    [Spec("RTE-326")]
    [InlineData("http://localhost:80", "", false)]
    [InlineData("http://127.0.0.1", "", false)]
    [InlineData("http://127.9.9.9", "", false)]
    [InlineData("http://[::1]:80", "", false)]
    [InlineData("http://example.com", "", true)]
    [InlineData("http://example.com", "*", false)]
    [InlineData("http://example.com", "other.com, example.com", false)]
    [InlineData("http://EXAMPLE.com", "Example.COM", false)]
    [InlineData("http://api.example.com", "example.com", false)]
    [InlineData("http://badexample.com", "example.com", true)]
    [InlineData("http://example.com", ".example.com", true)]
    [InlineData("http://api.example.com", ".example.com", false)]
    [InlineData("http://api.example.com", "*.example.com", false)]
    [InlineData("http://example.com:8080", "example.com:8080", false)]
    [InlineData("http://example.com:8081", "example.com:8080", true)]
    [InlineData("http://10.1.2.3", "10.0.0.0/8", false)]
    [InlineData("http://11.1.2.3", "10.0.0.0/8", true)]
    [InlineData("http://10.1.2.3", "10.1.2.3", false)]
    [InlineData("http://10.1.2.3:81", "10.1.2.3:80", true)]
    [InlineData("http://[2001:db8::1]", "2001:db8::/32", false)]
    [InlineData("https://example.com", "", false)]
    public void No_proxy_exempts_names_domains_addresses_and_networks(string host, string noProxy, bool proxied)
    {
        var environment = Environment(("HTTP_PROXY", "proxy:3128"), ("NO_PROXY", noProxy));

        Assert.Equal(proxied ? new Uri("http://proxy:3128") : null, environment.ForHost(TransportFixture.Host(host)));
    }

    [Fact]
    [Spec("RTE-326")]
    public void Http_proxy_is_not_believed_in_a_cgi_environment_and_nonsense_is_refused_without_quoting_it()
    {
        var host = TransportFixture.Host("http://example.com");

        Assert.Null(Environment(("HTTP_PROXY", "http://evil:1"), ("REQUEST_METHOD", "GET")).ForHost(host));
        var exception = Assert.Throws<FormatException>(() => Environment(("HTTP_PROXY", "socks5://me:secret@a:1")));
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    private static ProxyEnvironment Environment(params (string Name, string Value)[] variables) =>
        ProxyEnvironment.FromEnvironment(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
