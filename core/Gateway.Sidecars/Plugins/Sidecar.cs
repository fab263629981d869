using Gateway.Core.Plugins;
using Gateway.Core.Plugins.Processes;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Connections;
using Gateway.Sidecars.Processes;
using Gateway.Sidecars.Supervision;
using KrakenPlugins.Plugin.V1;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Plugins;

/// <summary>
/// The sidecar of one build of a plugin: its process under supervision, and the places of all configurations that use it, which every process that is
/// started is told before a call reaches it.
/// </summary>
internal sealed partial class Sidecar : ISidecarAccess, IProcessPlugin
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly FoundPlugin _plugin;
    private readonly ProcessPlan _plan;
    private readonly SidecarConnector _dial;
    private readonly SidecarLog _log;
    private readonly SidecarLines _lines;
    private readonly SidecarStart? _start;
    private readonly Supervisor _supervisor;
    private readonly Action<Sidecar> _ended;

    // Held while places change and while a process is told of them: whoever comes with a place meets a process that knows all others.
    private readonly SemaphoreSlim _gate = new(1);
    private readonly PlaceTable _places = new();
    private volatile ISidecarSession? _session;
    private SidecarProcess? _process;
    private ulong _generations;
    private int _isDisposed;

    /// <summary>Takes charge of a plugin, whose process is started at once if that is the plan.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="plan">How it is run.</param>
    /// <param name="executable">The gateway's own executable, with the arguments that it needs itself.</param>
    /// <param name="dial">Connects.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Application log of the first configuration.</param>
    /// <param name="ended">Told when it has ended.</param>
    public Sidecar(FoundPlugin plugin, ProcessPlan plan, IReadOnlyList<string> executable, SidecarConnector dial, TimeProvider time, ILogger logger, Action<Sidecar> ended)
    {
        (_plugin, _plan, _dial, _ended) = (plugin, plan, dial, ended);
        _log = new SidecarLog(logger);
        _lines = new SidecarLines(plugin.Id, time, _log);
        if (plan.Address.Length == 0)
            _start = new SidecarStart(plugin, plan, executable, _lines);
        var settings = new SupervisorSettings { IsEager = plan.IsEager, StartLimit = plan.StartLimit, DrainLimit = plan.DrainLimit, StopLimit = plan.StopLimit };
        _supervisor = new Supervisor(plugin.Id, _start is null ? null : StartAsync, ConnectAsync, settings, time, _log);
        SidecarMetrics.Add(this);
    }

    /// <inheritdoc/>
    public string Id => _plugin.Id;

    /// <inheritdoc/>
    public ISidecarCalls? Current => (ISidecarCalls?)_supervisor.Link;

    /// <inheritdoc/>
    public string Reason => _supervisor.Reason.Length > 0 ? _supervisor.Reason : Status is { State: var state, IsWell: false } ? $"is {state}" : "has just ended";

    /// <inheritdoc/>
    public ProcessStatus Status
    {
        get
        {
            var trouble = _supervisor.Link is ISidecarSession session ? session.Trouble : "";
            return new(NameOf(_supervisor.State, trouble), trouble.Length > 0 ? trouble : _supervisor.Reason, _supervisor.Starts, _process is { End.IsCompleted: false } process ? process.Id : null);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ISidecarCalls?> ReadyAsync(CancellationToken cancellationToken) =>
        (ISidecarCalls?)await _supervisor.ReadyAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public Needs NeedsOf(uint placeId) => _places.NeedsOf(placeId);

    /// <inheritdoc/>
    public PlaceStanding StandingOf(uint placeId) => _places.StandingOf(placeId);

    /// <inheritdoc/>
    public ProcessInstance CreateInstance(bool isBypassed, ILogger logger)
    {
        _log.Add(logger);
        return new SidecarPlugin(this, _plugin, Interlocked.Increment(ref _generations), isBypassed, logger);
    }

    /// <summary>
    /// What it says of itself, once it has started; <see langword="null"/> for one that nobody has called yet and that starts with the first request.
    /// </summary>
    /// <exception cref="PluginLoadException">It does not start.</exception>
    public async Task<DescribeResponse?> DescribeAsync()
    {
        if (!_plan.IsEager)
            return _session?.Description;
        // The attempt that is under way has a limit of its own, whose reason says more.
        using var late = new CancellationTokenSource(_plan.StartLimit * 2);
        try
        {
            if (await SessionAsync(late.Token).ConfigureAwait(false) is { } session)
                return session.Description;
        }
        catch (OperationCanceledException)
        {
            // The next line says what it is at.
        }
        throw WhyNot();
    }

    /// <summary>Adds a place and tells it to the process, if there is one or has to be one.</summary>
    /// <exception cref="SidecarException">It could not be told.</exception>
    public async Task<UsedPlace> AddAsync(ulong generation, Place message, ManifestComponent component)
    {
        using var late = new CancellationTokenSource(_plan.StartLimit);
        await _gate.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        var place = _places.Add(generation, message, component);
        try
        {
            try
            {
                if (_session is { Broken.IsCompleted: false } session)
                    await TryConfigureAsync(session, place, late.Token).ConfigureAwait(false);
            }
            finally
            {
                _gate.Release();
            }
            // The next process is told of it with all others.
            while (_plan.IsEager && !place.IsConfigured && await SessionAsync(late.Token).ConfigureAwait(false) is not null)
                await Task.Delay(s_look, late.Token).ConfigureAwait(false);
            return _plan.IsEager && !place.IsConfigured ? throw new SidecarException(Reason) : place;
        }
        catch (Exception exception)
        {
            // A place that no process takes would keep the others from theirs.
            await RemoveAsync(place).ConfigureAwait(false);
            if (exception is OperationCanceledException)
                throw new SidecarException($"did not take it within {_plan.StartLimit.TotalSeconds:0.#} s");
            throw;
        }
    }

    /// <summary>Forgets a place that needs no component.</summary>
    public async Task RemoveAsync(UsedPlace place)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            _places.Remove(place);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the use of a configuration: its places go, and the process is told. Never fails.</summary>
    public async Task RetireAsync(ulong generation, ILogger logger)
    {
        _log.Remove(logger);
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            using var late = new CancellationTokenSource(_plan.Timeout);
            if (_places.Remove(generation) && _session is { Broken.IsCompleted: false } session)
                await session.RetireAsync(generation, late.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SidecarException or IOException or OperationCanceledException)
        {
            Log.NotRetired(_log, Id, exception.Message);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Why it does not start, for whoever wanted to use it.</summary>
    public PluginLoadException WhyNot()
    {
        var last = _lines.Last;
        return new(_plugin, PluginPhase.Start, $"the sidecar {Reason}{(last.Length == 0 ? "" : $"; the last lines of its error output: {last}")}", "");
    }

    /// <summary>Ends its process at once.</summary>
    public void Kill() => _process?.Kill();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await _supervisor.DisposeAsync().ConfigureAwait(false);
        SidecarMetrics.Remove(this);
        _start?.Dispose();
        _ended(this);
    }

    private async Task<SidecarProcess> StartAsync()
    {
        var process = await _start!.StartAsync().ConfigureAwait(false);
        _process = process;
        SidecarMetrics.Started(Id);
        return process;
    }

    private async Task<ISidecarLink> ConnectAsync(SidecarProcess? process, CancellationToken cancellationToken)
    {
        var session = await _dial(Target(process), cancellationToken).ConfigureAwait(false);
        try
        {
            ComponentNames.Compare(_plugin.Manifest!, _plan.IsEager, session.Description);
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                foreach (var (request, places) in _places.Requests())
                    Take(await session.ConfigureAsync(request, cancellationToken).ConfigureAwait(false), places, session.Description);
                session.Open();
                _session = session;
            }
            finally
            {
                _gate.Release();
            }
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private SidecarTarget Target(SidecarProcess? process) => new()
    {
        Id = Id,
        Address = _start is null ? _plan.Address : $"unix:{_start.Socket}",
        Secret = _start is null ? ReadSecret() : _start.Secret,
        ProcessId = process?.Id,
        Plan = _plan,
        Logger = _log,
    };

    private string ReadSecret()
    {
        if (_plan.SecretFile.Length == 0)
            return "";
        try
        {
            return File.ReadAllText(_plan.SecretFile).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SidecarException($"cannot be called: its secret cannot be read: {exception.Message}");
        }
    }

    private async Task TryConfigureAsync(ISidecarSession session, UsedPlace place, CancellationToken cancellationToken)
    {
        try
        {
            var request = new ConfigureRequest { Generation = place.Generation };
            request.Places.Add(place.Message);
            place.Take(await session.ConfigureAsync(request, cancellationToken).ConfigureAwait(false));
            _places.Bind(place, session.Description);
        }
        catch (Exception exception) when (exception is SidecarException or IOException && session.Broken.IsCompleted)
        {
            // Its connection broke; the next process is told.
        }
    }

    // The configurations run already: what a new process does not like about them costs it their places, and is said.
    private void Take(ConfigureResponse response, IReadOnlyList<UsedPlace> places, DescribeResponse description)
    {
        foreach (var place in places)
        {
            var isNew = !place.IsConfigured;
            place.Take(response);
            _places.Bind(place, description);
            if (isNew && _plan.IsEager)
                continue;
            foreach (var finding in place.Diagnostics)
                Log.Finding(_log, PlaceFindings.LevelOf(finding.Severity), Id, place.Message.Position, place.Message.Path, finding.Path, finding.Message);
            if (isNew && place.Answer is { PropagatedHeaders.Count: > 0 } answer)
                Log.NotPropagated(_log, Id, place.Message.Path, string.Join(", ", answer.PropagatedHeaders));
        }
    }

    private async Task<ISidecarSession?> SessionAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _supervisor.ReadyAsync(cancellationToken).ConfigureAwait(false) is ISidecarSession session)
                return session;
            // One that has run before is given the time to come back; one that never did is told at once.
            if (_session is null || _supervisor.State is not (SidecarState.Pausing or SidecarState.Starting))
                return null;
            await Task.Delay(s_look, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (cancellationToken.IsCancellationRequested)
                return null;
        }
    }

    private static string NameOf(SidecarState state, string trouble) => state switch
    {
        SidecarState.Idle => "idle",
        SidecarState.Starting => "starting",
        SidecarState.Ready => trouble.Length > 0 ? "degraded" : "ready",
        SidecarState.Pausing => "restarting",
        SidecarState.CrashLoop => "crash loop",
        _ => "stopped",
    };

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[PLUGIN: {Plugin}] the sidecar was not told of the end of a configuration: {Reason}")]
        public static partial void NotRetired(ILogger logger, string plugin, string reason);

        [LoggerMessage(Message = "[PLUGIN: {Plugin}] {Position} {Place} {Path}: {Finding}")]
        public static partial void Finding(ILogger logger, LogLevel level, string plugin, string position, string place, string path, string finding);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[PLUGIN: {Plugin}] {Place}: the headers {Headers} do not reach the backends: a sidecar that starts with the first request says so too late; start it eagerly, or list them in \"input_headers\"")]
        public static partial void NotPropagated(ILogger logger, string plugin, string place, string headers);
    }
}
