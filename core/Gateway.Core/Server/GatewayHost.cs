using System.Diagnostics;
using Gateway.Core.Configuration;
using Gateway.Core.Diagnostics;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>What a gateway process is started with.</summary>
public sealed record GatewayHostOptions
{
    /// <summary>Bounds of the engine.</summary>
    public Limits Limits { get; init; } = new();

    /// <summary>Port to bind instead of the configuration's; 0 lets the system choose, <see langword="null"/> means the configuration's.</summary>
    public int? Port { get; init; }

    /// <summary>Where log lines go.</summary>
    public required LogSink Log { get; init; }

    /// <summary>Whether what <see cref="Log"/> writes is read on a terminal that shows colours.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>Components of plugins.</summary>
    public PluginRegistry Plugins { get; init; } = new();

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Environment variables (outgoing proxies).</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;
}

/// <summary>
/// One running gateway: builds the generation, serves, swaps, drains. The executable is a thin shell around it, tests run it in
/// process.
/// </summary>
public sealed partial class GatewayHost : IAsyncDisposable
{
    // For the flush of logs whose configuration was replaced shortly before the end.
    private static readonly TimeSpan s_retireTime = TimeSpan.FromSeconds(2);

    private readonly GatewayHostOptions _options;
    private readonly GatewayServer _server;
    private readonly List<Task> _retiring = [];
    private Generation _generation;

    private GatewayHost(GatewayHostOptions options, Generation generation)
    {
        _options = options;
        _generation = generation;
        _server = new GatewayServer(generation, options.Port ?? generation.Config.Port, options.Time);
    }

    /// <summary>Port that is bound; 0 before the start.</summary>
    public int Port => _server.Port;

    /// <summary>Application log of the current configuration.</summary>
    public ILogger Logger => _generation.Logger;

    /// <summary>
    /// Compiles a configuration. Throws <see cref="ConfigurationException"/> when its routes cannot stand together; an endpoint that
    /// cannot be built is reported in <paramref name="diagnostics"/> and answers 500.
    /// </summary>
    public static GatewayHost Create(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options)
    {
        var log = ServiceLog.Create(config, diagnostics, options);
        Log.Starting(log.Logger, Product.Name, Product.Version);
        Log.WorkingDirectory(log.Logger, Directory.GetCurrentDirectory());
        Log.StartingInstance(log.Logger);
        return new GatewayHost(options, Build(config, diagnostics, options, log));
    }

    /// <summary>Binds and serves. Throws <see cref="IOException"/> when the port cannot be had.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _server.StartAsync(cancellationToken).ConfigureAwait(false);
        Log.Listening(Logger, Port);
    }

    /// <summary>Stops taking connections and drains within <c>max_shutdown_wait_time</c> (CFG-149, 150).</summary>
    public async Task StopAsync()
    {
        var limit = _generation.Config.Server.MaxShutdownWaitTime;
        using var cut = new CancellationTokenSource();
        if (limit > TimeSpan.Zero)
            cut.CancelAfter(limit);
        await _server.StopAsync(cut.Token).ConfigureAwait(false);
        if (cut.IsCancellationRequested)
            Log.CutOff(Logger, limit.TotalSeconds);
    }

    /// <summary>
    /// Compiles the next configuration beside the running one and swaps. Settings of the listener keep their old values until a restart.
    /// Throws as <see cref="Create"/>; the running generation then stays.
    /// </summary>
    public void Reload(ServiceConfig config, ConfigDiagnostics diagnostics)
    {
        var next = Build(config, diagnostics, _options, ServiceLog.Create(config, diagnostics, _options));
        var previous = _generation;
        _generation = next;
        _server.Current = next;
        _retiring.RemoveAll(static task => task.IsCompleted);
        _retiring.Add(previous.Gone);
        previous.Leave();
        Log.Reloaded(Logger, config.Endpoints.Count);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _generation.Dispose();
        await _generation.Gone.ConfigureAwait(false);
        // A request that nothing could cut holds its generation; the end does not wait for it.
        await Task.WhenAll(_retiring).WaitAsync(s_retireTime, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static Generation Build(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options, ServiceLog log)
    {
        try
        {
            return GenerationBuilder.Build(config, diagnostics, options, log);
        }
        catch
        {
            // Nobody waits for it: what it says last is on its way while the fault is reported.
            _ = log.EndAsync();
            throw;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Starting {Product} v{Version}")]
        public static partial void Starting(ILogger logger, string product, string version);

        [LoggerMessage(Level = LogLevel.Information, Message = "Working directory is {Directory}")]
        public static partial void WorkingDirectory(ILogger logger, string directory);

        [LoggerMessage(Level = LogLevel.Information, Message = "Starting the gateway instance")]
        public static partial void StartingInstance(ILogger logger);

        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Gin] Listening on port: {Port}")]
        public static partial void Listening(ILogger logger, int port);

        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Gateway] Reloaded: {Endpoints} endpoints")]
        public static partial void Reloaded(ILogger logger, int endpoints);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gin] the stop waited {Seconds} s (max_shutdown_wait_time); requests still in progress were cut")]
        public static partial void CutOff(ILogger logger, double seconds);
    }
}
