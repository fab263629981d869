using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Plugins.Processes;

/// <summary>The process of one build of a plugin, stopped when nobody uses it.</summary>
internal sealed class ProcessCode : PluginCode
{
    private readonly IProcessPlugin _process;
    private readonly ProcessPlan _plan;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProcessCode(FoundPlugin plugin, string fingerprint, ProcessPlan plan, IProcessPlugin process)
        : base(plugin, fingerprint) => (_plan, _process) = (plan, process);

    /// <inheritdoc/>
    public override bool IsProcess => true;

    /// <inheritdoc/>
    public override ProcessStatus Status => _process.Status;

    /// <summary>Begins to start it. Throws <see cref="PluginLoadException"/>.</summary>
    public static ProcessCode Start(FoundPlugin plugin, ProcessPlan plan, IProcessPlugins processes, ILogger logger) =>
        new(plugin, FingerprintOf(plugin), plan, processes.Run(plugin, plan, logger));

    /// <summary>
    /// Whether a configuration can share it. One that only ends whenever it starts it cannot: a new configuration gets a new process, which may fare
    /// better.
    /// </summary>
    public bool Serves(FoundPlugin plugin, ProcessPlan plan) =>
        plan.Shares(_plan) && _process.Status.State != "crash loop" && Fingerprint == FingerprintOf(plugin);

    /// <inheritdoc/>
    public override GatewayPlugin CreateInstance(bool isBypassed, ILogger logger) => _process.CreateInstance(isBypassed, logger);

    /// <inheritdoc/>
    public override void End(GatewayPlugin instance) => ((ProcessInstance)instance).Dispose();

    /// <inheritdoc/>
    public override Task Ended => _ended.Task;

    /// <inheritdoc/>
    protected override bool Unload()
    {
        _ = StopAsync();
        return true;
    }

    private async Task StopAsync()
    {
        try
        {
            await _process.DisposeAsync().ConfigureAwait(false);
            _ended.SetResult();
        }
        catch (Exception exception)
        {
            _ended.SetException(exception);
        }
    }
}
