using System.Net.Security;
using System.Security.Authentication;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;
using static Gateway.Core.Tests.Configuration.Loading;

namespace Gateway.Core.Tests.Configuration;

public sealed class TlsLoaderTests
{
    private const string Keys = "\"keys\":[{\"public_key\":\"c.pem\",\"private_key\":\"k.pem\"}]";

    [Fact]
    [Spec("CFG-172", "CFG-177", "CFG-178", "SEC-023", "SEC-024")]
    public void Settings_are_read()
    {
        Assert.Null(Clean("""{"version":3,"tls":null}""").Tls);
        Assert.Null(Clean("""{"version":3,"tls":{"disabled":true}}""").Tls);

        var tls = Clean($$$"""{"version":3,"tls":{{{{Keys}}},"enable_mtls":true,"ca_certs":["a.pem","b.pem"],"disable_system_ca_pool":true}}""").Tls!;

        Assert.Equal(SslProtocols.Tls13, tls.Protocol.Versions);
        Assert.Equal([TlsCipherSuite.TLS_AES_128_GCM_SHA256, TlsCipherSuite.TLS_AES_256_GCM_SHA384, TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256], tls.Protocol.CipherSuites);
        Assert.Equal([new KeyPairFiles("c.pem", "k.pem")], tls.Keys);
        Assert.Equal(["a.pem", "b.pem"], tls.CaCerts);
        Assert.True(tls is { EnableMtls: true, DisableSystemCaPool: true });
    }

    [Fact]
    [Spec("CFG-171", "RTE-349")]
    public void Equal_settings_are_equal_values()
    {
        static TlsServerConfig Server(string more = "") => Clean($$$"""{"version":3,"tls":{{{{Keys}}},"enable_mtls":true,"ca_certs":["a.pem"],"min_version":"TLS12"{{{more}}}}}""").Tls!;
        static TlsClientConfig Client(string more = "") => Clean($$$"""{"version":3,"client_tls":{"ca_certs":["a.pem"],"client_certs":[{"certificate":"c","private_key":"k"}]{{{more}}}}}""").Transport.Tls;

        Assert.Equal(Server(), Server());
        Assert.Equal(Server().GetHashCode(), Server().GetHashCode());
        Assert.NotEqual(Server(), Server(",\"disable_system_ca_pool\":true"));
        Assert.NotEqual(Server(), Server(",\"cipher_suites\":[49199]"));
        Assert.Equal(Client(), Client());
        Assert.Equal(Client().GetHashCode(), Client().GetHashCode());
        Assert.NotEqual(Client(), Client(",\"min_version\":\"TLS12\""));
    }

    [Theory]
    [Spec("CFG-173", "CFG-175", "CFG-178", "CFG-179", "SEC-028", "SEC-029")]
    [InlineData("\"tls\":{}", "krakend.json:1:20 tls.keys: public key not defined")]
    [InlineData("\"tls\":{\"keys\":[]}", "tls.keys: public key not defined")]
    [InlineData("\"tls\":{\"keys\":[{\"public_key\":\"a\"}]}", "tls.keys[0].private_key: private key not defined")]
    [InlineData("\"tls\":{\"keys\":[{\"private_key\":\"a\"}]}", "tls.keys[0].public_key: public key not defined")]
    [InlineData("\"tls\":{\"public_key\":\"a\"}", "tls.private_key: private key not defined")]
    [InlineData("\"tls\":{$,\"max_version\":\"TLS12\"}", "tls.max_version: no version is left between min_version TLS13 and max_version TLS12")]
    [InlineData("\"tls\":{$,\"min_version\":\"SSL3.0\",\"max_version\":\"TLS11\"}", "tls.max_version: TLS11 is not offered by the platform's TLS library")]
    [InlineData("\"tls\":{$,\"min_version\":\"TLS1.2\"}", "\"TLS1.2\" is no min version; did you mean \"TLS12\"?")]
    [InlineData("\"tls\":{$,\"curve_preferences\":[23]}", "tls.curve_preferences: the platform's TLS library always offers P-256")]
    [InlineData("\"tls\":{$,\"curve_preferences\":[29]}", "tls.curve_preferences: 29 is no curve of the language")]
    [InlineData("\"tls\":{$,\"min_version\":\"TLS12\",\"max_version\":\"TLS12\",\"cipher_suites\":[5,10]}", "tls.cipher_suites: none of these cipher suites can be used")]
    [InlineData("\"tls\":{$,\"min_version\":\"TLS12\",\"max_version\":\"TLS12\",\"cipher_suites\":[4865]}", "tls.cipher_suites: none of these cipher suites can be used")]
    [InlineData("\"client_tls\":{\"max_version\":\"TLS12\"}", "client_tls.max_version: no version is left")]
    [InlineData("\"client_tls\":{\"curve_preferences\":[24,25]}", "client_tls.curve_preferences: the platform's TLS library always offers")]
    [InlineData("\"client_tls\":{\"client_certs\":[{\"certificate\":\"a\"}]}", "client_tls.client_certs[0]: \"private_key\" is required")]
    public void What_cannot_be_or_would_not_hold_is_refused(string root, string expected) =>
        Assert.Contains(expected, Errors($$"""{"version":3,{{root.Replace("$", Keys, StringComparison.Ordinal)}}}"""), StringComparison.Ordinal);

    [Theory]
    [Spec("CFG-174", "SEC-025", "SEC-026", "SEC-027")]
    [InlineData("\"min_version\":\"TLS10\"", ConfigSeverity.Warning, "tls.min_version: versions below TLS 1.2 are not offered by the platform's TLS library; TLS10 counts as TLS12")]
    [InlineData("\"min_version\":\"TLS12\",\"cipher_suites\":[49199,49170]", ConfigSeverity.Warning, "tls.cipher_suites: 49170 (TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA) is not offered by the platform's TLS library and is left out")]
    [InlineData("\"min_version\":\"TLS12\",\"cipher_suites\":[49199,99]", ConfigSeverity.Warning, "tls.cipher_suites: 99 is no cipher suite of the language and is left out")]
    [InlineData("\"ca_certs\":[\"a\"]", ConfigSeverity.Warning, "tls.ca_certs: they are for certificates of clients, which nobody asks for without \"enable_mtls\"")]
    [InlineData("\"enable_mtls\":true,\"disable_system_ca_pool\":true", ConfigSeverity.Warning, "only clients with the gateway's own certificates may enter")]
    [InlineData("\"prefer_server_cipher_suites\":true", ConfigSeverity.Notice, "tls.prefer_server_cipher_suites: it has no effect")]
    [InlineData("\"public_key\":\"a\",\"private_key\":\"b\"", ConfigSeverity.Notice, "tls.public_key: the key pair moved into \"keys\"; it still works here")]
    public void What_is_left_out_or_old_is_said(string settings, ConfigSeverity severity, string expected)
    {
        var result = Load($$$"""{"version":3,"tls":{{{{Keys}}},{{{settings}}}}}""");

        Assert.NotNull(result.Config);
        Assert.Contains(expected, result.Findings(severity), StringComparison.Ordinal);
    }

    [Theory]
    [Spec("CFG-174", "CFG-175", "SEC-025", "SEC-027", "SEC-029")]
    [InlineData("", SslProtocols.Tls13, "4865 4866 4867")]
    [InlineData(",\"curve_preferences\":[25,24,23]", SslProtocols.Tls13, "4865 4866 4867")]
    [InlineData(",\"min_version\":\"TLS12\"", SslProtocols.Tls12 | SslProtocols.Tls13, "4865 4866 4867 49199 49195 49200 49196 52392 52393")]
    [InlineData(",\"min_version\":\"TLS12\",\"cipher_suites\":[49200,47]", SslProtocols.Tls12 | SslProtocols.Tls13, "4865 4866 4867 49200 47")]
    [InlineData(",\"min_version\":\"TLS12\",\"cipher_suites\":[4866,49200,4866]", SslProtocols.Tls12 | SslProtocols.Tls13, "4866 49200")]
    [InlineData(",\"min_version\":\"TLS12\",\"cipher_suites\":[4866]", SslProtocols.Tls13, "4866")]
    [InlineData(",\"min_version\":\"TLS12\",\"max_version\":\"TLS12\"", SslProtocols.Tls12, "49199 49195 49200 49196 52392 52393")]
    public void Suites_follow_versions_and_list(string settings, SslProtocols versions, string suites)
    {
        var protocol = Clean($$$"""{"version":3,"tls":{{{{Keys}}}{{{settings}}}}}""").Tls!.Protocol;

        Assert.Equal(versions, protocol.Versions);
        Assert.Equal(suites, string.Join(' ', protocol.CipherSuites.Select(static suite => (int)suite)));
    }

    [Fact]
    [Spec("CFG-185", "CFG-186", "RTE-341", "SEC-038", "SEC-039")]
    public void The_old_root_attribute_is_the_one_inside_client_tls()
    {
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, Clean("""{"version":3}""").Transport.Tls.Protocol.Versions);
        Assert.Equal(SslProtocols.Tls13, Clean("""{"version":3,"client_tls":{}}""").Transport.Tls.Protocol.Versions);

        var old = Load("""{"version":3,"allow_insecure_connections":true,"client_tls":{"min_version":"TLS12"}}""").Config!.Transport.Tls;

        Assert.True(old.AllowInsecureConnections);
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, old.Protocol.Versions);
        Assert.Equal(SslProtocols.Tls13, Load("""{"version":3,"allow_insecure_connections":true}""").Config!.Transport.Tls.Protocol.Versions);
    }
}
