using System.Text;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>Every context of the SDK in one, with members that a test sets.</summary>
public sealed class TestContext : IBackendContext, IConnectionContext, IAgentContext, ILogContext, ILogOutput, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<Type, object> _services = [];
    private readonly Dictionary<(string Key, Type Type), object> _carried = [];
    private readonly List<IHealthContributor> _health = [];
    private readonly List<AdminOperation> _admin = [];

    /// <summary>What was logged.</summary>
    public CapturedLog Log { get; } = new();

    /// <summary>The clock; the system's unless set.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <inheritdoc/>
    public ConfigNode Document { get; set; } = TestConfig.Parse("{}");

    /// <inheritdoc/>
    public string PluginFolder { get; set; } = AppContext.BaseDirectory;

    /// <summary>What answers calls that a component makes by itself, and where they are recorded.</summary>
    public TestOutgoing Outgoing { get; } = new();

    /// <summary>What <see cref="IServiceContext.ClientAddress"/> says.</summary>
    public string ClientAddress { get; set; } = "127.0.0.1";

    /// <inheritdoc/>
    public string Path { get; set; } = "/test";

    /// <inheritdoc/>
    public string Method { get; set; } = "GET";

    /// <inheritdoc/>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public bool IsNoOp { get; set; }

    /// <inheritdoc/>
    public int BackendCount { get; set; } = 1;

    /// <inheritdoc/>
    public ConfigNode Endpoint { get; set; } = TestConfig.Parse("{}");

    /// <inheritdoc/>
    public string LogPrefix { get; set; } = "[ENDPOINT: /test]";

    /// <summary>What <see cref="FindEndpoint"/> finds; <see langword="null"/> for no endpoint.</summary>
    public EndpointRoute? Route { get; set; }

    /// <summary>The headers that components propagate.</summary>
    public IList<string> PropagatedHeaders { get; } = [];

    /// <summary>What rejects tokens.</summary>
    public IList<ITokenRejecter> TokenRejecters { get; } = [];

    /// <inheritdoc/>
    public int Index { get; set; }

    /// <inheritdoc/>
    public string UrlPattern { get; set; } = "/";

    /// <inheritdoc/>
    public string BackendMethod { get; set; } = "GET";

    /// <inheritdoc/>
    public string Encoding { get; set; } = "json";

    /// <inheritdoc/>
    public string? Executor { get; set; }

    /// <inheritdoc/>
    public ConfigNode Backend { get; set; } = TestConfig.Parse("{}");

    /// <inheritdoc/>
    public IHostDiscovery? Hosts { get; set; }

    /// <inheritdoc/>
    public string Name { get; set; } = "test";

    /// <inheritdoc/>
    public ConfigNode Agent { get; set; } = TestConfig.Parse("{}");

    /// <inheritdoc/>
    public string Topic { get; set; } = "topic";

    /// <inheritdoc/>
    public int Workers { get; set; } = 1;

    /// <inheritdoc/>
    public double MaxRate { get; set; }

    /// <inheritdoc/>
    public int MaxRetries { get; set; }

    /// <inheritdoc/>
    public BackoffStrategy Backoff { get; set; } = BackoffStrategy.Parse(null);

    /// <inheritdoc/>
    public TimeSpan HealthInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>What an agent's calls get, and where they are recorded.</summary>
    public TestNext Pipeline { get; set; } = TestNext.Data("{}");

    /// <summary>How often an agent reported that it lives.</summary>
    public int Reports { get; private set; }

    /// <inheritdoc/>
    public bool IsTerminal { get; set; }

    /// <summary>Values of the path's placeholders, for <see cref="IEndpointContext.PathParameter"/>.</summary>
    public IDictionary<string, string> PathParameters { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What was given to <see cref="IServiceContext.NoteError"/>.</summary>
    public IList<string> NotedErrors { get; } = [];

    /// <summary>Environment variables.</summary>
    public IDictionary<string, string> EnvironmentVariables { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Text that a log wrote to standard output.</summary>
    public StringBuilder StandardOutput { get; } = new();

    /// <summary>Why a backend has no address, for <see cref="IConnectionContext.AddressAsync"/>; <see langword="null"/> when it has.</summary>
    public GatewayError? AddressError { get; set; }

    /// <summary>The host that <see cref="IConnectionContext.AddressAsync"/> picks.</summary>
    public BackendHost Host { get; set; } = new("http", "backend.test", 80);

    ILogger IServiceContext.Logger => Log;

    IOutgoingCalls IServiceContext.Outgoing => Outgoing;

    CancellationToken IServiceContext.Stopping => _stopping.Token;

    IReadOnlyList<string> IEndpointContext.PropagatedHeaders => [.. PropagatedHeaders];

    IReadOnlyList<ITokenRejecter> IEndpointContext.TokenRejecters => [.. TokenRejecters];

    ILogOutput ILogContext.StandardOutput => this;

    /// <summary>Provides a service for <see cref="IServiceContext.Service{T}"/>.</summary>
    public void Provide<T>(T service) where T : class => _services[typeof(T)] = service;

    /// <summary>Fires <see cref="IServiceContext.Stopping"/>.</summary>
    public void Stop() => _stopping.Cancel();

    /// <inheritdoc/>
    public EndpointRoute? FindEndpoint(HttpContext context, string method) => Route;

    /// <inheritdoc/>
    public bool PropagateHeader(string name)
    {
        PropagatedHeaders.Add(name);
        return true;
    }

    /// <inheritdoc/>
    public T? Service<T>() where T : class => (T?)_services.GetValueOrDefault(typeof(T));

    /// <inheritdoc/>
    /// <remarks>One value per key and type for as long as the test's context lives; configurations are not compared.</remarks>
    public T Carry<T>(string key, ConfigNode config, Func<T> create) where T : class
    {
        ArgumentNullException.ThrowIfNull(create);
        if (!_carried.TryGetValue((key, typeof(T)), out var value))
            _carried.Add((key, typeof(T)), value = create());
        return (T)value;
    }

    /// <summary>What components show in <c>/__health</c>, in the order of their building.</summary>
    public IReadOnlyList<IHealthContributor> Health => _health;

    /// <inheritdoc/>
    public void ShowHealth(IHealthContributor contributor)
    {
        ArgumentNullException.ThrowIfNull(contributor);
        _health.Add(contributor);
    }

    /// <summary>What components offer through the admin listener, in the order of their building.</summary>
    public IReadOnlyList<AdminOperation> AdminOperations => _admin;

    /// <inheritdoc/>
    public void OfferAdmin(AdminOperation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        _admin.Add(operation);
    }

    string IServiceContext.ClientAddress(HttpContext context) => ClientAddress;

    void IServiceContext.NoteError(HttpContext context, string message) => NotedErrors.Add(message);

    string? IEndpointContext.PathParameter(HttpContext context, string name) => PathParameters.TryGetValue(name, out var value) ? value : null;

    /// <inheritdoc/>
    public ConfigNode? ServiceConfig(string name) => Document["extra_config"]?[name];

    /// <inheritdoc/>
    public ConfigNode? EndpointConfig(string name) => Endpoint["extra_config"]?[name];

    /// <inheritdoc/>
    public ConfigNode? BackendConfig(string name) => Backend["extra_config"]?[name];

    /// <inheritdoc/>
    public ProxyRequest CreateRequest(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return TestRequest.Create(context.Request.Method,
            headers: [.. context.Request.Headers.Select(static h => (h.Key, h.Value.ToString()))],
            query: [.. context.Request.Query.Select(static q => (q.Key, q.Value.ToString()))]);
    }

    /// <inheritdoc/>
    public ValueTask<GatewayError?> AddressAsync(ProxyRequest request, int backend)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (AddressError is null)
        {
            request.Host = Host;
            request.Target = UrlPattern;
        }
        return new(AddressError);
    }

    /// <inheritdoc/>
    public ValueTask<ProxyResult> CallAsync(RequestBody body, NameValueList? headers, CancellationToken cancellationToken) =>
        Pipeline.InvokeAsync(TestRequest.Create("POST", body: body, headers: headers is null ? null : [.. headers.Items.ToArray().Select(static h => (h.Key, h.Value))]), cancellationToken);

    /// <inheritdoc/>
    public void Report() => Reports++;

    string? ILogContext.Environment(string name) => EnvironmentVariables.TryGetValue(name, out var value) ? value : null;

    void ILogOutput.Write(ReadOnlySpan<byte> line) => StandardOutput.Append(System.Text.Encoding.UTF8.GetString(line));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in _carried.Values.OfType<IDisposable>())
            value.Dispose();
        _carried.Clear();
        _stopping.Dispose();
    }
}
