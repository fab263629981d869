using Gateway.Testing;
using KrakenPlugins.LoadBalancing.Hosts;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.LoadBalancing.Tests;

/// <summary>The table of hosts against a model that remembers every event and derives from them what may be chosen.</summary>
public sealed class HostTableTests
{
    private const int Schedules = 1000;
    private const int Steps = 120;

    [Fact, Spec("RTE-410", "RTE-411", "RTE-412", "RTE-413", "RTE-415", "RTE-416")]
    public void The_table_agrees_with_the_model_in_random_schedules()
    {
        for (var seed = 0; seed < Schedules; seed++)
            new Run(seed).Check();
    }

    [Fact, Spec("RTE-412")]
    public async Task Never_more_than_the_share_is_out_whatever_threads_report_at_once()
    {
        const int Count = 10;
        var table = new HostTable(new HostRules(0, new OutlierRules(1, 0, 1000, 1, 3, 12, 30), 1, 1, false));
        var hosts = Hosts(Count);
        var view = table.Look(hosts, null, 0, []);
        long now = 0;
        var stop = false;
        var tooMany = 0;

        var failing = Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            var random = new Random(thread);
            for (var i = 0; i < 20_000; i++)
                table.Failed(view.States[random.Next(Count)], Interlocked.Increment(ref now) / 8, []);
        })).ToArray();
        var looking = Task.Run(() =>
        {
            HostView? last = null;
            while (!Volatile.Read(ref stop))
            {
                last = table.Look(hosts, last, Interlocked.Read(ref now) / 8, []);
                if (last.Distinct.Length < 7)
                    tooMany++;
            }
        });
        await Task.WhenAll(failing);
        Volatile.Write(ref stop, true);
        await looking;

        Assert.Equal(0, tooMany);
    }

    [Theory, Spec("RTE-412")]
    [InlineData(1, 100, 0)]
    [InlineData(2, 50, 1)]
    [InlineData(3, 10, 1)]
    [InlineData(10, 30, 3)]
    [InlineData(10, 100, 9)]
    [InlineData(0, 50, -1)]
    public void One_host_may_be_out_in_any_case_and_all_never(int hosts, int percent, int most) =>
        Assert.Equal(most, HostTable.MostEjected(hosts, percent));

    [Fact, Spec("RTE-412")]
    public void Hosts_that_return_first_do_so_at_once_when_others_disappear()
    {
        var table = new HostTable(new HostRules(0, new OutlierRules(1, 0, 1000, 1, 100, 100, 50), 1, 1, false));
        var hosts = Hosts(4);
        var view = table.Look(hosts, null, 1, []);
        table.Failed(view.States[0], 1, []);
        table.Failed(view.States[1], 2, []);
        Assert.Equal(2, table.Look(hosts, view, 3, []).Distinct.Length);

        var changes = new List<HostChange>();
        var fewer = table.Look([hosts[0], hosts[1]], null, 4, changes);

        Assert.Equal("http://h0", Assert.Single(fewer.Distinct).State.Key);
        Assert.Contains(changes, static change => change.Kind == HostChangeKind.Returned);
        Assert.Equal(1, table.Count(4).Ejected);
    }

    [Theory, Spec("RTE-418")]
    [InlineData(true, "")]
    [InlineData(false, "its checks fail")]
    public void A_host_whose_time_is_over_is_not_called_back_while_its_checks_fail(bool isWell, string reason)
    {
        var table = new HostTable(new HostRules(0, new OutlierRules(1, 0, 1000, 1, 100, 100, 50), 1, 1, false));
        var hosts = Hosts(3);
        var view = table.Look(hosts, null, 1, []);
        table.Failed(view.States[0], 1, []);
        if (!isWell)
            table.Checked(view.States[0].Key, false, "refused", []);
        var changes = new List<HostChange>();

        var after = table.Look(hosts, view, 1_000_000, changes);

        Assert.Equal(new HostChange(HostChangeKind.Returned, "http://h0", reason), Assert.Single(changes));
        Assert.Equal(isWell ? 3 : 2, after.Distinct.Length);
    }

    [Fact, Spec("RTE-405", "RTE-419")]
    public void A_host_that_left_with_calls_in_flight_is_known_when_it_comes_back()
    {
        var table = new HostTable(new HostRules(0, null, 1, 1, false));
        var hosts = Hosts(2);
        var state = table.Look(hosts, null, 0, []).States[1];
        state.Reserve();

        table.Look([hosts[0]], null, 1, []);
        Assert.Same(state, table.Look(Hosts(2), null, 2, []).States[1]);
        state.Release();
        table.Look([hosts[0]], null, 3, []);
        table.Look([hosts[0]], null, 4, []);

        Assert.Null(table.Find(hosts[1]));
    }

    [Fact, Spec("RTE-405")]
    public void A_call_that_chose_from_a_list_while_it_went_ends_at_the_host_that_it_began_at()
    {
        var table = new HostTable(new HostRules(0, new OutlierRules(1, 0, 1000, 1, 100, 100, 50), 1, 1, false));
        var hosts = Hosts(3);
        var seen = table.Look(hosts, null, 0, []);
        table.Failed(seen.States[2], 0, []);

        table.Look(hosts[..2], null, 1, []);
        seen.States[2].Reserve();
        var back = table.Look(Hosts(3), null, 2, []);
        table.Find(hosts[2])!.Release();

        Assert.Equal(0, back.States[2].InFlight);
        // But for its calls it is a new one.
        Assert.Equal(3, back.Distinct.Length);
    }

    internal static BackendHost[] Hosts(int count) => [.. Enumerable.Range(0, count).Select(static i => new BackendHost("http", $"h{i}", 80))];

    private sealed class Run
    {
        private readonly Random _random;
        private readonly OutlierRules _outlier;
        private readonly HostRules _rules;
        private readonly HostTable _table;
        private readonly Model _model;
        private readonly int _seed;

        public Run(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            var ejection = _random.Next(1, 20);
            _outlier = new OutlierRules(_random.Next(4), _random.Next(2) * 0.7, _random.Next(5, 50), _random.Next(1, 6), ejection, ejection * _random.Next(1, 5), _random.Next(1, 101));
            _rules = new HostRules(_random.Next(3) * 30, _outlier, _random.Next(1, 4), _random.Next(1, 4), false);
            _table = new HostTable(_rules);
            _model = new Model(_rules);
        }

        public void Check()
        {
            var all = Hosts(_random.Next(1, 8));
            long now = 1;
            BackendHost[] hosts = all;
            var view = _table.Look(hosts, null, now, []);
            _model.SetHosts(hosts.Select(static h => h.ToString()), now);
            for (var step = 0; step < Steps; step++)
            {
                now += _random.Next(3) == 0 ? _random.Next(8) : 0;
                var host = hosts[_random.Next(hosts.Length)].ToString();
                switch (_random.Next(10))
                {
                    case < 5:
                        _table.Failed(view.States.First(s => s.Key == host), now, []);
                        _model.Call(host, now, isGood: false);
                        break;
                    case < 8:
                        _table.Succeeded(view.States.First(s => s.Key == host), now);
                        _model.Call(host, now, isGood: true);
                        break;
                    case 8:
                        var isGood = _random.Next(2) == 0;
                        _table.Checked(host, isGood, "", []);
                        _model.Check(host, isGood);
                        break;
                    default:
                        if (_random.Next(4) != 0)
                            break;
                        hosts = [.. all.Where(_ => _random.Next(3) > 0)];
                        hosts = hosts.Length == 0 ? all : hosts;
                        _model.SetHosts(hosts.Select(static h => h.ToString()), now);
                        break;
                }
                view = _table.Look(hosts, view, now, []);
                Compare(view, now, step);
            }
        }

        private void Compare(HostView view, long now, int step)
        {
            var given = view.Distinct.Select(static s => s.State.Key).Order(StringComparer.Ordinal).ToArray();
            var expected = _model.Usable(now).Order(StringComparer.Ordinal).ToArray();
            Assert.True(given.SequenceEqual(expected), $"seed {_seed}, step {step}: expected [{string.Join(' ', expected)}], found [{string.Join(' ', given)}]");
            var ejected = view.States.Count(static s => s.EjectedUntil != 0);
            Assert.True(ejected <= Math.Max(0, HostTable.MostEjected(view.States.Length, _outlier.MaxPercent)), $"seed {_seed}, step {step}: {ejected} of {view.States.Length} are out");
            Assert.NotEmpty(given);
        }
    }

    private sealed class Model(HostRules rules)
    {
        private readonly OutlierRules _outlier = rules.Outlier!;
        private Dictionary<string, Host> _hosts = [];

        public void SetHosts(IEnumerable<string> keys, long now)
        {
            Return(now);
            _hosts = keys.ToDictionary(static k => k, k => _hosts.GetValueOrDefault(k) ?? new Host());
            var most = Math.Max(0, HostTable.MostEjected(_hosts.Count, _outlier.MaxPercent));
            // Of equals the first of the list stays out.
            foreach (var host in _hosts.Values.Where(static h => h.Until > 0).OrderByDescending(static h => h.Until).Skip(most).ToArray())
                host.Come(now);
        }

        public void Call(string key, long now, bool isGood)
        {
            if (!isGood)
                Return(now);
            var host = _hosts[key];
            if (now - host.WindowStart > _outlier.Window && (_outlier.SuccessRate > 0 || !isGood))
                (host.WindowStart, host.Window) = (now, []);
            host.Row = isGood ? 0 : host.Row + 1;
            if (_outlier.SuccessRate > 0 || !isGood)
                host.Window.Add(isGood);
            if (isGood || host.Until > 0)
                return;
            var isOutlier = (_outlier.ConsecutiveFailures > 0 && host.Row >= _outlier.ConsecutiveFailures)
                || (_outlier.SuccessRate > 0 && host.Window.Count >= _outlier.MinCalls && host.Window.Count(static g => g) < _outlier.SuccessRate * host.Window.Count);
            var others = _hosts.Values.Count(h => h != host && h.Until == 0 && !h.IsIll);
            if (!isOutlier || others == 0 || _hosts.Values.Count(static h => h.Until > 0) >= HostTable.MostEjected(_hosts.Count, _outlier.MaxPercent))
                return;
            host.Times = now - host.CameBack >= host.Length ? 1 : host.Times + 1;
            host.Length = (long)Math.Min(_outlier.Ejection * Math.Pow(2, host.Times - 1), _outlier.LongestEjection);
            host.Until = now + host.Length;
            host.Row = 0;
        }

        public void Check(string key, bool isGood)
        {
            var host = _hosts[key];
            host.Against = isGood == host.IsIll ? host.Against + 1 : 0;
            if (host.Against < (isGood ? rules.HealthyAfter : rules.UnhealthyAfter))
                return;
            (host.Against, host.IsIll, host.Row) = (0, !isGood, 0);
        }

        public string[] Usable(long now)
        {
            Return(now);
            var usable = _hosts.Where(static h => h.Value.Until == 0 && !h.Value.IsIll).Select(static h => h.Key).ToArray();
            return usable.Length == 0 || usable.Length * 100 < rules.PanicPercent * _hosts.Count ? [.. _hosts.Keys] : usable;
        }

        private void Return(long now)
        {
            foreach (var host in _hosts.Values.Where(h => h.Until > 0 && now >= h.Until))
                host.Come(now);
        }

        private sealed class Host
        {
            public int Row, Times, Against;
            public bool IsIll;
            public long Until, CameBack, Length, WindowStart;
            public List<bool> Window = [];

            public void Come(long now) => (Until, CameBack, Row, WindowStart, Window) = (0, now, 0, now, []);
        }
    }
}
