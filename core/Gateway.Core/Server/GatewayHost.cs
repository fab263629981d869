using System.Globalization;
using System.Net;
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

    /// <summary>Components that are compiled in.</summary>
    public PluginRegistry Plugins { get; init; } = new();

    /// <summary>Where plugins are loaded from; <see langword="null"/> for a gateway without. Not disposed.</summary>
    public PluginHost? PluginHost { get; init; }

    /// <summary>The command of a plugin that is served in place of the endpoints, or <see langword="null"/> for a gateway.</summary>
    public ServedCommand? Command { get; init; }

    /// <summary>Clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether a warning about a component refuses a reload, as it does a start (<c>--strict</c>, CFG-021).</summary>
    public bool IsStrict { get; init; }

    /// <summary>Whether nothing is started: the component of the log, which connects when it is made, is left out.</summary>
    internal bool IsTrial { get; init; }

    /// <summary>Environment variables (outgoing proxies).</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;
}

/// <summary>
/// One running gateway: builds the generation, serves, swaps, drains. The executable is a thin shell around it, tests run it in
/// process.
/// </summary>
public sealed partial class GatewayHost : IAsyncDisposable
{
    private readonly GatewayHostOptions _options;
    private readonly CurrentGeneration _current;
    private readonly Retirements _retirements;
    private readonly LeavingServers _leaving;
    private readonly SemaphoreSlim _reloading = new(1);
    private GatewayServer _server;
    private Generation _generation;
    private volatile Turn _turn;

    private GatewayHost(GatewayHostOptions options, Generation generation)
    {
        _options = options;
        _generation = generation;
        Started = options.Time.GetUtcNow();
        _turn = new Turn(1, Started);
        _current = new CurrentGeneration(generation);
        _retirements = new Retirements(options.Limits.ReloadDrain, options.Time, () => Logger);
        _leaving = new LeavingServers(options.Limits.ReloadDrain, options.Time, () => Logger);
        _server = new GatewayServer(ListenerSettings.Of(generation, options.Port), _current, options.Time, before: null);
    }

    /// <summary>Port that is bound; 0 before the start.</summary>
    public int Port => _server.Port;

    /// <summary>Number of the configuration that serves, counted from 1.</summary>
    public int Number => _turn.Number;

    /// <summary>When the gateway was made.</summary>
    public DateTimeOffset Started { get; }

    /// <summary>When the configuration that serves took over.</summary>
    public DateTimeOffset Since => _turn.Since;

    /// <summary>The configuration that serves.</summary>
    public ServiceConfig Config => _generation.Config;

    /// <summary>Requests in progress, those on replaced configurations included.</summary>
    public int RequestsInFlight => _generation.Requests + _retirements.Requests;

    /// <summary>The plugins of the configuration that serves.</summary>
    public IReadOnlyList<PluginState> Plugins => _generation.Plugins;

    /// <summary>What components say about their state, by namespace.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Health => [.. _generation.Health.All.Select(static h => KeyValuePair.Create(h.Name, h.Status))];

    /// <summary>What plugins of the configuration that serves do for operators.</summary>
    public IReadOnlyList<PluginOperation> AdminOperations => _generation.AdminOperations;

    /// <summary>The address that is bound, and what is spoken there.</summary>
    public (string Address, IReadOnlyList<string> Protocols) Listener =>
        (_server.Settings.Ip is { } ip ? new IPEndPoint(ip, Port).ToString() : $"*:{Port.ToString(CultureInfo.InvariantCulture)}", _server.Settings.Protocols);

    /// <summary>Application log of the current configuration.</summary>
    public ILogger Logger => _generation.Logger;

    /// <summary>
    /// Compiles a configuration. Throws <see cref="ConfigurationException"/> when its routes cannot stand together or a certificate of the
    /// listener cannot be used; an endpoint that cannot be built is reported in <paramref name="diagnostics"/> and answers 500.
    /// </summary>
    public static GatewayHost Create(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options)
    {
        var isLogged = false;
        var generation = Compile(config, diagnostics, options, logger =>
        {
            // A build that a plugin hung up begins again; the gateway starts once.
            if (isLogged)
                return;
            isLogged = true;
            Log.Starting(logger, Product.Name, Product.Version);
            Log.WorkingDirectory(logger, Directory.GetCurrentDirectory());
            Log.StartingInstance(logger);
        }, last: null);
        LogNamespaces(generation.Logger, config);
        try
        {
            return new GatewayHost(options, generation);
        }
        catch (ConfigurationException)
        {
            // A scope throws nothing; what its components do about their end is logged.
            _ = generation.DisposeAsync().AsTask();
            throw;
        }
    }

    /// <summary>
    /// Compiles a configuration to judge it, and starts, binds and calls nothing (CFG-220). Throws as <see cref="Create"/>, but for what is wrong
    /// with files of the listener's <c>tls</c>, which are not looked at.
    /// </summary>
    public static ValueTask JudgeAsync(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options) =>
        Compile(config, diagnostics, options with { IsTrial = true }, static _ => { }, last: null).DisposeAsync();

    /// <summary>
    /// Starts the plugins, binds, serves and starts the agents. Throws <see cref="IOException"/> when the port cannot be had and
    /// <see cref="ConfigurationException"/> when a plugin does not start.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        // Who asks for a reload before the first configuration serves waits for it.
        await _reloading.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await StartPluginsAsync(_generation, cancellationToken).ConfigureAwait(false);
            if (_generation.Agents.IsSequential)
                _generation.Agents.Start();
            await _server.BindAsync(cancellationToken).ConfigureAwait(false);
            _server.Serve();
            _generation.Agents.Start();
            Log.Listening(Logger, Port);
        }
        finally
        {
            _reloading.Release();
        }
    }

    /// <summary>
    /// Stops taking connections and drains within <c>max_shutdown_wait_time</c> (CFG-149, 150); what outlives requests is told to end.
    /// </summary>
    public async Task StopAsync()
    {
        var limit = _generation.Config.Server.MaxShutdownWaitTime;
        using var cut = new CancellationTokenSource();
        if (limit > TimeSpan.Zero)
            cut.CancelAfter(limit);
        await using var late = cut.Token.UnsafeRegister(static state => ((Retirements)state!).Cut(), _retirements).ConfigureAwait(false);
        var stopped = Task.WhenAll(_server.StopAsync(cut.Token), _leaving.StopAsync(cut.Token));
        await _generation.EndAsync(cut.Token).ConfigureAwait(false);
        await stopped.ConfigureAwait(false);
        if (cut.IsCancellationRequested)
            Log.CutOff(Logger, limit.TotalSeconds);
    }

    /// <summary>
    /// Compiles the next configuration beside the running one and swaps. When settings of the listener have changed, another server takes
    /// the port over, or binds the new one first. Throws as <see cref="Create"/>, when any endpoint cannot be built, when a plugin does not
    /// start, and when the port cannot be had; the running generation then stays. Calls come one after the other.
    /// </summary>
    public async Task ReloadAsync(ServiceConfig config, ConfigDiagnostics diagnostics)
    {
        await _reloading.WaitAsync().ConfigureAwait(false);
        try
        {
            var next = await BuildAsync(config, diagnostics).ConfigureAwait(false);
            GatewayServer? server;
            try
            {
                server = await BindAsync(next).ConfigureAwait(false);
            }
            catch
            {
                await next.DisposeAsync().ConfigureAwait(false);
                throw;
            }
            Swap(next, server);
        }
        finally
        {
            _reloading.Release();
        }
    }

    private async Task<Generation> BuildAsync(ServiceConfig config, ConfigDiagnostics diagnostics)
    {
        var found = new ConfigDiagnostics();
        var next = Compile(config, found, _options, static _ => { }, _generation.Carried);
        if (_options.IsStrict)
            found = Strict(found);
        foreach (var finding in found.All)
            diagnostics.Add(finding);
        try
        {
            // At a start an endpoint that cannot be built costs itself (RTE-011); here there is one that works.
            if (found.HasErrors)
                throw new ConfigurationException(string.Join('\n', found.All.Where(static f => f.Severity == ConfigSeverity.Error)));
            await StartPluginsAsync(next, CancellationToken.None).ConfigureAwait(false);
            next.Carried.Close();
            return next;
        }
        catch
        {
            await next.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static ConfigDiagnostics Strict(ConfigDiagnostics found)
    {
        var strict = new ConfigDiagnostics();
        foreach (var finding in found.All)
            strict.Add(finding.Severity == ConfigSeverity.Warning ? finding with { Severity = ConfigSeverity.Error } : finding);
        return strict;
    }

    private async Task<GatewayServer?> BindAsync(Generation next)
    {
        var settings = ListenerSettings.Of(next, _options.Port);
        if (settings == _server.Settings)
            return null;
        var server = new GatewayServer(settings, _current, _options.Time, _server);
        try
        {
            await server.BindAsync(CancellationToken.None).ConfigureAwait(false);
            return server;
        }
        catch (Exception exception)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            if (ListenFailure.Reason(exception) is { } reason)
                throw new ConfigurationException(string.Create(CultureInfo.InvariantCulture, $"cannot listen on port {settings.Port}: {reason}"));
            throw;
        }
    }

    private void Swap(Generation next, GatewayServer? server)
    {
        // Before the new configuration is the current one, so that none of its answers goes to who has not shown a certificate.
        if (server is not null)
        {
            _leaving.RefuseUnless(server.Settings);
            if (!server.Settings.AdmitsAllOf(_server.Settings))
                _server.Refuse();
        }
        var previous = _generation;
        _generation = next;
        _current.Value = next;
        if (server is not null)
        {
            var before = _server;
            server.Serve();
            _server = server;
            _leaving.Add(before);
        }
        _turn = new Turn(_turn.Number + 1, _options.Time.GetUtcNow());
        next.Agents.StartAfter(_retirements.Add(previous));
        Log.Reloaded(Logger, next.Config.Endpoints.Count);
        if (server is not null)
            Log.Listening(Logger, Port);
        LogNamespaces(Logger, next.Config);
    }

    private static Generation Compile(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options, Action<ILogger> begin, CarriedState? last)
    {
        if (options.Command is { } command)
            config = command.Configuration(config);
        var console = new ConsoleLoggerFactory(options.Log).CreateLogger("gateway");
        var early = new EarlyLog();
        try
        {
            return Compile(config, diagnostics, options, new LogStart(console, early, begin), last);
        }
        catch
        {
            early.HandTo(console);
            throw;
        }
    }

    private static Generation Compile(ServiceConfig config, ConfigDiagnostics diagnostics, GatewayHostOptions options, LogStart log, CarriedState? last)
    {
        if (options.PluginHost is not { Catalog.Plugins.Count: > 0 } host)
            return GenerationBuilder.Build(config, diagnostics, options, log, last);
        while (true)
        {
            var found = new ConfigDiagnostics();
            try
            {
                var generation = PluginWatch.Run(options.Limits.PluginStep, () => GenerationBuilder.Build(config, found, options, log, last));
                Add(found, diagnostics);
                return generation;
            }
            catch (ConfigurationException)
            {
                Add(found, diagnostics);
                throw;
            }
            catch (PluginHangException exception)
            {
                // The next attempt knows the plugin as broken, and either does without it or says who needs it.
                host.MarkHanging(exception);
            }
        }
    }

    private static void Add(ConfigDiagnostics found, ConfigDiagnostics diagnostics)
    {
        foreach (var finding in found.All)
            diagnostics.Add(finding);
    }

    private async Task StartPluginsAsync(Generation generation, CancellationToken cancellationToken)
    {
        try
        {
            await generation.StartPluginsAsync(_options.Limits.PluginStep, cancellationToken).ConfigureAwait(false);
        }
        catch (PluginLoadException exception)
        {
            throw new ConfigurationException(exception.Message);
        }
    }

    /// <summary>Ends at once: what a <see cref="StopAsync"/> still waits for is cut.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        await _leaving.DisposeAsync().ConfigureAwait(false);
        await _generation.EndAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _retirements.DisposeAsync().ConfigureAwait(false);
        await _generation.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Which configuration serves, and since when.</summary>
    private sealed record Turn(int Number, DateTimeOffset Since);

    private static void LogNamespaces(ILogger logger, ServiceConfig config)
    {
        var names = ActiveNamespaces.Of(config);
        Log.Namespaces(logger, names.Count == 0 ? "none" : string.Join(", ", names));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Starting {Product} v{Version}")]
        public static partial void Starting(ILogger logger, string product, string version);

        [LoggerMessage(Level = LogLevel.Information, Message = "Working directory is {Directory}")]
        public static partial void WorkingDirectory(ILogger logger, string directory);

        [LoggerMessage(Level = LogLevel.Information, Message = "Starting the gateway instance")]
        public static partial void StartingInstance(ILogger logger);

        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Gateway] Active namespaces: {Names}")]
        public static partial void Namespaces(ILogger logger, string names);

        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Gin] Listening on port: {Port}")]
        public static partial void Listening(ILogger logger, int port);

        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Gateway] Reloaded: {Endpoints} endpoints")]
        public static partial void Reloaded(ILogger logger, int endpoints);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gin] the stop waited {Seconds} s (max_shutdown_wait_time); requests still in progress were cut")]
        public static partial void CutOff(ILogger logger, double seconds);
    }
}
