using Gateway.Sidecars.Calls;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>The body of a raw answer, for a plugin that may ask for it.</summary>
internal sealed class AnswerSource(ClientResponse answer) : BodySource
{
    private volatile bool _isReleased;

    /// <summary>Notes that the answer goes on with its body: the plugin gets nothing of it any more.</summary>
    public void Release() => _isReleased = true;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _isReleased ? throw new IOException("the answer went on with its body") : answer.ReadAsync(buffer, cancellationToken);
}
