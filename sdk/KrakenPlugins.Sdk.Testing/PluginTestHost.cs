using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>
/// One plugin without a gateway: lets it register, builds its components from the JSON of a configuration, and disposes what they were.
/// Not thread-safe.
/// </summary>
public sealed class PluginTestHost : IAsyncDisposable
{
    private readonly RecordingRegistry _registry = new();
    private readonly List<object> _built = [];
    private bool _isStarted;

    /// <summary>Registers a plugin; what its <see cref="GatewayPlugin.Register"/> throws goes to the caller.</summary>
    public PluginTestHost(GatewayPlugin plugin)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        Plugin = plugin;
        plugin.Register(_registry);
    }

    /// <summary>The plugin.</summary>
    public GatewayPlugin Plugin { get; }

    /// <summary>What components are built for; set it before they are.</summary>
    public TestContext Context { get; } = new();

    /// <summary>What the plugin declared, in its order.</summary>
    public IReadOnlyList<Registration> Registrations => _registry.All;

    /// <summary>What the last build reported: errors, warnings and notices with their positions.</summary>
    public IReadOnlyList<ConfigDiagnostic> Findings { get; private set; } = [];

    /// <summary>What the plugin and its components logged.</summary>
    public CapturedLog Log => Context.Log;

    /// <summary>Constructs and registers a plugin.</summary>
    public static PluginTestHost Create<TPlugin>() where TPlugin : GatewayPlugin, new() => new(new TPlugin());

    /// <summary>Starts the plugin's background work.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        _isStarted = true;
        await Plugin.StartAsync(Context, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Builds a component of a contract. Throws <see cref="ConfigRefusedException"/> when its configuration is refused, and
    /// <see cref="InvalidOperationException"/> when nothing of that name is declared.
    /// </summary>
    /// <typeparam name="T">What the contract's factory makes.</typeparam>
    /// <param name="layer">Layer or kind as in <c>plugin.json</c>: <c>proxy</c>, <c>http-server</c>, <c>decoder</c> …</param>
    /// <param name="name">Namespace, plugin name, encoding or way of discovery.</param>
    /// <param name="config">JSON of the namespace's value; for encodings and discovery of the backend or endpoint.</param>
    /// <returns>The component; <see langword="null"/> when the factory says that this configuration needs none.</returns>
    public T? TryBuild<T>(string layer, string name, string config = "{}") where T : class
    {
        var registration = _registry.Find(layer, name);
        var diagnostics = new ConfigDiagnostics();
        var node = TestConfig.Parse(config);
        var component = registration.Build(node, Context, diagnostics);
        Findings = diagnostics.All;
        if (component is not null)
            _built.Add(component);
        if (diagnostics.HasErrors)
            throw new ConfigRefusedException(Findings);
        return component switch
        {
            null => null,
            T made => made,
            _ => throw new InvalidOperationException($"{layer} \"{name}\" is a {component.GetType()}, not a {typeof(T)}"),
        };
    }

    /// <summary>As <see cref="TryBuild{T}"/>, for a configuration that needs a component.</summary>
    public T Build<T>(string layer, string name, string config = "{}") where T : class =>
        TryBuild<T>(layer, name, config) ?? throw new InvalidOperationException($"{layer} \"{name}\" makes no component of {config}");

    /// <summary>What a configuration is refused for; empty when it is not.</summary>
    public IReadOnlyList<ConfigDiagnostic> Errors(string layer, string name, string config)
    {
        try
        {
            TryBuild<object>(layer, name, config);
            return [];
        }
        catch (ConfigRefusedException refused)
        {
            return [.. refused.Findings.Where(static f => f.Severity == ConfigSeverity.Error)];
        }
    }

    /// <summary>A component around the whole service.</summary>
    public IHttpMiddleware Server(string name, string config = "{}") => Build<IHttpMiddleware>("server", name, config);

    /// <summary>A component of an endpoint on the HTTP exchange.</summary>
    public IHttpMiddleware Endpoint(string name, string config = "{}") => Build<IHttpMiddleware>("endpoint", name, config);

    /// <summary>A component of an endpoint's proxy pipeline.</summary>
    public IProxyMiddleware Proxy(string name, string config = "{}") => Build<IProxyMiddleware>("proxy", name, config);

    /// <summary>A component of a backend's pipeline.</summary>
    public IProxyMiddleware Backend(string name, string config = "{}") => Build<IProxyMiddleware>("backend", name, config);

    /// <summary>A component around the raw HTTP call.</summary>
    public IClientMiddleware Client(string name, string config = "{}") => Build<IClientMiddleware>("client", name, config);

    /// <summary>A replacement of a backend's transport.</summary>
    public IProxyMiddleware Executor(string name, string config = "{}") => Build<IProxyMiddleware>("executor", name, config);

    /// <summary>A handler of <c>plugin/http-server</c>.</summary>
    public IHttpMiddleware HttpServer(string name, string config = "{}") => Build<IHttpMiddleware>("http-server", name, config);

    /// <summary>An executor of <c>plugin/http-client</c>.</summary>
    public IClientMiddleware HttpClient(string name, string config = "{}") => Build<IClientMiddleware>("http-client", name, config);

    /// <summary>A request modifier of <c>plugin/req-resp-modifier</c>.</summary>
    public IRequestModifier RequestModifier(string name, string config = "{}") => Build<IRequestModifier>("request-modifier", name, config);

    /// <summary>A response modifier of <c>plugin/req-resp-modifier</c>.</summary>
    public IResponseModifier ResponseModifier(string name, string config = "{}") => Build<IResponseModifier>("response-modifier", name, config);

    /// <summary>A middleware of <c>plugin/middleware</c>.</summary>
    public IProxyMiddleware Middleware(string name, string config = "{}") => Build<IProxyMiddleware>("middleware", name, config);

    /// <summary>A decoder of backend answers; <paramref name="backend"/> is the backend object.</summary>
    public BodyDecoder Decoder(string encoding, string backend = "{}") => Build<BodyDecoder>("decoder", encoding, backend);

    /// <summary>A rendering of answers; <paramref name="endpoint"/> is the endpoint object.</summary>
    public IBodyRender Render(string encoding, string endpoint = "{}") => Build<IBodyRender>("render", encoding, endpoint);

    /// <summary>Ends the configuration: fires <see cref="IServiceContext.Stopping"/>, stops the plugin if it was started, disposes the components.</summary>
    public async ValueTask DisposeAsync()
    {
        Context.Stop();
        if (_isStarted)
            await Plugin.StopAsync(CancellationToken.None).ConfigureAwait(false);
        for (var i = _built.Count - 1; i >= 0; i--)
        {
            if (_built[i] is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync().ConfigureAwait(false);
            else if (_built[i] is IDisposable disposable)
                disposable.Dispose();
        }
        _built.Clear();
        Context.Dispose();
    }
}
