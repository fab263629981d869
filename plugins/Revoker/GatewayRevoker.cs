using System.Net;
using System.Text;
using System.Text.Json;
using KrakenPlugins.Revoker.Clients;
using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Revoker.Http;
using KrakenPlugins.Revoker.Port;
using KrakenPlugins.Revoker.State;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Revoker;

/// <summary>
/// Revocation in a gateway: the filter, its port, its API, its snapshot, its registration. What holds revocations or an address outlives reloads.
/// </summary>
internal sealed class GatewayRevoker : IRevocations
{
    private readonly RevokerSettings _settings;
    private readonly IServiceContext _context;
    private readonly PortServer _port;
    private readonly PortTarget _target;
    private readonly ApiServer? _api;
    private readonly RevocationApi? _requests;
    private readonly Snapshot? _snapshot;
    private readonly ServedFilters _served;
    private readonly InstanceId _instance;
    private Registration? _registration;

    private GatewayRevoker(RevokerSettings settings, IServiceContext context)
    {
        _settings = settings;
        _context = context;
        var time = context.Time;
        var place = settings.Source.Node.Position;
        var isNew = false;
        Filter = context.Carry("filter", settings.Filter.ToNode(place), () =>
        {
            isNew = true;
            return new RotatingFilter(settings.Filter, time);
        });
        _served = context.Carry("served", ConfigNode.String(place, ""), static () => new ServedFilters("Bloomfilter"));
        var address = new IPEndPoint(settings.PortAddress(context.Document), settings.Port);
        _port = context.Carry("port", ConfigNode.String(place, address.ToString()), () => new PortServer(address.Address, address.Port, time));
        _target = new PortTarget(Filter, settings.RequirePortKey ? Encoding.UTF8.GetBytes(settings.RevokeServerApiKey) : null, context.Logger);
        _instance = context.Carry("instance", settings.Filter.ToNode(place), static () => new InstanceId(Guid.NewGuid()));
        if (settings.SnapshotPath.Length > 0)
        {
            var filter = Filter;
            _snapshot = context.Carry("snapshot", ConfigNode.String(place, $"{settings.Filter} {settings.SnapshotPath}"), () => new Snapshot(filter, isNew, settings.SnapshotPath, time));
        }
        if (settings.ApiPort == 0)
            return;
        var api = new IPEndPoint(settings.ApiAddress, settings.ApiPort);
        _api = context.Carry("api", ConfigNode.String(place, api.ToString()), () => new ApiServer(api));
        _requests = new RevocationApi(new ApiKey(settings.ApiKey), this);
    }

    /// <summary>The revoked elements.</summary>
    public RotatingFilter Filter { get; }

    /// <summary>Claims to look at.</summary>
    public IReadOnlyList<string> Claims => _settings.TokenKeys;

    /// <summary>Builds it; <see langword="null"/> with the errors reported when the configuration cannot be used.</summary>
    public static GatewayRevoker? Create(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics) =>
        RevokerSettings.Read(config, context.Document, diagnostics, isServer: false) is { } settings ? new GatewayRevoker(settings, context) : null;

    /// <summary>Takes up the snapshot and opens the ports. Throws <see cref="IOException"/> or <see cref="SnapshotException"/>.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_snapshot is not null)
            await _snapshot.StartAsync(_settings.SnapshotInterval, _context.Logger).ConfigureAwait(false);
        _port.Attach(_target);
        try
        {
            if (_api is not null)
                await _api.AttachAsync(_requests!, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Who does not start is not stopped either.
            _port.Detach(_target);
            throw;
        }
        _served.Enter(Filter, _context.Logger);
        if (_settings.RevokeServerPingUrl.Length == 0)
            return;
        _registration = new Registration(_settings, _instance.Value, _context);
        _registration.Start();
    }

    /// <summary>Ends what <see cref="StartAsync"/> began; what was carried on works for the next configuration.</summary>
    public async Task StopAsync()
    {
        if (_registration is not null)
            await _registration.DisposeAsync().ConfigureAwait(false);
        if (_requests is not null)
            _api!.Detach(_requests);
        _port.Detach(_target);
        _served.Leave(Filter);
    }

    /// <inheritdoc/>
    public Task AddAsync(IReadOnlyList<byte[]> elements, CancellationToken cancellationToken)
    {
        foreach (var element in elements)
            Filter.Add(element);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<(IReadOnlyList<string> Hits, IReadOnlyList<string> Misses)> FindAsync(byte[] element, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> me = ["gateway"];
        return Task.FromResult(Filter.Has(element) ? (me, (IReadOnlyList<string>)[]) : ([], me));
    }

    /// <inheritdoc/>
    public void WriteStatus(Utf8JsonWriter json) => StatusJson.Write(json, _settings, Filter);

    /// <summary>Who this process is to a revoke server, over reloads.</summary>
    private sealed record InstanceId(Guid Value);
}
