using System.Globalization;
using KrakenPlugins.Resp.Connections;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Clusters;

/// <summary>Which server has which slots, as a member told it.</summary>
internal sealed class SlotMap
{
    /// <summary>Servers of a cluster, which cannot have more.</summary>
    public const int MaxServers = 1000;

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
    public static bool TryRead(RedisReply reply, RespAddress asked, Func<RespAddress, RespNode?> nodeAt, out SlotMap map)
    {
        map = new SlotMap();
        if (reply.Items.Length > KeySlot.Count)
            return false;
        foreach (var range in reply.Items.Span)
        {
            var parts = range.Items.Span;
            if (parts.Length < 3 || !parts[0].TryGetInteger(out var first) || !parts[1].TryGetInteger(out var last) || first < 0 || last >= KeySlot.Count || first > last)
                return false;
            RespNode? master = null;
            // Replicas are known too: they can be asked when their master is away.
            foreach (var server in parts[2..])
            {
                if (!TryReadServer(server, asked, out var address) || nodeAt(address) is not { } node)
                    return false;
                map._servers.Add(address);
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
