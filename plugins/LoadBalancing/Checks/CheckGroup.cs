using System.Globalization;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.LoadBalancing.Checks;

/// <summary>
/// Checks of hosts in one way: all of them, a few at a time, then a pause. The answer is bounded in time and size, its redirects are not
/// followed (RTE-416, 417).
/// </summary>
internal sealed class CheckGroup(CheckSettings settings, IOutgoingCalls calls, BalancingMetrics metrics)
{
    private const int AtOnce = 16;
    private const int LongestAnswer = 64 << 10;

    private readonly List<CheckedBackend> _backends = [];

    /// <summary>Adds a backend.</summary>
    public void Add(CheckedBackend backend) => _backends.Add(backend);

    /// <summary>Checks until the token fires.</summary>
    public async Task RunAsync(TimeProvider time, CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await Parallel.ForEachAsync(Targets(), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stopping }, CheckAsync).ConfigureAwait(false);
                await Task.Delay(Pause(), time, stopping).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The configuration ends, and the checks with it.
        }
    }

    private List<Target> Targets()
    {
        var targets = new Dictionary<string, Target>(StringComparer.Ordinal);
        foreach (var backend in _backends)
        {
            var hosts = backend.Hosts.Hosts;
            if (hosts.Count == 0)
                continue;
            foreach (var slot in backend.Balancer.View(hosts).All)
            {
                if (!targets.TryGetValue(slot.State.Key, out var target))
                    targets.Add(slot.State.Key, target = new Target(slot.State.Key, OutgoingAddress.At(slot.Host, settings.Path), []));
                target.Balancers.Add(backend.Balancer);
            }
        }
        return [.. targets.Values];
    }

    private async ValueTask CheckAsync(Target target, CancellationToken stopping)
    {
        var reason = await FindFaultAsync(target.Address, stopping).ConfigureAwait(false);
        if (stopping.IsCancellationRequested)
            return;
        metrics.CountCheck(target.Host, reason is null);
        foreach (var balancer in target.Balancers)
            balancer.Checked(target.Host, reason is null, reason ?? "");
    }

    private async ValueTask<string?> FindFaultAsync(OutgoingAddress address, CancellationToken stopping)
    {
        var call = new OutgoingCall { Method = settings.Method, Address = address, Timeout = settings.Timeout, MaxAnswer = LongestAnswer };
        var (answer, error) = await calls.SendAsync(call, stopping).ConfigureAwait(false);
        if (answer is null)
            return error!.Kind == GatewayErrorKind.Timeout ? string.Create(CultureInfo.InvariantCulture, $"no answer within {settings.Timeout.TotalSeconds} s") : error.Message;
        return settings.IsGood(answer.StatusCode) ? null : string.Create(CultureInfo.InvariantCulture, $"status {answer.StatusCode}");
    }

    private TimeSpan Pause() => settings.Interval * (1 + (settings.Jitter * ((2 * Random.Shared.NextDouble()) - 1)));

    private sealed record Target(string Host, OutgoingAddress Address, List<Balancer> Balancers);
}
