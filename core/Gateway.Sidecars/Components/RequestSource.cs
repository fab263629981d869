using System.Buffers;
using System.IO.Pipelines;
using Gateway.Sidecars.Calls;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>The body of a request, for a plugin that may ask for it.</summary>
internal abstract class RequestSource : BodySource
{
    private volatile bool _isReleased;

    /// <summary>The source of a body that still streams.</summary>
    public static RequestSource Of(PipeReader reader) => new Piped(reader);

    /// <summary>The source of a request's body.</summary>
    public static RequestSource Of(RequestBody body) => body.IsBuffered ? new Held(body.Bytes) : new Piped(body.Reader);

    /// <summary>Notes that the request goes on with the body: the plugin gets nothing of it any more.</summary>
    public void Release() => _isReleased = true;

    /// <inheritdoc/>
    public sealed override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _isReleased ? throw new IOException("the request went on with its body") : ReadCoreAsync(buffer, cancellationToken);

    /// <summary>Reads some bytes.</summary>
    protected abstract ValueTask<int> ReadCoreAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    private sealed class Held(ReadOnlyMemory<byte> bytes) : RequestSource
    {
        private ReadOnlyMemory<byte> _rest = bytes;

        protected override ValueTask<int> ReadCoreAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            var count = Math.Min(buffer.Length, _rest.Length);
            _rest[..count].CopyTo(buffer);
            _rest = _rest[count..];
            return new(count);
        }
    }

    private sealed class Piped(PipeReader reader) : RequestSource
    {
        protected override async ValueTask<int> ReadCoreAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            while (true)
            {
                var result = await RequestBody.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
                var available = result.Buffer;
                if (available.IsEmpty)
                {
                    reader.AdvanceTo(available.End);
                    if (result.IsCompleted)
                        return 0;
                    continue;
                }
                var taken = available.Slice(0, Math.Min(available.Length, buffer.Length));
                taken.CopyTo(buffer.Span);
                var count = (int)taken.Length;
                reader.AdvanceTo(taken.End);
                return count;
            }
        }
    }
}
