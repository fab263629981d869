using Gateway.Core.Plugins;
using Gateway.Core.Plugins.Processes;
using Microsoft.Extensions.Logging;

namespace Gateway.Sidecars.Plugins;

/// <summary>Runs plugins as sidecars.</summary>
public sealed partial class SidecarPlugins : IProcessPlugins
{
    private readonly IReadOnlyList<string> _executable;
    private readonly SidecarConnector _dial;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly HashSet<Sidecar> _sidecars = [];
    private bool _isNoted;

    /// <summary>For a gateway.</summary>
    /// <param name="executable">Its own executable, with the arguments that it needs itself: it runs the commands <c>confine</c> and <c>sidecar</c>.</param>
    public SidecarPlugins(IReadOnlyList<string> executable)
        : this(executable, SidecarLinks.ConnectAsync, TimeProvider.System)
    {
    }

    internal SidecarPlugins(IReadOnlyList<string> executable, SidecarConnector dial, TimeProvider time) => (_executable, _dial, _time) = (executable, dial, time);

    /// <inheritdoc/>
    public IProcessPlugin Run(FoundPlugin plugin, ProcessPlan plan, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        ArgumentNullException.ThrowIfNull(plan);
        NoteSystem(logger);
        var sidecar = new Sidecar(plugin, plan, _executable, _dial, _time, logger, Forget);
        lock (_gate)
            _sidecars.Add(sidecar);
        return sidecar;
    }

    /// <summary>Ends what still runs, at once.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var sidecar in _sidecars)
                sidecar.Kill();
        }
    }

    private void Forget(Sidecar sidecar)
    {
        lock (_gate)
            _sidecars.Remove(sidecar);
    }

    private void NoteSystem(ILogger logger)
    {
        if (OperatingSystem.IsLinux() || _isNoted)
            return;
        _isNoted = true;
        Log.NotLinux(logger);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Plugin Loader] on this system sidecars run without limits, as the gateway's user, and see the end of a gateway that is killed by the end of their standard input only")]
        public static partial void NotLinux(ILogger logger);
    }
}
