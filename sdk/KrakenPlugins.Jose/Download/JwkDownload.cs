using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Reflection;
using System.Security.Authentication;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Jose;

/// <summary>
/// Downloads the key set of an origin, as often as it is asked to (AUT-028, AUT-030, AUT-031). Follows redirects only to where the origin
/// itself might be: never from HTTPS to HTTP, never to another scheme; link-local addresses, where clouds serve their credentials, are not
/// called at all. Safe for concurrent use.
/// </summary>
public sealed class JwkDownload : IDisposable
{
    /// <summary>Bytes of the longest answer.</summary>
    public const int MaximumBytes = 1 << 20;

    private const int MaximumRedirects = 5;

    private static readonly ProductInfoHeaderValue[] s_userAgent =
        [.. $"KrakenD Version {typeof(ConfigNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}".Split(' ').Select(static word => new ProductInfoHeaderValue(word, null))];

    private readonly Uri _url;
    private readonly bool _allowsPlain;
    private readonly Action<string> _warn;
    private readonly HttpClient _client;
    private readonly TimeProvider _time;
    private readonly TimeSpan _limit;

    /// <summary>A client for <see cref="JwkOrigin.JwkUrl"/> with the origin's TLS settings; nothing is sent yet.</summary>
    /// <param name="origin">The origin.</param>
    /// <param name="warn">Receives a sentence per key that is left out; called during downloads.</param>
    /// <exception cref="JwkException">A fingerprint cannot be decoded, the authorities cannot be read, no cipher suite is known, or the URL is none: fatal (AUT-026).</exception>
    public JwkDownload(JwkOrigin origin, Action<string> warn) : this(origin, warn, new JwkDownloadOptions())
    {
    }

    internal JwkDownload(JwkOrigin origin, Action<string> warn, JwkDownloadOptions options)
    {
        ArgumentNullException.ThrowIfNull(origin);
        ArgumentNullException.ThrowIfNull(warn);
        if (!Uri.TryCreate(origin.JwkUrl, UriKind.Absolute, out var url) || url.Host.Length == 0 || url.Scheme is not ("http" or "https"))
            throw new JwkException("jwk_url is no URL; expected https://host/path") { Attribute = "jwk_url" };
        _url = url;
        _allowsPlain = origin.DisableJwkSecurity;
        _warn = warn;
        _time = options.Time;
        _limit = options.Limit;
        _client = new HttpClient(CreateHandler(origin, warn, options)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Downloads the set; every failure is a result, within 10 s.</summary>
    /// <param name="cancellationToken">Ends the download with an <see cref="OperationCanceledException"/>.</param>
    public async ValueTask<JwkResult> GetAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await FollowAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return JwkResult.Failed($"the key set did not come within {_limit.TotalSeconds:0.###} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or AuthenticationException or JwkException)
        {
            return JwkResult.Failed(exception is JwkException ? exception.Message : Describe(exception));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static SocketsHttpHandler CreateHandler(JwkOrigin origin, Action<string> warn, JwkDownloadOptions options) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        Proxy = new DirectLoopback(options.Proxy ?? HttpClient.DefaultProxy),
        ConnectTimeout = TimeSpan.FromSeconds(30),
        ConnectCallback = (context, cancellation) => GuardedConnect.ConnectAsync(options.Resolve, context.DnsEndPoint, cancellation),
        MaxConnectionsPerServer = 4,
        MaxResponseHeadersLength = 64,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CipherSuitesPolicy = JwkTls.Suites(origin.CipherSuites, warn),
            CertificateChainPolicy = JwkTls.Policy(),
            RemoteCertificateValidationCallback = new JwkTls(origin).Decide,
        },
    };

    private async ValueTask<JwkResult> FollowAsync(CancellationToken cancellationToken)
    {
        var url = _url;
        for (var hop = 0; ; hop++)
        {
            if (GuardedConnect.IsRefused(url))
                return JwkResult.Failed("the URL points to a link-local address, which is not called");
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.Accept.ParseAdd("application/json, application/jwk-set+json");
            foreach (var word in s_userAgent)
                request.Headers.UserAgent.Add(word);
            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
                return await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            if (hop == MaximumRedirects)
                return JwkResult.Failed($"the server redirects more than {MaximumRedirects} times");
            if (response.Headers.Location is not { } location || !Uri.TryCreate(url, location, out var next))
                return JwkResult.Failed("the server redirects without saying where to");
            var isAllowed = next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && _allowsPlain && url.Scheme == Uri.UriSchemeHttp);
            if (!isAllowed)
                return JwkResult.Failed($"the server redirects to {next.Scheme}:, which is not followed");
            url = next;
        }
    }

    private async ValueTask<JwkResult> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode != HttpStatusCode.OK)
            return JwkResult.Failed($"the server answered with status {(int)response.StatusCode}");
        var type = response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : "";
        if (!type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) && !type.StartsWith("application/jwk-set+json", StringComparison.OrdinalIgnoreCase))
            return JwkResult.Failed("the answer is of a wrong Content-Type; expected application/json or application/jwk-set+json");
        if (response.Content.Headers.ContentLength > MaximumBytes)
            return TooLong();

        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new byte[16 << 10];
            for (var length = 0; ;)
            {
                var read = await stream.ReadAsync(bytes.AsMemory(length), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    return JwkResult.Of(JwkSet.Parse(bytes.AsMemory(0, length), _warn), bytes.AsMemory(0, length), FreshFor(response));
                length += read;
                if (length > MaximumBytes)
                    return TooLong();
                if (length == bytes.Length)
                    Array.Resize(ref bytes, Math.Min(2 * length, MaximumBytes + 1));
            }
        }
    }

    private static TimeSpan FreshFor(HttpResponseMessage response)
    {
        if (response.Headers.CacheControl is not { NoStore: false, NoCache: false, MaxAge: { } age })
            return TimeSpan.Zero;
        age -= response.Headers.Age ?? TimeSpan.Zero;
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    private static JwkResult TooLong() => JwkResult.Failed($"the answer is longer than {MaximumBytes} bytes");

    private static string Describe(Exception exception) => exception.InnerException is AuthenticationException inner ? inner.Message : exception.Message;
}

/// <summary>What tests replace.</summary>
internal sealed record JwkDownloadOptions
{
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gives the addresses of a name.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>In place of the proxies of the environment.</summary>
    public IWebProxy? Proxy { get; init; }
}

/// <summary>The environment's proxies, except towards this machine.</summary>
internal sealed class DirectLoopback(IWebProxy proxies) : IWebProxy
{
    public ICredentials? Credentials { get => proxies.Credentials; set => proxies.Credentials = value; }

    public Uri? GetProxy(Uri destination) => destination.IsLoopback ? null : proxies.GetProxy(destination);

    public bool IsBypassed(Uri host) => host.IsLoopback || proxies.IsBypassed(host);
}
