using KrakenPlugins.LoadBalancing.Hosts;
using KrakenPlugins.LoadBalancing.Strategies;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.LoadBalancing;

/// <summary>
/// The choice among the hosts of one backend: a strategy over the view of the table of hosts, which outlives reloads, with the clock and the
/// log of one configuration.
/// </summary>
internal sealed partial class Balancer(HostTable table, HostStrategy strategy, Func<int, bool> isFailure, BalancingMetrics metrics, IBackendContext context) : IHostBalancer
{
    private readonly TimeProvider _time = context.Time;
    private readonly ILogger _logger = context.Logger;
    private readonly string _prefix = context.LogPrefix;
    private HostView? _view;

    /// <summary>The hosts.</summary>
    public HostTable Table => table;

    /// <inheritdoc/>
    public BackendHost Pick(ProxyRequest request, IReadOnlyList<BackendHost> hosts) => strategy.Pick(View(hosts), request).Host;

    /// <inheritdoc/>
    public BackendHost PickAgain(ProxyRequest request, IReadOnlyList<BackendHost> hosts, IReadOnlyList<BackendHost> tried)
    {
        var view = View(hosts);
        var states = new HashSet<HostState>(tried.Count);
        for (var i = 0; i < tried.Count; i++)
        {
            if (StateOf(view, tried[i]) is { } state)
                states.Add(state);
        }
        return (strategy.PickOther(view, request, states) ?? strategy.Pick(view, request)).Host;
    }

    /// <inheritdoc/>
    public void Answered(BackendHost host, in HostAnswer answer)
    {
        if (table.Rules.Outlier is null || IsNeutral(answer.Error) || Volatile.Read(ref _view) is not { } view || StateOf(view, host) is not { } state)
            return;
        if (answer.Error is null && !isFailure(answer.StatusCode))
        {
            table.Succeeded(state, table.Rules.Outlier.SuccessRate > 0 ? _time.GetTimestamp() : 0);
            return;
        }
        var changes = new List<HostChange>();
        table.Failed(state, _time.GetTimestamp(), changes);
        Report(changes);
    }

    /// <inheritdoc/>
    public void Completed(BackendHost host, in ProxyResult result, TimeSpan elapsed)
    {
        if (Volatile.Read(ref _view) is { } view)
            StateOf(view, host)?.Release();
    }

    /// <summary>Takes the result of a check.</summary>
    /// <param name="host">The host's key.</param>
    /// <param name="isGood">Whether it went well.</param>
    /// <param name="reason">Why not.</param>
    public void Checked(string host, bool isGood, string reason)
    {
        var changes = new List<HostChange>();
        table.Checked(host, isGood, reason, changes);
        Report(changes);
    }

    /// <summary>What may be chosen now; used without calls too, so that checks know the hosts.</summary>
    public HostView View(IReadOnlyList<BackendHost> hosts)
    {
        var view = Volatile.Read(ref _view);
        if (view is not null && ReferenceEquals(view.Source, hosts) && view.Version == table.Version && (view.Expires == long.MaxValue || _time.GetTimestamp() < view.Expires))
            return view;
        var changes = new List<HostChange>();
        view = table.Look(hosts, view, _time.GetTimestamp(), changes);
        Volatile.Write(ref _view, view);
        Report(changes);
        return view;
    }

    private HostState? StateOf(HostView view, BackendHost host) => view.StateOf(host) ?? table.Find(host);

    // The client's end, and what never reached the network, say nothing about a host.
    private static bool IsNeutral(GatewayErrorKind? error) =>
        error is GatewayErrorKind.ClientAborted or GatewayErrorKind.Lost or GatewayErrorKind.Rejected or GatewayErrorKind.Internal;

    private void Report(List<HostChange> changes)
    {
        foreach (var change in changes)
        {
            metrics.Count(change);
            switch (change.Kind)
            {
                case HostChangeKind.Ejected:
                    Log.Ejected(_logger, _prefix, change.Host, Math.Round((double)change.Length / _time.TimestampFrequency, 3), change.Reason);
                    break;
                case HostChangeKind.Returned when change.Reason.Length > 0:
                    Log.StaysOut(_logger, _prefix, change.Host, change.Reason);
                    break;
                case HostChangeKind.Returned:
                    Log.Returned(_logger, _prefix, change.Host);
                    break;
                case HostChangeKind.Unhealthy:
                    Log.Unhealthy(_logger, _prefix, change.Host, change.Reason);
                    break;
                case HostChangeKind.Healthy:
                    Log.Healthy(_logger, _prefix, change.Host);
                    break;
                case HostChangeKind.Panic:
                    Log.Panic(_logger, _prefix, change.Reason);
                    break;
                default:
                    Log.Calm(_logger, _prefix, change.Reason);
                    break;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[Load balancing] {Host} is out for {Seconds} s: {Reason}")]
        public static partial void Ejected(ILogger logger, string prefix, string host, double seconds, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Prefix}[Load balancing] {Host} is in use again")]
        public static partial void Returned(ILogger logger, string prefix, string host);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Prefix}[Load balancing] {Host} has been out for its time and stays out: {Reason}")]
        public static partial void StaysOut(ILogger logger, string prefix, string host, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[Load balancing] {Host} is unhealthy: {Reason}")]
        public static partial void Unhealthy(ILogger logger, string prefix, string host, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Prefix}[Load balancing] {Host} is healthy")]
        public static partial void Healthy(ILogger logger, string prefix, string host);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[Load balancing] {Usable} hosts are usable: all are used")]
        public static partial void Panic(ILogger logger, string prefix, string usable);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Prefix}[Load balancing] {Usable} hosts are usable: no others are used any more")]
        public static partial void Calm(ILogger logger, string prefix, string usable);
    }
}
