using System.Globalization;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.LoadBalancing.Hosts;

/// <summary>
/// The hosts of one backend and whether they may be chosen: the state machine of ejections and checks. It has no clock: it is told the time,
/// as time stamps that never go back. Outlives reloads; configurations that use it at once may have different hosts, of which the newest
/// list counts for shares. Safe for concurrent use.
/// </summary>
/// <param name="rules">When hosts are left out.</param>
internal sealed class HostTable(HostRules rules)
{
    private const int MaxDoublings = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HostState> _states = new(StringComparer.Ordinal);
    private HostState[] _members = [];
    private bool _isPanicking;
    private int _version;

    /// <summary>Another number after every change of what may be chosen.</summary>
    public int Version => Volatile.Read(ref _version);

    /// <summary>What it goes by.</summary>
    public HostRules Rules => rules;

    /// <summary>What may be chosen among some hosts.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="last">What was known before, or <see langword="null"/>.</param>
    /// <param name="now">Time stamp.</param>
    /// <param name="changes">Receives what changed.</param>
    public HostView Look(IReadOnlyList<BackendHost> hosts, HostView? last, long now, List<HostChange> changes)
    {
        lock (_gate)
        {
            Return(now, changes);
            if (last is not null && ReferenceEquals(last.Source, hosts))
            {
                Settle(changes);
                return last.Again(_version, rules.PanicPercent);
            }
            var view = HostView.Of(hosts, StateOf, rules.UsesKeys, _version, rules.PanicPercent);
            SetMembers(view, now, changes);
            Settle(changes);
            return view.Again(_version, rules.PanicPercent);
        }
    }

    /// <summary>The state of a host that is no longer in the list; <see langword="null"/> when nothing is known of it.</summary>
    public HostState? Find(BackendHost host)
    {
        lock (_gate)
            return _states.GetValueOrDefault(host.ToString());
    }

    /// <summary>Counts an answer of a host that works.</summary>
    public void Succeeded(HostState state, long now)
    {
        if (Volatile.Read(ref state.Failures) != 0)
            Volatile.Write(ref state.Failures, 0);
        if (rules.Outlier is not { SuccessRate: > 0 } outlier)
            return;
        if (now - Volatile.Read(ref state.WindowStart) > outlier.Window)
        {
            lock (_gate)
                RollWindow(state, outlier, now);
        }
        Interlocked.Increment(ref state.WindowCalls);
    }

    /// <summary>Counts a failure of a host, which may leave it out.</summary>
    /// <param name="state">The host.</param>
    /// <param name="now">Time stamp.</param>
    /// <param name="changes">Receives what changed.</param>
    public void Failed(HostState state, long now, List<HostChange> changes)
    {
        if (rules.Outlier is not { } outlier)
            return;
        lock (_gate)
        {
            Return(now, changes);
            RollWindow(state, outlier, now);
            state.Failures++;
            Interlocked.Increment(ref state.WindowCalls);
            state.WindowFailures++;
            if (state.EjectedUntil == 0 && ReasonToEject(state, outlier) is { } reason && MayEject(state, outlier))
                Eject(state, outlier, now, reason, changes);
            Settle(changes);
        }
    }

    /// <summary>Counts a check of a host.</summary>
    /// <param name="key">Scheme, authority and base path.</param>
    /// <param name="isGood">Whether it went well.</param>
    /// <param name="reason">Why not.</param>
    /// <param name="changes">Receives what changed.</param>
    public void Checked(string key, bool isGood, string reason, List<HostChange> changes)
    {
        lock (_gate)
        {
            if (!_states.TryGetValue(key, out var state))
                return;
            if (isGood != state.IsUnhealthy)
            {
                state.Contradictions = 0;
                return;
            }
            if (++state.Contradictions < (isGood ? rules.HealthyAfter : rules.UnhealthyAfter))
                return;
            state.Contradictions = 0;
            state.IsUnhealthy = !isGood;
            state.Failures = 0;
            _version++;
            changes.Add(new HostChange(isGood ? HostChangeKind.Healthy : HostChangeKind.Unhealthy, key, reason));
            Settle(changes);
        }
    }

    /// <summary>How many hosts are out, are unhealthy, and are known, and whether all are used all the same.</summary>
    public HostCount Count(long now)
    {
        lock (_gate)
        {
            int ejected = 0, unhealthy = 0;
            foreach (var state in _members)
            {
                ejected += state.EjectedUntil > now ? 1 : 0;
                unhealthy += state.IsUnhealthy ? 1 : 0;
            }
            return new HostCount(_members.Length, ejected, unhealthy, _isPanicking);
        }
    }

    /// <summary>Hosts that may be out at once: one in any case, all never (RTE-412).</summary>
    public static int MostEjected(int hosts, int percent) => Math.Min(Math.Max(1, (int)((long)hosts * percent / 100)), hosts - 1);

    private HostState StateOf(BackendHost host)
    {
        var key = host.ToString();
        if (!_states.TryGetValue(key, out var state))
            _states.Add(key, state = new HostState(key));
        return state;
    }

    private void SetMembers(HostView view, long now, List<HostChange> changes)
    {
        _members = view.States;
        foreach (var state in _states.Values.ToArray())
        {
            if (_members.Contains(state))
            {
                if (state.HasLeft)
                    state.Join();
                continue;
            }
            if (state.InFlight != 0)
                continue;
            if (state.HasLeft)
                _states.Remove(state.Key);
            state.Leave();
        }
        _version++;
        if (rules.Outlier is not { } outlier)
            return;
        // Fewer hosts than before may have too many of them out: those that would return first do so now.
        var most = MostEjected(_members.Length, outlier.MaxPercent);
        foreach (var state in _members.Where(static s => s.EjectedUntil != 0).OrderByDescending(static s => s.EjectedUntil).Skip(Math.Max(0, most)))
            Readmit(state, now, changes);
    }

    private void Return(long now, List<HostChange> changes)
    {
        foreach (var state in _states.Values)
        {
            if (state.EjectedUntil != 0 && now >= state.EjectedUntil)
                Readmit(state, now, changes);
        }
    }

    private void Readmit(HostState state, long now, List<HostChange> changes)
    {
        state.EjectedUntil = 0;
        state.ReturnedAt = now;
        state.Failures = 0;
        BeginWindow(state, now);
        _version++;
        changes.Add(new HostChange(HostChangeKind.Returned, state.Key, state.IsUnhealthy ? "its checks fail" : ""));
    }

    private static string? ReasonToEject(HostState state, OutlierRules outlier)
    {
        if (outlier.ConsecutiveFailures > 0 && state.Failures >= outlier.ConsecutiveFailures)
            return string.Create(CultureInfo.InvariantCulture, $"{state.Failures} failures in a row");
        var calls = Volatile.Read(ref state.WindowCalls);
        if (outlier.SuccessRate <= 0 || calls < outlier.MinCalls || calls - state.WindowFailures >= outlier.SuccessRate * calls)
            return null;
        return string.Create(CultureInfo.InvariantCulture, $"{state.WindowFailures} of {calls} calls failed");
    }

    private bool MayEject(HostState state, OutlierRules outlier)
    {
        int ejected = 0, others = 0;
        var isMember = false;
        foreach (var member in _members)
        {
            isMember |= ReferenceEquals(member, state);
            ejected += member.EjectedUntil != 0 ? 1 : 0;
            others += member.IsUsable && !ReferenceEquals(member, state) ? 1 : 0;
        }
        return isMember && others > 0 && ejected < MostEjected(_members.Length, outlier.MaxPercent);
    }

    private void Eject(HostState state, OutlierRules outlier, long now, string reason, List<HostChange> changes)
    {
        // A host that stayed for as long as it was out has a clean record.
        if (now - state.ReturnedAt >= state.LastEjection)
            state.Ejections = 0;
        var doublings = Math.Min(state.Ejections++, MaxDoublings);
        var length = outlier.Ejection > outlier.LongestEjection >> doublings ? outlier.LongestEjection : outlier.Ejection << doublings;
        state.LastEjection = length;
        state.EjectedUntil = Math.Max(1, now + length);
        state.Failures = 0;
        _version++;
        changes.Add(new HostChange(HostChangeKind.Ejected, state.Key, reason, length));
    }

    private static void RollWindow(HostState state, OutlierRules outlier, long now)
    {
        if (now - state.WindowStart > outlier.Window)
            BeginWindow(state, now);
    }

    private static void BeginWindow(HostState state, long now)
    {
        Volatile.Write(ref state.WindowCalls, 0);
        state.WindowFailures = 0;
        Volatile.Write(ref state.WindowStart, now);
    }

    private void Settle(List<HostChange> changes)
    {
        var usable = 0;
        foreach (var state in _members)
            usable += state.IsUsable ? 1 : 0;
        var isPanicking = HostView.IsPanic(usable, _members.Length, rules.PanicPercent);
        if (isPanicking == _isPanicking)
            return;
        _isPanicking = isPanicking;
        changes.Add(new HostChange(isPanicking ? HostChangeKind.Panic : HostChangeKind.Calm, "", string.Create(CultureInfo.InvariantCulture, $"{usable} of {_members.Length}")));
    }
}

/// <summary>Hosts of a backend, counted.</summary>
/// <param name="All">Hosts.</param>
/// <param name="Ejected">Those that their answers left out.</param>
/// <param name="Unhealthy">Those that checks left out.</param>
/// <param name="IsPanicking">Whether so few are left that all are used.</param>
internal readonly record struct HostCount(int All, int Ejected, int Unhealthy, bool IsPanicking);
