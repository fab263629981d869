using KrakenPlugins.Dns.Resolving;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Dns;

/// <summary>
/// Resolves all names of a configuration at its start and every <c>dns_cache_ttl</c> after that, with one timer, each name once however
/// many backends use it, a few at a time (RTE-361, 362).
/// </summary>
internal sealed partial class SrvRefresh(SrvResolver resolver, TimeProvider time)
{
    private const int AtOnce = 8;
    // Longer than a server that is there takes, shorter than a plugin may take for its start.
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, SrvHosts> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _failing = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>The hosts of a name, shared by all who ask for the same name and scheme.</summary>
    public SrvHosts HostsOf(string name, string scheme)
    {
        var key = $"{scheme}://{name}";
        if (!_names.TryGetValue(key, out var hosts))
            _names.Add(key, hosts = new SrvHosts(name, scheme));
        return hosts;
    }

    /// <summary>Begins; returns when every name was resolved once, or after five seconds.</summary>
    public async Task StartAsync(TimeSpan period, ILogger logger, CancellationToken cancellationToken)
    {
        if (_names.Count == 0)
            return;
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running = RunAsync(period, logger, first);
        try
        {
            await first.Task.WaitAsync(s_start, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.Slow(logger, s_start.TotalSeconds);
        }
    }

    /// <summary>Ends.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    private async Task RunAsync(TimeSpan period, ILogger logger, TaskCompletionSource first)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            do
            {
                await RefreshAsync(logger).ConfigureAwait(false);
                first.TrySetResult();
            }
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            first.TrySetResult();
        }
    }

    private Task RefreshAsync(ILogger logger) => Parallel.ForEachAsync(
        _names.Values,
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = _stop.Token },
        async (hosts, token) => await RefreshAsync(hosts, logger, token).ConfigureAwait(false));

    private async Task RefreshAsync(SrvHosts hosts, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            if (hosts.Take(await resolver.ResolveAsync(hosts.Name, cancellationToken).ConfigureAwait(false)))
                Log.Changed(logger, hosts.Name, string.Join(", ", hosts.Hosts.Distinct().Select(static host => host.Authority)));
            if (SetFailing(hosts.Name, false))
                Log.Back(logger, hosts.Name);
        }
        catch (DnsException exception)
        {
            if (SetFailing(hosts.Name, true))
                Log.Failed(logger, exception.Message, hosts.Hosts.Count == 0 ? "calls fail" : "the last hosts stay in use");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.Broken(logger, hosts.Name, exception);
        }
    }

    /// <summary>Notes whether a name fails; returns whether that is new.</summary>
    private bool SetFailing(string name, bool isFailing)
    {
        lock (_failing)
            return isFailing ? _failing.Add(name) : _failing.Remove(name);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: DNS] {Name}: {Hosts}")]
        public static partial void Changed(ILogger logger, string name, string hosts);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: DNS] {Reason}; {Consequence}")]
        public static partial void Failed(ILogger logger, string reason, string consequence);

        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: DNS] {Name} can be resolved again")]
        public static partial void Back(ILogger logger, string name);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: DNS] not every name was resolved within {Seconds} s; the start goes on")]
        public static partial void Slow(ILogger logger, double seconds);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: DNS] {Name} cannot be resolved")]
        public static partial void Broken(ILogger logger, string name, Exception exception);
    }
}
