using KrakenPlugins.Resp.Connections;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Clusters;

/// <summary>
/// A cluster: which server has which keys is asked of its members, again when one says so and while one is away, so that the replica that
/// takes a lost server's place is found. Source: Redis cluster specification; TRF-078.
/// </summary>
internal sealed class RespCluster : RespClient
{
    private const int AskedAtOnce = 3;

    private static readonly TimeSpan s_whenBroken = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_whenWhole = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_askTimeout = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<RespAddress> _members;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly Lock _gate = new();
    private readonly Task _refreshing;
    private volatile SlotMap _map = SlotMap.Empty;
    private volatile RespNode[] _nodes;
    private bool _isClosed;

    public RespCluster(IReadOnlyList<RespAddress> members, RespOptions options)
        : base(options)
    {
        _members = members;
        _nodes = [.. members.Distinct().Select(address => new RespNode(this, address))];
        _refreshing = Task.Run(RefreshAsync);
    }

    public override bool IsCluster => true;

    public override bool IsReady => _map.IsWhole;

    public override string? Down
    {
        get
        {
            if (_map.Unreachable is { } lost)
                return $"{lost.Address}: {lost.Down}";
            if (!_map.IsEmpty)
                return null;
            foreach (var node in _nodes)
            {
                if (node.Down is null)
                    return null;
            }
            return $"no member answers; {_nodes[0].Address}: {_nodes[0].Down}";
        }
    }

    internal override (int All, int Used, int Waiting) Usage
    {
        get
        {
            var (all, used, waiting) = (0, 0, 0);
            foreach (var node in _nodes)
            {
                var usage = node.Usage;
                (all, used, waiting) = (all + usage.All, used + usage.Used, waiting + usage.Waiting);
            }
            return (all, used, waiting);
        }
    }

    // While the members have not answered yet, calls wait for them.
    private protected override SendResult Unrouted => _map.IsEmpty && Down is null ? SendResult.Connecting : SendResult.Closed;

    internal override void Report(RespAddress address, string? failure)
    {
        base.Report(address, failure);
        Refresh();
    }

    private protected override RespNode? Route(int slot) => _map.Find(slot);

    private protected override bool ExpireNodes(long now, List<RespCall> expired)
    {
        var any = false;
        foreach (var node in _nodes)
            any |= node.Expire(now, expired);
        return any;
    }

    private protected override bool TryRedirect(RespCall call, RespNode node, string error)
    {
        // MOVED 3999 127.0.0.1:6381, or without host: the server that says it.
        var parts = error.Split(' ');
        if (parts.Length != 3 || ++call.Redirects > Options.MaxRedirects)
            return false;
        var text = parts[2].StartsWith(':') ? SlotMap.Join(node.Address.Host, parts[2][1..]) : parts[2];
        var isKnown = RespAddress.TryParse(text, out var address)
            // An address of version 6 comes without brackets.
            || (text.LastIndexOf(':') is var colon and > 0 && RespAddress.TryParse(SlotMap.Join(text[..colon], text[(colon + 1)..]), out address));
        if (!isKnown || NodeAt(address) is not { } other)
            return false;
        if (parts[0] == "MOVED")
            Refresh();
        Send(call, other, isAsking: parts[0] == "ASK");
        return true;
    }

    private protected override async ValueTask CloseAsync()
    {
        lock (_gate)
            _isClosed = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _refreshing.ConfigureAwait(false);
        foreach (var node in _nodes)
            node.Dispose();
        foreach (var node in _nodes)
            await node.Running.ConfigureAwait(false);
        _wanted.Dispose();
        _stop.Dispose();
    }

    private void Refresh()
    {
        lock (_gate)
        {
            if (!_isClosed && _wanted.CurrentCount == 0)
                _wanted.Release();
        }
    }

    private async Task RefreshAsync()
    {
        try
        {
            while (true)
            {
                await AskAllAsync().ConfigureAwait(false);
                await _wanted.WaitAsync(_map.IsWhole ? s_whenWhole : s_whenBroken, _stop.Token).ConfigureAwait(false);
                // However many say so at once, one look is enough.
                await Task.Delay(TimeSpan.FromMilliseconds(20), Options.Time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Asks a few at a time, so that one that hangs does not hide what the others know; the first answer counts.</summary>
    private async Task AskAllAsync()
    {
        foreach (var some in _nodes.Where(static node => node.IsReady).Chunk(AskedAtOnce))
        {
            var asked = some.Select(AskAsync).ToList();
            while (asked.Count > 0)
            {
                var first = await Task.WhenAny(asked).ConfigureAwait(false);
                asked.Remove(first);
                if (await first.ConfigureAwait(false) is not { } map)
                    continue;
                _map = map;
                Retire(map);
                return;
            }
        }
    }

    private async Task<SlotMap?> AskAsync(RespNode node)
    {
        var call = Calls.Take();
        call.Set(["CLUSTER", "SLOTS"], new RedisCall(s_askTimeout), After(s_askTimeout), slot: -1);
        var answer = call.Task;
        call.Observe(_stop.Token);
        Send(call, node, isAsking: false);
        var reply = await answer.ConfigureAwait(false);
        return reply.Kind == RedisReplyKind.List && SlotMap.TryRead(reply, node.Address, NodeAt, out var map) ? map : null;
    }

    /// <summary>The server of an address; <see langword="null"/> when there would be too many, or after the end.</summary>
    private RespNode? NodeAt(RespAddress address)
    {
        lock (_gate)
        {
            foreach (var node in _nodes)
            {
                if (node.Address == address)
                    return node;
            }
            if (_isClosed || _nodes.Length >= SlotMap.MaxServers)
                return null;
            var added = new RespNode(this, address);
            _nodes = [.. _nodes, added];
            return added;
        }
    }

    /// <summary>Lets go of servers that have left the cluster; the configured members stay, to be asked.</summary>
    private void Retire(SlotMap map)
    {
        var left = new List<RespNode>();
        lock (_gate)
        {
            foreach (var node in _nodes)
            {
                if (!map.Has(node.Address) && !_members.Contains(node.Address))
                    left.Add(node);
            }
            if (left.Count > 0)
                _nodes = [.. _nodes.Except(left)];
        }
        left.ForEach(static node => node.Dispose());
    }
}
