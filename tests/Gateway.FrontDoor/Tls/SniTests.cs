using System.Net.Security;
using System.Security.Authentication;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Tls;

/// <summary>Which of several certificates a client is shown.</summary>
public sealed class SniTests : IAsyncLifetime
{
    private readonly TestAuthority _authority = new();
    private readonly PemFolder _files = new();
    private readonly Dictionary<string, string> _names = [];
    private TlsRig _rig = null!;

    public async Task InitializeAsync()
    {
        Add("first", new TestCertificate { Hosts = ["first.test"], IsRsa = true });
        Add("ecdsa", new TestCertificate { Hosts = ["both.test"] });
        Add("rsa", new TestCertificate { Hosts = ["both.test"], IsRsa = true });
        Add("wild", new TestCertificate { Hosts = ["*.wild.test"], IsRsa = true });
        Add("exact", new TestCertificate { Hosts = ["later.test", "A.Mixed.Test"], IsRsa = true });
        Add("subject", new TestCertificate { Name = "subject.test", Hosts = [], IsRsa = true });
        var keys = string.Join(',', new[] { "first", "ecdsa", "rsa", "wild", "exact", "subject" }.Select(_files.Key));
        _rig = await TlsRig.StartAsync($"\"min_version\":\"TLS12\",\"keys\":[{keys}]");
    }

    public async Task DisposeAsync()
    {
        await _rig.DisposeAsync();
        _authority.Dispose();
        _files.Dispose();
    }

    [Theory, Spec("CFG-176", "SEC-030")]
    [InlineData("first.test", "first")]
    [InlineData("later.test", "exact")]
    [InlineData("LATER.Test", "exact")]
    [InlineData("a.mixed.test", "exact")]
    [InlineData("later.test.", "exact")]
    [InlineData("x.wild.test", "wild")]
    [InlineData("wild.test", "first")]
    [InlineData("x.y.wild.test", "first")]
    [InlineData("subject.test", "subject")]
    [InlineData("nobody.test", "first")]
    [InlineData("127.0.0.1", "first")]
    public async Task The_name_that_is_asked_for_chooses(string name, string expected) =>
        Assert.Equal(expected, _names[await _rig.ShownToAsync(new TlsCaller { Name = name })]);

    [Theory, Spec("CFG-176")]
    [InlineData(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "rsa")]
    [InlineData(TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, "ecdsa")]
    public async Task Of_two_for_one_name_the_one_that_the_client_can_use_is_shown(TlsCipherSuite suite, string expected) =>
        Assert.Equal(expected, _names[await _rig.ShownToAsync(new TlsCaller { Name = "both.test", Versions = SslProtocols.Tls12, Suites = [suite] })]);

    [Fact, Spec("CFG-176")]
    public async Task Who_can_do_only_ecdsa_is_not_shown_rsa() =>
        Assert.Equal("ecdsa", _names[await _rig.ShownToAsync(new TlsCaller { Name = "first.test", Versions = SslProtocols.Tls12, Suites = [TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256] })]);

    [Theory, Spec("CFG-176", "CFG-182")]
    [InlineData(300)]
    [InlineData(5000)]
    public async Task A_name_that_is_too_long_costs_its_sender_the_connection_and_nobody_else(int length)
    {
        var name = string.Join('.', Enumerable.Repeat(new string('a', 49), length / 50));
        var list = "\0" + Number(name.Length) + name;
        var content = Number(list.Length) + list;
        var extensions = "\0\0" + Number(content.Length) + content;
        var body = "\u0003\u0003" + new string('x', 32) + "\0" + "\0\u0002\u00c0\u002f" + "\u0001\0" + Number(extensions.Length) + extensions;
        var message = "\u0001\0" + Number(body.Length) + body;
        using var connection = await _rig.Gateway.ConnectAsync();

        await connection.WriteAsync("\u0016\u0003\u0001" + Number(message.Length) + message);

        Assert.StartsWith("\u0015", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        await _rig.Gateway.WaitForLogAsync("TLS handshake error from 127.0.0.1:");
        Assert.StartsWith("HTTP/1.1 200", await _rig.GetAsync(new TlsCaller()), StringComparison.Ordinal);

        static string Number(int value) => $"{(char)(value >> 8)}{(char)(value & 0xff)}";
    }

    private void Add(string name, TestCertificate wanted)
    {
        var certificate = _authority.Issue(wanted);
        _files.WritePair(name, certificate);
        _names.Add(certificate.GetCertHashString(), name);
    }
}
