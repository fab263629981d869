using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Transport.Tls;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Transport;

/// <summary>
/// The gateway's HTTP/1.1 client: connection pools for all backends of one configuration (RTE-332..344). It writes every byte itself,
/// normalises nothing, and never waits for <c>100 Continue</c>: <c>Expect</c> is not forwarded, so that
/// <c>expect_continue_timeout</c> has nothing to wait for. Safe for concurrent use.
/// </summary>
public sealed partial class HttpTransport : IDisposable
{
    private const int DefaultIdlePerHost = 250;
    private readonly Dictionary<SetKey, HttpCaller> _callers = [];
    private readonly Dictionary<TlsClientConfig, BackendTls> _tls = [];
    private readonly object _trim = new();
    private readonly ProxyEnvironment _proxies;
    private readonly ITimer _sweeper;
    private readonly TimeSpan _sweepPeriod;
    private int _idle;
    private bool _isDisposed;

    /// <summary>A transport without connections.</summary>
    /// <param name="config">Settings of the service's HTTP client.</param>
    /// <param name="gatewayUserAgent"><c>User-Agent</c> of requests that bring none.</param>
    /// <param name="logger">Where the transport logs.</param>
    /// <param name="time">Clock of all limits.</param>
    /// <param name="proxies">Proxies of the environment.</param>
    /// <param name="limits">What a backend may cost.</param>
    public HttpTransport(TransportConfig config, string gatewayUserAgent, ILogger logger, TimeProvider time, ProxyEnvironment proxies, TransportLimits limits)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(gatewayUserAgent);
        ArgumentNullException.ThrowIfNull(logger);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(proxies);
        ArgumentNullException.ThrowIfNull(limits);
        if (gatewayUserAgent.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            throw new ArgumentException("the user agent must be printable ASCII", nameof(gatewayUserAgent));
        Config = config;
        Logger = logger;
        Time = time;
        Limits = limits;
        _proxies = proxies;
        UserAgentLine = Encoding.ASCII.GetBytes($"User-Agent: {gatewayUserAgent}\r\n");
        // What is wrong with its files is said at the start, whether or not a backend uses them.
        if (config.Tls != TlsClientConfig.Default)
            TlsOf(config.Tls);
        _sweepPeriod = SweepPeriod(config.IdleConnectionTimeout);
        _sweeper = time.CreateTimer(static state => ((HttpTransport)state!).Sweep(), this, _sweepPeriod, _sweepPeriod);
    }

    internal TransportConfig Config { get; }

    internal ILogger Logger { get; }

    internal TimeProvider Time { get; }

    internal TransportLimits Limits { get; }

    internal byte[] UserAgentLine { get; }

    internal bool AsksForGzip => !Config.DisableCompression;

    internal int MaxIdlePerHost => Config.MaxIdleConnectionsPerHost > 0 ? Config.MaxIdleConnectionsPerHost : DefaultIdlePerHost;

    /// <summary>
    /// The handler of a backend. Backends with equal options get the same one and share connections; different options never do
    /// (RTE-349). The request must have method, host, target, headers and body; a request that is refused comes back as a
    /// failure of kind <see cref="GatewayErrorKind.Rejected"/> with nothing sent.
    /// </summary>
    public ClientHandler CreateHandler(BackendHttpClientConfig options) => CreateHandler(options, _proxies);

    /// <summary>The handler of calls that pass every proxy of the environment by; see <see cref="CreateHandler(BackendHttpClientConfig)"/>.</summary>
    internal ClientHandler CreateDirectHandler(BackendHttpClientConfig options) => CreateHandler(options, ProxyEnvironment.None);

    private ClientHandler CreateHandler(BackendHttpClientConfig options, ProxyEnvironment proxies)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.ProxyAddress is { } address && address.Scheme is not ("http" or "https"))
            throw new ArgumentException("proxy_address must start with http:// or https://", nameof(options));
        options = options with { Tls = options.Tls ?? Config.Tls };
        var key = SetKey.Of(options, proxies);
        lock (_callers)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_callers.TryGetValue(key, out var caller))
                _callers.Add(key, caller = new HttpCaller(new PoolSet(this, options, TlsOf(options.Tls), proxies)));
            return caller.Handler;
        }
    }

    /// <summary>Closes idle connections; those in use are closed when their calls end.</summary>
    public void Dispose()
    {
        lock (_callers)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
        }
        _sweeper.Dispose();
        foreach (var caller in _callers.Values)
            caller.Pools.Close();
        foreach (var tls in _tls.Values)
            tls.Dispose();
    }

    /// <summary>Connections that lie idle, over all hosts.</summary>
    internal int IdleConnections => Volatile.Read(ref _idle);

    internal void OnIdleRemoved(int count) => Interlocked.Add(ref _idle, -count);

    internal void OnIdleAdded()
    {
        var idle = Interlocked.Increment(ref _idle);
        if (Config.MaxIdleConnections <= 0 || idle <= Config.MaxIdleConnections)
            return;
        // One at a time: two that choose the same victim would close one connection between them, and one too many would stay.
        lock (_trim)
        {
            while (Volatile.Read(ref _idle) > Config.MaxIdleConnections && TryCloseOldest()) { }
        }
    }

    /// <summary>Closes what has been idle longest; <see langword="false"/> when nothing is idle.</summary>
    private bool TryCloseOldest()
    {
        ConnectionPool? oldest = null;
        var since = long.MaxValue;
        foreach (var caller in Callers())
        {
            foreach (var pool in caller.Pools.Pools)
            {
                if (pool.OldestIdleSince() is { } candidate && candidate < since)
                    (oldest, since) = (pool, candidate);
            }
        }
        // A call may have taken it in between; then the next one is looked for.
        oldest?.CloseOldest();
        return oldest is not null;
    }

    /// <summary>Closes connections that are too old, and forgets pools that nobody uses; the timer's work.</summary>
    internal void Sweep()
    {
        foreach (var caller in Callers())
            caller.Pools.Sweep(_sweepPeriod);
    }

    private BackendTls TlsOf(TlsClientConfig config)
    {
        if (!_tls.TryGetValue(config, out var tls))
            _tls.Add(config, tls = new BackendTls(config, Time, Logger));
        return tls;
    }

    private HttpCaller[] Callers()
    {
        lock (_callers)
            return [.. _callers.Values];
    }

    private static TimeSpan SweepPeriod(TimeSpan idleTimeout)
    {
        if (idleTimeout <= TimeSpan.Zero)
            return TimeSpan.FromSeconds(15);
        return TimeSpan.FromMilliseconds(Math.Clamp(idleTimeout.TotalMilliseconds / 4, 50, 1_000));
    }

    /// <summary>Options as a key; the proxy as text, because equal addresses may hide different credentials.</summary>
    private sealed record SetKey(BackendHttpClientConfig Options, string? Proxy, ProxyEnvironment Proxies)
    {
        public static SetKey Of(BackendHttpClientConfig options, ProxyEnvironment proxies) => new(options, options.ProxyAddress?.OriginalString, proxies);
    }

    internal static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: HTTP Client] {Peer} closed an idle connection ({Error}); sending again on a new one")]
        public static partial void Retry(ILogger logger, string peer, string error);
    }
}
