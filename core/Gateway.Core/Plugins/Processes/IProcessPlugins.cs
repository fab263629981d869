using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Plugins.Processes;

/// <summary>Runs plugins in processes of their own. Made when the first of them is needed.</summary>
public interface IProcessPlugins : IDisposable
{
    /// <summary>Takes charge of a plugin: begins to start its process, or waits for the first request, as the plan says. Does not wait for it.</summary>
    /// <exception cref="PluginLoadException">It cannot be started at all.</exception>
    IProcessPlugin Run(FoundPlugin plugin, ProcessPlan plan, ILogger logger);
}

/// <summary>A plugin in a process of its own, shared by the configurations that use it. Disposing it drains and stops the process.</summary>
public interface IProcessPlugin : IAsyncDisposable
{
    /// <summary>How it is.</summary>
    ProcessStatus Status { get; }

    /// <summary>
    /// The plugin for one configuration. Its <c>Register</c> waits for the process where that starts at once; disposing it ends the configuration's use.
    /// </summary>
    /// <param name="isBypassed">Whether requests pass by when the process is not there or loses them.</param>
    /// <param name="logger">Application log of the configuration.</param>
    ProcessInstance CreateInstance(bool isBypassed, ILogger logger);
}

/// <summary>A plugin with a process of its own, for one configuration.</summary>
public abstract class ProcessInstance : GatewayPlugin, IDisposable
{
    /// <summary>Ends the configuration's use: no call of it will come any more. Does not wait, never fails.</summary>
    public abstract void Dispose();
}

/// <summary>How a plugin's process is.</summary>
/// <param name="State">
/// <c>idle</c> (not needed yet), <c>starting</c>, <c>ready</c>, <c>degraded</c> (ready, but something that it needs is not), <c>restarting</c>,
/// <c>crash loop</c> or <c>stopped</c>.
/// </param>
/// <param name="Reason">Why it is not ready, or what it says of itself; or empty.</param>
/// <param name="Starts">How often it was started.</param>
/// <param name="ProcessId">Its process, or <see langword="null"/> when none runs that the gateway started.</param>
public sealed record ProcessStatus(string State, string Reason, int Starts, int? ProcessId)
{
    /// <summary>Whether it does its work.</summary>
    public bool IsWell => State is "ready" or "idle" or "degraded";

    /// <summary>Starts after the first one.</summary>
    public int Restarts => Math.Max(0, Starts - 1);

    /// <summary><c>ready, 2 restarts</c> or <c>crash loop, 9 restarts: was killed (SIGKILL)</c>.</summary>
    public override string ToString() =>
        $"{State}{(Restarts == 0 ? "" : $", {Restarts} restart{(Restarts == 1 ? "" : "s")}")}{(Reason.Length == 0 ? "" : $": {Reason}")}";
}
