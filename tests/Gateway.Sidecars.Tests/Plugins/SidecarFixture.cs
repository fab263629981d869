using System.Collections.Concurrent;
using System.Text;
using Gateway.Core.Plugins;
using Gateway.Core.Plugins.Processes;
using Gateway.Sidecars.Connections;
using Gateway.Sidecars.Plugins;
using Gateway.Testing;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Tests.Plugins;

/// <summary>A plugin on disk whose sidecar the test plays; its process is real and does nothing.</summary>
internal sealed class SidecarFixture : IAsyncDisposable
{
    private const string Namespaces = """[{ "name": "acme/audit", "scope": "endpoint", "layer": "proxy" }]""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sidecar-test-");
    private readonly SidecarPlugins _plugins;
    private Sidecar? _sidecar;

    public SidecarFixture(string namespaces = Namespaces, string process = "{}", string command = """["sleep", "1000"]""")
    {
        var text = $$"""{ "id": "acme.audit", "version": "1.2.3", "sdk": "[0.1,9.0)", "runtime": "process", "entry": { "command": {{command}} }, "process": {{process}}, "namespaces": {{namespaces}} }""";
        File.WriteAllText(Path.Combine(_folder.FullName, "plugin.json"), text);
        var found = new ConfigDiagnostics();
        Manifest = ManifestReader.Read("plugin.json", Encoding.UTF8.GetBytes(text), found) ?? throw new InvalidOperationException(string.Join('\n', found.All));
        Plugin = new FoundPlugin(_folder.FullName, "a test") { Manifest = Manifest };
        Session = () => new FakeSession { Description = Describe() };
        _plugins = new SidecarPlugins([Executable], ConnectAsync, TimeProvider.System);
    }

    public static string Executable => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "..", "core", "Gateway", "bin", "Release", "net10.0", "gateway"));

    public FoundPlugin Plugin { get; }

    public PluginManifest Manifest { get; }

    /// <summary>What the next connection is made of.</summary>
    public Func<FakeSession> Session { get; set; }

    /// <summary>Whether nobody ever answers.</summary>
    public bool NeverConnects { get; set; }

    public ConcurrentQueue<FakeSession> Sessions { get; } = [];

    public ConcurrentQueue<SidecarTarget> Targets { get; } = [];

    public LogLines Log { get; } = new();

    public Sidecar Sidecar => _sidecar ??= (Sidecar)_plugins.Run(Plugin, ProcessPlan.Of(Manifest, null), Log);

    /// <summary>What a sidecar says that does what its manifest promises.</summary>
    public DescribeResponse Describe()
    {
        var description = new DescribeResponse { Protocol = 1, Id = Manifest.Id, Version = Manifest.Version };
        description.Components.AddRange(ComponentNames.Of(Manifest).Select(static c => new Component { Layer = c.Layer, Name = c.Name, Needs = new() { RequestHead = true } }));
        return description;
    }

    public Task<UsedPlace> AddAsync(ulong generation, string config = "{}") =>
        Sidecar.AddAsync(generation, new Place { Layer = Layer.Proxy, Name = "acme/audit", ConfigJson = Google.Protobuf.ByteString.CopyFromUtf8(config) }, ComponentNames.Of(Manifest)[0]);

    public Task UntilAsync(Func<bool> condition) => Wait.UntilAsync(condition, () => $"{_sidecar?.Status}\n{string.Join('\n', Log)}");

    public async ValueTask DisposeAsync()
    {
        if (_sidecar is not null)
            await _sidecar.DisposeAsync();
        _plugins.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<ISidecarSession> ConnectAsync(SidecarTarget target, CancellationToken cancellationToken)
    {
        Targets.Enqueue(target);
        if (NeverConnects)
            await Task.Delay(Timeout.Infinite, cancellationToken);
        var session = Session();
        Sessions.Enqueue(session);
        return session;
    }
}

/// <summary>Keeps what is logged, as <c>level message</c>.</summary>
internal sealed class LogLines : ConcurrentQueue<string>, ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Enqueue($"{logLevel} {formatter(state, exception)}");
}
