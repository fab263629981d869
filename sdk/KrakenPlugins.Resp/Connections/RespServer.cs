namespace KrakenPlugins.Resp.Connections;

/// <summary>One server.</summary>
internal sealed class RespServer : RespClient
{
    private readonly RespNode _node;

    public RespServer(RespAddress address, RespOptions options)
        : base(options) => _node = new RespNode(this, address);

    public override bool IsCluster => false;

    public override bool IsReady => _node.IsReady;

    public override string? Down => _node.IsReady ? null : _node.Down;

    internal override (int All, int Used, int Waiting) Usage => _node.Usage;

    private protected override RespNode? Route(int slot) => _node;

    private protected override SendResult Unrouted => SendResult.Closed;

    private protected override bool ExpireNodes(long now, List<RespCall> expired) => _node.Expire(now, expired);

    private protected override async ValueTask CloseAsync()
    {
        _node.Dispose();
        await _node.Running.ConfigureAwait(false);
    }
}
