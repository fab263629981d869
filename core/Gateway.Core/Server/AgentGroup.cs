using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>
/// The agents of one configuration: starts them, owns their tasks, stops them. An agent that ends by itself ends alone (NRC-232).
/// </summary>
/// <param name="isSequential">Whether each is started before the next (CFG-038).</param>
/// <param name="logger">Application log.</param>
internal sealed partial class AgentGroup(bool isSequential, ILogger logger) : IDisposable
{
    private readonly object _gate = new();
    private readonly List<(string Name, IAgent Agent)> _agents = [];
    private readonly List<(string Name, Task Run)> _running = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _cut = new();
    private Task _starting = Task.CompletedTask;
    private bool _isDone;

    /// <summary>Fires when no message may be worked on any more.</summary>
    public CancellationToken CutOff => _cut.Token;

    /// <summary>Whether the agents start in order and before the listener (CFG-038, CFG-143).</summary>
    public bool IsSequential => isSequential;

    /// <summary>Adds an agent that is not started yet.</summary>
    public void Add(string name, IAgent agent) => _agents.Add((name, agent));

    /// <summary>Starts all of them, once.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_isDone)
                return;
            _isDone = true;
            foreach (var (name, agent) in _agents)
            {
                var run = isSequential ? RunAsync(name, agent) : Task.Run(() => RunAsync(name, agent), CancellationToken.None);
                _running.Add((name, run));
            }
        }
    }

    /// <summary>Starts them when those of the configuration before have ended, who may hold what these need.</summary>
    /// <param name="ended">Completes then; must not fail.</param>
    public void StartAfter(Task ended)
    {
        if (_agents.Count > 0)
            _starting = StartLaterAsync(ended);
    }

    /// <summary>
    /// Lets them finish the work in hand (NRC-239); what is left when the token fires is cut: its calls end, and it is waited for no longer.
    /// Idempotent, never fails.
    /// </summary>
    public async Task StopAsync(CancellationToken cut)
    {
        lock (_gate)
            _isDone = true;
        var told = _stopping.CancelAsync();
        var all = Task.WhenAll(_running.Select(static agent => agent.Run).Append(_starting).Append(told));
        await all.WaitAsync(cut).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (all.IsCompleted)
            return;
        // Calls of the pipeline listen; what one of them throws is that call's own failure.
        await _cut.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var (name, run) in _running)
        {
            if (!run.IsCompleted)
                Log.CutOff(logger, name);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopping.Dispose();
        _cut.Dispose();
    }

    private async Task StartLaterAsync(Task ended)
    {
        await ended.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Start();
    }

    // Owns whatever the agent does: nothing that it throws gets lost, and nothing gets further than this.
    private async Task RunAsync(string name, IAgent agent)
    {
        Log.Starting(logger, name);
        var stopping = _stopping.Token;
        try
        {
            await agent.RunAsync(stopping).ConfigureAwait(false);
            if (!stopping.IsCancellationRequested)
                Log.Ended(logger, name);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Told to end, and ended.
        }
        catch (Exception exception)
        {
            Log.Failed(logger, name, exception.Message, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: AsyncAgent][{Name}] Starting the async agent")]
        public static partial void Starting(ILogger logger, string name);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: AsyncAgent][{Name}] The async agent ended and does not start again")]
        public static partial void Ended(ILogger logger, string name);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: AsyncAgent][{Name}] The async agent failed and does not start again: {Reason}")]
        public static partial void Failed(ILogger logger, string name, string reason, Exception exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: AsyncAgent][{Name}] The async agent did not end in time; its calls were cut")]
        public static partial void CutOff(ILogger logger, string name);
    }
}
