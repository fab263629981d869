using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Connections;
using Gateway.Sidecars.Supervision;
using Gateway.Testing;
using KrakenPlugins.Grpc;
using KrakenPlugins.Plugin.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Xunit;

namespace Gateway.Sidecars.Tests.Calls;

public sealed class HandshakeTests
{
    [Fact, Spec("GRP-100")]
    public async Task Dials_until_somebody_listens()
    {
        await using var sidecar = new FakeSidecar();
        var connecting = SidecarLink.ConnectAsync(Scene.Settings(sidecar.Address), CancellationToken.None);
        // Bound, but not listening yet; then gone; then there.
        using (var early = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            early.Bind(new UnixDomainSocketEndPoint(sidecar.Socket));
        Assert.False(connecting.IsCompleted);
        File.Delete(sidecar.Socket);
        await sidecar.ListenAsync();
        await using var link = await connecting.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("acme.fake", link.Description.Id);
    }

    [Fact, Spec("GRP-100")]
    public async Task Says_after_the_limit_why_nobody_was_reached()
    {
        await using var sidecar = new FakeSidecar();
        var settings = Scene.Settings(sidecar.Address) with { DialLimit = TimeSpan.FromMilliseconds(30) };
        var fault = await Assert.ThrowsAsync<SidecarException>(() => SidecarLink.ConnectAsync(settings, CancellationToken.None));
        Assert.Equal($"cannot be reached at {sidecar.Address} within 0.03 s: there is no such socket", fault.Message);
        Assert.False(fault.IsFinal);
        fault = await Assert.ThrowsAsync<SidecarException>(() => SidecarLink.ConnectAsync(settings with { Session = Environment.ProcessId }, CancellationToken.None));
        Assert.Equal($"did not answer within 0.03 s: it does not listen at {sidecar.Address}", fault.Message);
    }

    [Fact, Spec("GRP-100")]
    public async Task A_dial_ends_with_its_token()
    {
        await using var sidecar = new FakeSidecar();
        using var cancel = new CancellationTokenSource();
        var connecting = SidecarLink.ConnectAsync(Scene.Settings(sidecar.Address), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Theory, Spec("GRP-101")]
    [InlineData("http://192.0.2.1:80", "in clear text over a network")]
    [InlineData("http://example.com:80", "in clear text over a network")]
    [InlineData("unix:plugin.sock", "an absolute path")]
    [InlineData("tcp://127.0.0.1:80", "is no address of a sidecar")]
    [InlineData("https://user@example.com", "is no address of a sidecar")]
    [InlineData("https://example.com/path", "is no address of a sidecar")]
    [InlineData("", "is no address of a sidecar")]
    public async Task Refuses_addresses_that_are_none_or_not_safe(string address, string fault)
    {
        var refusal = await Assert.ThrowsAsync<SidecarException>(() => SidecarLink.ConnectAsync(Scene.Settings(address), CancellationToken.None));
        Assert.Contains(fault, refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.IsFinal);
    }

    [Fact, Spec("GRP-101")]
    public async Task Speaks_clear_text_with_this_machine()
    {
        await using var sidecar = await new FakeSidecar().ListenAsync(static o => o.Listen(IPAddress.Loopback, 0, static l => l.Protocols = HttpProtocols.Http2));
        await using var link = await SidecarLink.ConnectAsync(Scene.Settings($"http://127.0.0.1:{sidecar.Port}"), CancellationToken.None);
        Assert.True(await link.IsHealthyAsync(CancellationToken.None));
    }

    [Fact, Spec("GRP-101")]
    public async Task Speaks_TLS_with_certificates_of_both_sides()
    {
        using var authority = new TestAuthority();
        using var own = authority.Issue(new() { Name = "gateway" });
        var theirs = authority.Issue(new());
        string? client = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrelHttpsConfiguration();
        await using var services = builder.Build();
        await using var sidecar = await new FakeSidecar().ListenAsync(o => o.Listen(IPAddress.Loopback, 0, l =>
        {
            o.ApplicationServices = services.Services;
            l.Protocols = HttpProtocols.Http2;
            l.UseHttps(theirs, https =>
            {
                https.ClientCertificateMode = Microsoft.AspNetCore.Server.Kestrel.Https.ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (certificate, _, _) => (client = certificate.Subject) is not null;
            });
        }));
        var tls = new SslClientAuthenticationOptions
        {
            ClientCertificates = [own],
            CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority.Certificate }, RevocationMode = X509RevocationMode.NoCheck },
        };
        await using var link = await SidecarLink.ConnectAsync(Scene.Settings($"https://localhost:{sidecar.Port}") with { Tls = tls }, CancellationToken.None);
        Assert.True(await link.IsHealthyAsync(CancellationToken.None));
        Assert.Equal("CN=gateway", client);
        await Assert.ThrowsAsync<SidecarException>(() => SidecarLink.ConnectAsync(Scene.Settings($"https://localhost:{sidecar.Port}"), CancellationToken.None));
    }

    [Fact, Spec("GRP-102")]
    public async Task Agrees_on_a_version()
    {
        DescribeRequest? asked = null;
        await using var scene = await Scene.OpenAsync(sidecar =>
        {
            var describe = sidecar.OnDescribe;
            sidecar.OnDescribe = request => describe(asked = request);
        });
        Assert.Equal((1u, 1u), (asked!.MinProtocol, asked.MaxProtocol));
        Assert.NotEqual("", asked.GatewayVersion);
        Assert.Equal("1.0.0", scene.Link.Description.Version);
    }

    [Fact, Spec("GRP-102")]
    public async Task Refuses_other_versions_with_both_ranges()
    {
        await using var sidecar = await new FakeSidecar { OnDescribe = static _ => new GrpcStatus(GrpcStatusCode.FailedPrecondition, "speaks protocol 2 to 3, the gateway 1 to 1") }.ListenAsync();
        var fault = await Assert.ThrowsAsync<SidecarException>(() => SidecarLink.ConnectAsync(Scene.Settings(sidecar.Address), CancellationToken.None));
        Assert.Equal(("speaks protocol 2 to 3, the gateway 1 to 1", true), (fault.Message, fault.IsFinal));
        sidecar.OnDescribe = static _ => new DescribeResponse { Protocol = 2 };
        fault = await Assert.ThrowsAsync<SidecarException>(() => SidecarLink.ConnectAsync(Scene.Settings(sidecar.Address), CancellationToken.None));
        Assert.Equal(("chose version 2 of the protocol; the gateway speaks 1 to 1", true), (fault.Message, fault.IsFinal));
    }

    [Fact, Spec("GRP-103")]
    public async Task The_smaller_limit_of_both_sides_holds()
    {
        await using var scene = await Scene.OpenAsync(
            static sidecar => sidecar.OnDescribe = static _ => new DescribeResponse { Protocol = 1, Limits = new() { MaxMessageBytes = 1 << 20, InitialCreditBytes = 1000, MaxConcurrentCalls = 5_000_000 } },
            limits: new() { MaxWholeBody = 4 << 20, MaxCalls = 2_000 });
        Assert.Equal(new CallLimits { MaxMessage = 1 << 20, InitialCredit = 1000, MaxCalls = 2_000, MaxWholeBody = 4 << 20 }, scene.Link.Limits);
        await using var plain = await Scene.OpenAsync(limits: new() { MaxCalls = 2_000 });
        Assert.Equal(new CallLimits(), plain.Link.Limits);
    }

    [Theory, Spec("GRP-103")]
    [InlineData(100, 0, "accepts messages of 100 bytes; expected 16384 or more")]
    [InlineData(0, 1, "accepts chunks of 1 bytes; expected 256 or more")]
    public async Task Limits_with_which_nothing_works_are_refused(uint message, uint chunk, string expected)
    {
        await using var sidecar = await new FakeSidecar { OnDescribe = _ => new DescribeResponse { Protocol = 1, Limits = new() { MaxMessageBytes = message, MaxChunkBytes = chunk } } }.ListenAsync();
        var fault = await Assert.ThrowsAsync<SidecarException>(() => SidecarLink.ConnectAsync(Scene.Settings(sidecar.Address), CancellationToken.None));
        Assert.Equal((expected, true), (fault.Message, fault.IsFinal));
    }

    [Fact, Spec("GRP-220")]
    public async Task Talks_to_the_process_that_was_started_and_to_those_of_its_session()
    {
        await using var sidecar = await new FakeSidecar().ListenAsync();
        // The process itself, and the leader of the session that it belongs to.
        var session = int.Parse((await File.ReadAllTextAsync("/proc/self/stat")).Split(") ")[^1].Split(' ')[3], System.Globalization.CultureInfo.InvariantCulture);
        foreach (var started in new[] { Environment.ProcessId, session })
        {
            await using var link = await SidecarLink.ConnectAsync(Scene.Settings(sidecar.Address) with { Session = started }, CancellationToken.None);
            Assert.True(await link.IsHealthyAsync(CancellationToken.None));
        }
        var asked = sidecar.Secrets.Count;
        using var other = Process.Start(new ProcessStartInfo("/usr/bin/setsid", ["/usr/bin/sleep", "1000"]))!;
        try
        {
            var fault = await Assert.ThrowsAsync<SidecarException>(() => SidecarLink.ConnectAsync(Scene.Settings(sidecar.Address) with { Session = other.Id }, CancellationToken.None));
            Assert.True(fault.IsFinal);
            Assert.Contains($"process {Environment.ProcessId} of user", fault.Message, StringComparison.Ordinal);
            Assert.Equal(asked, sidecar.Secrets.Count);
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact, Spec("GRP-221")]
    public async Task The_secret_goes_with_every_call_and_into_no_message()
    {
        await using var sidecar = await new FakeSidecar { Secret = "s3cret-of-the-start" }.ListenAsync();
        await using (var link = await SidecarLink.ConnectAsync(Scene.Settings(sidecar.Address) with { Secret = sidecar.Secret, Session = Environment.ProcessId }, CancellationToken.None))
        {
            await link.ConfigureAsync(new() { Generation = 1 }, CancellationToken.None);
            await link.RetireAsync(1, CancellationToken.None);
            await link.IsHealthyAsync(CancellationToken.None);
            link.Open();
            await sidecar.Stream;
            await link.DrainAsync(CancellationToken.None);
        }
        Assert.Equal(["Configure", "Describe", "Handle", "Health", "Retire", "Shutdown"], sidecar.Secrets.Select(static s => s.Path.Split('/')[^1]).Order());
        Assert.All(sidecar.Secrets, s => Assert.Equal(sidecar.Secret, s.Secret));
        var fault = await Assert.ThrowsAsync<SidecarException>(() => SidecarLink.ConnectAsync(Scene.Settings(sidecar.Address) with { Secret = "another-secret" }, CancellationToken.None));
        Assert.Equal(("refuses the gateway's secret: no secret", true), (fault.Message, fault.IsFinal));
    }
}
