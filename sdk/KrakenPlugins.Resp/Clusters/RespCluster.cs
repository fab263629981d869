using System.Globalization;
using KrakenPlugins.Resp.Connections;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Clusters;

/// <summary>
/// A cluster: which server has which keys is asked of its members, again when one says so and while one is away, so that the replica that
/// takes a lost server's place is found. Source: Redis cluster specification; TRF-078.
/// </summary>
internal sealed class RespCluster : RespClient
{
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
        if (!isKnown)
            return false;
        if (parts[0] == "MOVED")
            Refresh();
        Send(call, NodeAt(address), isAsking: parts[0] == "ASK");
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

    private async Task AskAllAsync()
    {
        foreach (var node in _nodes)
        {
            if (!node.IsReady)
                continue;
            var call = Calls.Take();
            call.Set(["CLUSTER", "SLOTS"], new RedisCall(s_askTimeout), After(s_askTimeout), slot: -1);
            var answer = call.Task;
            call.Observe(_stop.Token);
            Send(call, node, isAsking: false);
            var reply = await answer.ConfigureAwait(false);
            if (reply.Kind == RedisReplyKind.List && SlotMap.TryRead(reply, node.Address, NodeAt, out var map))
            {
                _map = map;
                Retire(map);
                return;
            }
        }
    }

    private RespNode NodeAt(RespAddress address)
    {
        lock (_gate)
        {
            foreach (var node in _nodes)
            {
                if (node.Address == address)
                    return node;
            }
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

/// <summary>Which server has which slots, as a member told it.</summary>
internal sealed class SlotMap
{
    private const int MaxServers = 1000;

    private readonly RespNode?[] _slots = new RespNode?[KeySlot.Count];
    private readonly HashSet<RespNode> _masters = [];
    private readonly HashSet<RespAddress> _servers = [];

    /// <summary>Before anybody has told.</summary>
    public static SlotMap Empty { get; } = new();

    /// <summary>Whether it tells nothing.</summary>
    public bool IsEmpty => _masters.Count == 0;

    /// <summary>Whether all servers with slots are connected.</summary>
    public bool IsWhole => !IsEmpty && _masters.All(static node => node.IsReady);

    /// <summary>A server with slots that cannot be reached.</summary>
    public RespNode? Unreachable => _masters.FirstOrDefault(static node => node.Down is not null);

    /// <summary>The server of a slot, or any one for -1; <see langword="null"/> when none has it.</summary>
    public RespNode? Find(int slot)
    {
        if (slot >= 0)
            return _slots[slot];
        foreach (var node in _masters)
        {
            if (node.IsReady)
                return node;
        }
        return null;
    }

    /// <summary>Whether a server is a part of the cluster.</summary>
    public bool Has(RespAddress address) => _servers.Contains(address);

    /// <summary>Reads the reply of <c>CLUSTER SLOTS</c>.</summary>
    /// <param name="reply">First slot, last slot, then servers: host, port; the first of them has the slots, the others are its replicas.</param>
    /// <param name="asked">The server that gave it: where it does not know its own name.</param>
    /// <param name="nodeAt">Gives a server.</param>
    /// <param name="map">What it says.</param>
    public static bool TryRead(RedisReply reply, RespAddress asked, Func<RespAddress, RespNode> nodeAt, out SlotMap map)
    {
        map = new SlotMap();
        foreach (var range in reply.Items.Span)
        {
            var parts = range.Items.Span;
            if (parts.Length < 3 || !parts[0].TryGetInteger(out var first) || !parts[1].TryGetInteger(out var last) || first < 0 || last >= KeySlot.Count || first > last)
                return false;
            RespNode? master = null;
            // Replicas are known too: they can be asked when their master is away.
            foreach (var server in parts[2..])
            {
                if (!TryReadServer(server, asked, out var address) || (map._servers.Add(address) && map._servers.Count > MaxServers))
                    return false;
                var node = nodeAt(address);
                master ??= node;
            }
            map._masters.Add(master!);
            map._slots.AsSpan((int)first, (int)(last - first) + 1).Fill(master);
        }
        return !map.IsEmpty;
    }

    /// <summary>Host and port as one text.</summary>
    public static string Join(string host, string port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";

    private static bool TryReadServer(RedisReply server, RespAddress asked, out RespAddress address)
    {
        address = default;
        var parts = server.Items.Span;
        if (parts.Length < 2 || !parts[1].TryGetInteger(out var port))
            return false;
        var host = parts[0].Text is { Length: > 0 } told and not "?" ? told : asked.Host;
        return RespAddress.TryParse(Join(host, port.ToString(CultureInfo.InvariantCulture)), out address);
    }
}
