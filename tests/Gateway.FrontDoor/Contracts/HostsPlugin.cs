using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.FrontDoor.Contracts;

/// <summary>
/// <c>"sd": "fleet"</c>, a list of hosts that changes while requests run; and <c>acme/least-recent</c>, a balancer that sends each call to the
/// host that has been without one for longest.
/// </summary>
internal sealed class HostsPlugin : GatewayPlugin, IHostDiscovery, IHostBalancer
{
    private readonly Lock _lock = new();
    private readonly List<BackendHost> _used = [];
    private readonly List<(BackendHost Host, string? Error, bool HasResponse, TimeSpan Elapsed)> _completed = [];
    private readonly List<(BackendHost Host, HostAnswer Answer)> _answers = [];
    private IReadOnlyList<BackendHost> _hosts = [];

    public IReadOnlyList<BackendHost> Hosts
    {
        get => Volatile.Read(ref _hosts);
        set => Volatile.Write(ref _hosts, value);
    }

    public (BackendHost Host, string? Error, bool HasResponse, TimeSpan Elapsed)[] CompletedCalls
    {
        get
        {
            lock (_lock)
                return [.. _completed];
        }
    }

    public (BackendHost Host, HostAnswer Answer)[] Answers
    {
        get
        {
            lock (_lock)
                return [.. _answers];
        }
    }

    /// <summary>What the factory of the balancer saw.</summary>
    public IBackendContext? Context { get; private set; }

    public override void Register(IPluginRegistry registry)
    {
        registry.Discovery("fleet", (_, _, _) => this);
        registry.Balancer("acme/least-recent", (_, context, _) =>
        {
            Context = context;
            return this;
        });
        registry.Client("acme/twice", ClientStages.Retries, static (_, _, _) => new Twice());
        registry.Balancer("acme/other", (_, _, _) => this);
    }

    public BackendHost Pick(ProxyRequest request, IReadOnlyList<BackendHost> hosts)
    {
        if (request.Headers.Get("X-Fault") == "pick")
            throw new InvalidOperationException("cannot choose");
        lock (_lock)
        {
            var pick = hosts.FirstOrDefault(host => !_used.Contains(host)) ?? _used.First(hosts.Contains);
            _used.Remove(pick);
            _used.Add(pick);
            return pick;
        }
    }

    public void Completed(BackendHost host, in ProxyResult result, TimeSpan elapsed)
    {
        lock (_lock)
            _completed.Add((host, result.Error?.Message, result.Response is not null, elapsed));
        if (result.Response?.Data?.Tree.Contains("poison") == true)
            throw new InvalidOperationException("cannot count");
    }

    public void Answered(BackendHost host, in HostAnswer answer)
    {
        lock (_lock)
            _answers.Add((host, answer));
    }

    public static BackendHost Host(string url)
    {
        var uri = new Uri(url);
        return new BackendHost(uri.Scheme, uri.Host, uri.Port);
    }

    /// <summary><c>acme/twice</c>: makes a call that failed once more, on another host.</summary>
    private sealed class Twice : IClientMiddleware
    {
        public async ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
        {
            var first = await next(request.Fork(), cancellationToken).ConfigureAwait(false);
            if (first.Response is { StatusCode: < 500 })
                return first;
            first.Response?.Dispose();
            return await request.Hosts!.CallAsync(request.Fork(), [request.Host!], next, cancellationToken).ConfigureAwait(false);
        }
    }
}
