using System.Globalization;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>TLS of the executable as other programs see it.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly PemFolder _files = new();
    private readonly Folder _folder = new();

    public TlsTests()
    {
        _files.Write("ca.pem", _authority.Pem);
        _files.WritePair("server", _authority.Issue(new TestCertificate { IsRsa = true }));
        _files.WritePair("client", _authority.Issue(new TestCertificate { Name = "client", Hosts = [], Purposes = [TestAuthority.ForClients] }));
    }

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
        _folder.Dispose();
    }

    private string Settings => $"\"min_version\":\"TLS12\",\"keys\":[{_files.Key("server")}]";

    private string Mutual => $"{Settings},\"enable_mtls\":true,\"disable_system_ca_pool\":true,\"ca_certs\":[\"{_files["ca.pem"]}\"]";

    [Fact, Spec("CFG-166", "CFG-171", "SEC-033")]
    public async Task Curl_is_served_over_both_protocols_and_trusts_the_certificate()
    {
        await using var gateway = await RunAsync(Settings);

        var two = await CurlAsync(gateway, "--http2");
        var one = await CurlAsync(gateway, "--http1.1", "--tls-max", "1.2");

        Assert.Equal((0, "2 200"), (two.Status, two.Out));
        Assert.Equal((0, "1.1 200"), (one.Status, one.Out));
    }

    [Fact, Spec("CFG-180", "AUT-132")]
    public async Task Curl_needs_its_certificate_where_clients_must_show_one()
    {
        await using var gateway = await RunAsync(Mutual);

        var with = await CurlAsync(gateway, "--http2", "--cert", _files["client.pem"], "--key", _files["client.key"]);
        var without = await CurlAsync(gateway, "--http2");

        Assert.Equal((0, "2 200"), (with.Status, with.Out));
        Assert.NotEqual(0, without.Status);
        await gateway.WaitForLogAsync("tls: client didn't provide a certificate");
    }

    [Theory, Spec("CFG-172", "CFG-184", "SEC-024", "SEC-033")]
    [InlineData("-tls1")]
    [InlineData("-tls1_1")]
    public async Task Older_versions_cannot_be_talked_into(string version)
    {
        await using var gateway = await RunAsync(Settings);

        var client = await OpenSslAsync(gateway, "Q", version, "-cipher", "ALL:@SECLEVEL=0");

        Assert.Contains("alert protocol version", client.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-184", "SEC-033")]
    public async Task Neither_compression_nor_a_renegotiation_of_the_client_is_taken()
    {
        await using var gateway = await RunAsync(Settings);

        var client = await OpenSslAsync(gateway, "R\nGET /__health HTTP/1.0\r\n\r\n", "-tls1_2", "-comp");

        Assert.Contains("Compression: NONE", client.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 200", client.Out, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-180", "AUT-132")]
    [InlineData("-tls1_3", false)]
    [InlineData("-tls1_2", true)]
    [InlineData("-tls1_3", true)]
    public async Task A_session_is_taken_up_again_unless_clients_must_show_a_certificate(string version, bool isMutual)
    {
        await using var gateway = await RunAsync(isMutual ? Mutual : $"\"keys\":[{_files.Key("server")}]");
        var session = _files["session"];
        string[] certificate = ["-cert", _files["client.pem"], "-key", _files["client.key"]];

        var first = await OpenSslAsync(gateway, "GET /__health HTTP/1.0\r\n\r\n", [version, "-ign_eof", "-sess_out", session, .. certificate]);
        Assert.Contains("HTTP/1.1 200 OK", first.Out, StringComparison.Ordinal);
        if (!File.Exists(session) && isMutual)
            return;
        var second = await OpenSslAsync(gateway, "GET /__health HTTP/1.0\r\n\r\n", [version, "-ign_eof", "-sess_in", session, .. certificate]);

        Assert.Contains("HTTP/1.1 200 OK", second.Out, StringComparison.Ordinal);
        Assert.Contains(isMutual ? "New, TLSv1" : "Reused, TLSv1", second.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-179", "SEC-032")]
    public async Task A_key_that_cannot_be_read_ends_the_start_with_a_status_and_a_line()
    {
        var file = _folder.Write("krakend.json", """{"version":3,"tls":{"keys":[{"public_key":"none.pem","private_key":"none.key"}]}}""");

        var check = await Executable.RunAsync("check", "-c", file);
        var run = await Executable.RunAsync("run", "-c", file);

        Assert.Equal(0, check.Status);
        Assert.NotEqual(0, run.Status);
        Assert.Contains("tls.keys: open none.pem: no such file or directory", run.Out + run.Error, StringComparison.Ordinal);
    }

    private Task<RunningGateway> RunAsync(string tls) => RunningGateway.RunAsync(_folder, $$$"""{"version":3,"tls":{{{{tls}}}}}""");

    private async Task<Finished> CurlAsync(RunningGateway gateway, params string[] args)
    {
        using var process = Executable.Start("curl", null, null,
            ["-s", "-m", "20", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_version} %{http_code}", "--cacert", _files["ca.pem"], .. args, $"https://localhost:{gateway.Port}/__health"]);
        return await Executable.FinishAsync(process);
    }

    private async Task<Finished> OpenSslAsync(RunningGateway gateway, string input, params string[] args)
    {
        // s_client reads its input only while it is open; Start closes it.
        var script = string.Create(CultureInfo.InvariantCulture, $"openssl s_client -connect localhost:{gateway.Port} -servername localhost \"$@\" < \"$0\"");
        using var process = Executable.Start("timeout", null, null, ["20", "sh", "-c", script, _files.Write("input", input), .. args]);
        return await Executable.FinishAsync(process);
    }
}
