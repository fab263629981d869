using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.ClientCertificate.Tests;

/// <summary>A gateway with mutual TLS and the plugin in front of one upstream.</summary>
internal sealed class Front : IAsyncDisposable
{
    private readonly PemFolder _files;
    private readonly TestAuthority _authority;

    private Front(PemFolder files, TestAuthority authority, Upstream upstream, TestGateway gateway)
    {
        _files = files;
        _authority = authority;
        Upstream = upstream;
        Gateway = gateway;
    }

    public Upstream Upstream { get; }

    public TestGateway Gateway { get; }

    /// <summary>A gateway.</summary>
    /// <param name="endpoints">Objects of the list.</param>
    /// <param name="service">Value of the service's namespace, if it has one.</param>
    /// <param name="components">Further components.</param>
    /// <param name="isMutual">Whether the listener demands certificates.</param>
    /// <param name="fromFolder">Whether the plugin is the one that the build laid out.</param>
    /// <param name="others">More members of the service's <c>extra_config</c>; <c>$FILES</c> stands for the folder of the files.</param>
    /// <param name="folders">Other plugins as the build laid them out.</param>
    /// <param name="write">Writes files that the configuration names.</param>
    public static async Task<Front> StartAsync(string endpoints, string? service = null, Action<IPluginRegistry>? components = null, bool isMutual = true, bool fromFolder = false,
        string others = "", string[]? folders = null, Action<PemFolder>? write = null)
    {
        var files = new PemFolder();
        var authority = new TestAuthority();
        files.Write("ca.pem", authority.Pem);
        write?.Invoke(files);
        files.WritePair("server", authority.Issue(new TestCertificate()));
        var upstream = await Upstream.StartAsync();
        upstream.OnAny(static context => context.Response.WriteAsync("{}"));
        var plugins = new PluginRegistry();
        if (!fromFolder)
            new ClientCertificatePlugin().Register(plugins);
        components?.Invoke(plugins);
        var mutual = isMutual ? $"\"enable_mtls\":true,\"ca_certs\":[\"{files["ca.pem"]}\"],\"disable_system_ca_pool\":true," : "";
        var extra = string.Join(',', new[] { service is null ? "" : $"\"auth/client-certificate\":{service}", others }.Where(static o => o.Length > 0));
        if (extra.Length > 0)
            extra = $"\"extra_config\":{{{extra}}},";
        try
        {
            var gateway = await TestGateway.StartAsync(
                $"{{\"version\":3,\"tls\":{{{mutual}\"keys\":[{files.Key("server")}]}},{extra}\"host\":[\"$UPSTREAM\"],\"endpoints\":[{endpoints}]}}".Replace("$FILES", Path.GetDirectoryName(files["ca.pem"]), StringComparison.Ordinal),
                upstream.Host,
                new TestGatewayOptions { Plugins = plugins, PluginFolders = [.. fromFolder ? [Path.GetDirectoryName(PluginFolder.Path)!] : Array.Empty<string>(), .. folders ?? []] });
            return new Front(files, authority, upstream, gateway);
        }
        catch
        {
            await upstream.DisposeAsync();
            authority.Dispose();
            files.Dispose();
            throw;
        }
    }

    /// <summary>An endpoint that lets all headers through.</summary>
    public static string Endpoint(string path, string? guard, string members = "\"input_headers\":[\"*\"],") =>
        $"{{\"endpoint\":\"{path}\",{members}{(guard is null ? "" : $"\"extra_config\":{{\"auth/client-certificate\":{guard}}},")}\"backend\":[{{\"url_pattern\":\"/b\"}}]}}";

    /// <summary>A certificate of the gateway's authority with any subject and alternative names.</summary>
    public X509Certificate2 Issue(string subject, Action<SubjectAlternativeNameBuilder>? names = null) => Issue(new X500DistinguishedName(subject), names);

    /// <summary>A certificate of the gateway's authority with any subject and alternative names.</summary>
    public X509Certificate2 Issue(X500DistinguishedName subject, Action<SubjectAlternativeNameBuilder>? names = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (names is not null)
        {
            var builder = new SubjectAlternativeNameBuilder();
            names(builder);
            request.CertificateExtensions.Add(builder.Build());
        }
        var generator = X509SignatureGenerator.CreateForECDsa(_authority.Certificate.GetECDsaPrivateKey()!);
        using var bare = request.Create(_authority.Certificate.SubjectName, generator, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), [1, 2, 0xab]);
        using var whole = bare.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Gets a path with a certificate and headers given as <c>Name: value</c>.</summary>
    public async Task<HttpResponseMessage> GetAsync(string path, X509Certificate2? certificate, params string[] headers)
    {
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, [], offline: true),
            },
        };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://localhost:{Gateway.Port}{path}");
        foreach (var header in headers)
            request.Headers.TryAddWithoutValidation(header.Split(": ")[0], header.Split(": ")[1]);
        return await client.SendAsync(request);
    }

    /// <summary>The status of a path.</summary>
    public async Task<int> StatusAsync(string path, X509Certificate2? certificate, params string[] headers)
    {
        using var response = await GetAsync(path, certificate, headers);
        return (int)response.StatusCode;
    }

    /// <summary>Sends a head as it is written, and gives the status line.</summary>
    public async Task<string?> SendRawAsync(X509Certificate2 certificate, string head)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", Gateway.Port);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            ClientCertificateContext = SslStreamCertificateContext.Create(certificate, [], offline: true),
        });
        await tls.WriteAsync(Encoding.ASCII.GetBytes(head));
        using var reader = new StreamReader(tls, Encoding.Latin1);
        return await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
        _authority.Dispose();
        _files.Dispose();
    }
}
