using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Gateway.Corpus;

/// <summary>
/// Every host of the world: an outgoing proxy that answers for whatever host it is asked for, over TLS with a certificate that it makes
/// for that host, and listeners for hosts of this machine.
/// </summary>
internal sealed class Upstreams : IAsyncDisposable
{
    private readonly ECDsa _caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _ca;
    private readonly ConcurrentDictionary<string, X509Certificate2> _certificates = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _end = new();
    private readonly List<TcpListener> _listeners = [];
    private readonly string _keySet;
    private readonly ConcurrentBag<Task> _work = [];

    /// <summary>Makes the authority and opens the proxy.</summary>
    /// <param name="folder">Folder for the certificate of the authority.</param>
    /// <param name="keySet">What every address of <see cref="KeyPaths"/> answers.</param>
    public Upstreams(string folder, string keySet)
    {
        _keySet = keySet;
        var request = new CertificateRequest("CN=Corpus", _caKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _ca = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        CertificateFile = Path.Combine(folder, "corpus-ca.pem");
        File.WriteAllText(CertificateFile, _ca.ExportCertificatePem());
        Port = Listen(new IPEndPoint(IPAddress.Loopback, 0), secureHost: null);
    }

    /// <summary>Port of the proxy.</summary>
    public int Port { get; }

    /// <summary>The authority that signs for every host.</summary>
    public string CertificateFile { get; }

    /// <summary>What the backends of the file under test answer.</summary>
    public IReadOnlyList<BackendAnswer> Backends { get; set; } = [];

    /// <summary>Paths that answer with the key set of the identity provider.</summary>
    public IReadOnlySet<string> KeyPaths { get; set; } = new HashSet<string>();

    /// <summary>Answers for hosts of this machine until the result is disposed; the hosts whose port is taken.</summary>
    public IReadOnlyList<Uri> Open(IEnumerable<Uri> hosts)
    {
        var taken = new List<Uri>();
        foreach (var host in hosts)
        {
            try
            {
                Listen(new IPEndPoint(IPAddress.Loopback, host.Port), host.Scheme == "https" ? host.Host : null);
            }
            catch (SocketException)
            {
                taken.Add(host);
            }
        }
        return taken;
    }

    /// <summary>Closes what <see cref="Open"/> opened.</summary>
    public void CloseLocal()
    {
        foreach (var listener in _listeners.Skip(1))
            listener.Stop();
        _listeners.RemoveRange(1, _listeners.Count - 1);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var listener in _listeners)
            listener.Stop();
        await Task.WhenAll(_work);
        _ca.Dispose();
        _caKey.Dispose();
        _end.Dispose();
    }

    private int Listen(IPEndPoint address, string? secureHost)
    {
        var listener = new TcpListener(address);
        listener.Start();
        _listeners.Add(listener);
        _work.Add(AcceptAsync(listener, secureHost));
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task AcceptAsync(TcpListener listener, string? secureHost)
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync(_end.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
            _work.Add(ServeAsync(client, secureHost));
        }
    }

    private async Task ServeAsync(TcpClient client, string? secureHost)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (secureHost is not null)
                    stream = await SecureAsync(stream, secureHost);
                while (await HttpHead.ReadAsync(stream, _end.Token) is { } head)
                {
                    if (head.Method == "CONNECT")
                    {
                        await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), _end.Token);
                        stream = await SecureAsync(stream, head.Target[..head.Target.LastIndexOf(':')]);
                        continue;
                    }
                    await stream.WriteAsync(AnswerTo(head), _end.Token);
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException or AuthenticationException)
            {
                // The gateway closed the connection, or the run is over.
            }
        }
    }

    private byte[] AnswerTo(HttpHead head)
    {
        var path = head.Target.StartsWith('/') ? head.Target : new Uri(head.Target).AbsolutePath;
        path = path.Split('?')[0];
        var backend = Backends.FirstOrDefault(b => b.Method == head.Method && b.Path.IsMatch(path));
        var (type, body) = (backend?.Encoding, backend?.IsCollection) switch
        {
            ("xml", _) => ("application/xml", "<root><id>1</id><path>x</path></root>"),
            ("rss", _) => ("application/rss+xml", "<rss version=\"2.0\"><channel><title>t</title><item><title>a</title></item></channel></rss>"),
            ("yaml", _) => ("application/yaml", "id: 1\nname: echo\n"),
            ("string", _) => ("text/plain", "echo"),
            (_, true) => ("application/json", "[{\"id\":1,\"name\":\"echo\"}]"),
            _ => ("application/json", "{\"id\":1,\"name\":\"echo\"}"),
        };
        if (KeyPaths.Contains(path))
            (type, body) = ("application/json", _keySet);
        if (head.Method == "HEAD")
            body = "";
        return Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
    }

    private async Task<Stream> SecureAsync(Stream stream, string host)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificates.GetOrAdd(host, Certificate) }, _end.Token);
        return secure;
    }

    private X509Certificate2 Certificate(string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + (host.Length <= 64 ? host : "host"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(_ca, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(20), RandomNumberGenerator.GetBytes(8));
        using var withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }
}
