using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class TlsTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    [Spec("RTE-341", "RTE-113")]
    public async Task A_certificate_that_nobody_trusts_is_refused_before_anything_is_sent()
    {
        using var certificate = SelfSigned("localhost");
        await using var upstream = Serving(certificate);
        using var fixture = new TransportFixture();

        var error = await fixture.ErrorAsync(TransportFixture.Request($"https://localhost:{upstream.Port}"));

        Assert.Equal(GatewayErrorKind.Connection, error.Kind);
        Assert.StartsWith("tls: failed to verify certificate", error.Message, StringComparison.Ordinal);
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [Spec("RTE-343", "RTE-332", "RTE-376")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task Any_certificate_is_accepted_where_that_is_configured(string name)
    {
        using var certificate = SelfSigned("other.name");
        await using var upstream = Serving(certificate);
        using var fixture = new TransportFixture(new TransportConfig { Tls = new() { AllowInsecureConnections = true } });

        for (var i = 0; i < 3; i++)
            Assert.Equal("ok", await fixture.GetTextAsync($"https://{name}:{upstream.Port}", "/x"));

        Assert.Single(upstream.Connections);
        Assert.StartsWith($"GET /x HTTP/1.1\r\nHost: {name}:{upstream.Port}\r\n", upstream.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Large_bodies_pass_through_tls_both_ways()
    {
        using var certificate = SelfSigned("localhost");
        var body = new string('a', 1_000_000);
        await using var upstream = new RawUpstream(
            async connection =>
            {
                while (await connection.ReadRequestAsync() is not null)
                    await connection.WriteAsync($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n");
            },
            certificate);
        using var fixture = new TransportFixture(new TransportConfig { Tls = new() { AllowInsecureConnections = true } });

        for (var i = 0; i < 2; i++)
        {
            var request = TransportFixture.Request(upstream.Url, "POST");
            request.Body = TransportFixture.Body(body);
            Assert.Equal(body, await fixture.TextAsync(request));
        }

        Assert.Single(upstream.Connections);
        Assert.EndsWith(body, upstream.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_that_speaks_no_tls_fails_the_handshake_and_a_silent_one_can_be_cancelled()
    {
        await using var plain = new RawUpstream(connection => connection.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"));
        await using var silent = new RawUpstream(connection => connection.WaitForCloseAsync());
        using var fixture = new TransportFixture();
        using var cancel = new CancellationTokenSource();

        var error = await fixture.ErrorAsync(TransportFixture.Request($"https://127.0.0.1:{plain.Port}"));
        var hanging = fixture.ErrorAsync(TransportFixture.Request($"https://127.0.0.1:{silent.Port}"), cancel.Token);
        await TransportFixture.UntilAsync(() => silent.Connections.Count == 1);
        await cancel.CancelAsync();

        Assert.Equal(GatewayErrorKind.Connection, error.Kind);
        Assert.Equal("context deadline exceeded", (await hanging).Message);
        await silent.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);
    }

    [Fact]
    [Spec("RTE-338")]
    public async Task A_handshake_ends_after_ten_seconds()
    {
        await using var silent = new RawUpstream(connection => connection.WaitForCloseAsync());
        var time = new TurnedTime();
        using var fixture = new TransportFixture(time: time);

        var call = fixture.ErrorAsync(TransportFixture.Request($"https://127.0.0.1:{silent.Port}"));
        await TransportFixture.UntilAsync(() => time.Turn(TimeSpan.FromSeconds(10)));

        var error = await call;
        Assert.Equal(GatewayErrorKind.Timeout, error.Kind);
        Assert.Equal("net/http: TLS handshake timeout", error.Message);
    }

    internal static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Parse("192.0.2.1"));
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private static RawUpstream Serving(X509Certificate2 certificate) => new(
        async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.WriteAsync(Ok);
        },
        certificate);
}
