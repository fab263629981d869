using System.Net.Security;
using Gateway.Core.Server;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Tls;

/// <summary>A reload that changes the <c>tls</c> of the listener.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly PemFolder _files = new();

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    [Fact, Spec("CFG-345", "CFG-183")]
    public async Task Other_keys_are_shown_on_the_same_port_and_open_connections_get_one_more_answer()
    {
        var (first, second) = (_authority.Issue(new TestCertificate()), _authority.Issue(new TestCertificate { IsRsa = true }));
        _files.WritePair("first", first);
        _files.WritePair("second", second);
        await using var rig = await TlsRig.StartAsync(Keys("first"));
        await using var kept = await rig.ConnectAsync(new TlsCaller());
        var port = rig.Gateway.Port;

        await rig.Gateway.ReloadAsync(Document($"\"tls\":{{{Keys("second")}}},"));

        Assert.Equal(port, rig.Gateway.Port);
        Assert.Equal(second.GetCertHashString(), await rig.ShownToAsync(new TlsCaller()));
        await kept.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(kept);
        var last = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 200", last, StringComparison.Ordinal);
        Assert.Contains("Connection: close", last, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-345", "CFG-180")]
    public async Task Who_came_in_without_a_certificate_is_not_served_when_one_is_needed()
    {
        _files.WritePair("server", _authority.Issue(new TestCertificate()));
        _files.Write("ca.pem", _authority.Pem);
        var client = new TlsCaller { Certificate = _authority.Issue(new TestCertificate { Name = "client", Hosts = [], Purposes = [TestAuthority.ForClients] }) };
        await using var rig = await TlsRig.StartAsync(Keys("server"));
        await using var first = await rig.ConnectAsync(new TlsCaller());
        await rig.Gateway.ReloadAsync(Document($"\"tls\":{{{Keys("server")}}},\"read_header_timeout\":\"9s\","));
        await using var second = await rig.ConnectAsync(new TlsCaller());
        var mutual = $"\"tls\":{{{Keys("server")},\"enable_mtls\":true,\"disable_system_ca_pool\":true,\"ca_certs\":[\"{_files["ca.pem"]}\"]}},";

        await rig.Gateway.ReloadAsync(Document(mutual));
        string[] refused = [await LastAsync(first), await LastAsync(second)];
        await using var known = await rig.ConnectAsync(client);
        await rig.Gateway.ReloadAsync(Document(mutual + "\"read_header_timeout\":\"7s\","));
        var served = await LastAsync(known);

        Assert.All(refused, static answer => Assert.StartsWith("HTTP/1.1 421 ", answer, StringComparison.Ordinal));
        Assert.All(refused, static answer => Assert.Contains("Connection: close", answer, StringComparison.Ordinal));
        Assert.StartsWith("HTTP/1.1 200", served, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(client), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-345")]
    public async Task Tls_goes_and_comes_on_the_same_port()
    {
        _files.WritePair("server", _authority.Issue(new TestCertificate()));
        await using var rig = await TlsRig.StartAsync(Keys("server"));

        await rig.Gateway.ReloadAsync(Document(""));
        Assert.Equal("""{"id":1}""", await rig.Gateway.Client.GetStringAsync("/a"));
        await rig.Gateway.ReloadAsync(Document($"\"tls\":{{{Keys("server")}}},"));

        Assert.StartsWith("HTTP/1.1 200", await rig.GetAsync(new TlsCaller()), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-346", "CFG-179")]
    public async Task Keys_that_cannot_be_used_refuse_the_reload()
    {
        var first = _authority.Issue(new TestCertificate());
        _files.WritePair("first", first);
        await using var rig = await TlsRig.StartAsync(Keys("first"));

        var refused = await Assert.ThrowsAsync<ConfigurationException>(() => rig.Gateway.ReloadAsync(Document($"\"tls\":{{{Keys("none")}}},")));

        Assert.StartsWith("tls.keys:", refused.Message, StringComparison.Ordinal);
        Assert.Equal(first.GetCertHashString(), await rig.ShownToAsync(new TlsCaller()));
    }

    [Fact, Spec("CFG-345")]
    public async Task Equal_settings_leave_connections_alone()
    {
        _files.WritePair("server", _authority.Issue(new TestCertificate()));
        await using var rig = await TlsRig.StartAsync(Keys("server"));
        await using var kept = await rig.ConnectAsync(new TlsCaller());

        await rig.Gateway.ReloadAsync(Document($"\"tls\":{{{Keys("server")}}},"));

        await kept.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        var buffer = new byte[4096];
        var read = await kept.ReadAsync(buffer);
        Assert.DoesNotContain("Connection: close", System.Text.Encoding.ASCII.GetString(buffer, 0, read), StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<string> LastAsync(SslStream connection)
    {
        await connection.WriteAsync("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(connection);
        return await reader.ReadToEndAsync();
    }

    private static string Document(string settings) => $$"""{"version":3,{{settings}}"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/a"}]}]}""";

    private string Keys(string name) => $"\"keys\":[{_files.Key(name)}]";
}
