using Gateway.Core.Json;
using Gateway.Sidecars.Calls;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Sidecars.Components;

/// <summary>Data as a JSON document, and bodies of a plugin as a whole.</summary>
internal static class DataBody
{
    // As deep as the gateway reads what backends answer.
    private static readonly JsonShape s_shape = new(new JsonShapeOptions());
    private static readonly ByteString s_null = ByteString.CopyFromUtf8("null");

    /// <summary>Data as a message. Throws <see cref="InvalidOperationException"/> for a tree that is no JSON.</summary>
    public static Body Write(Payload? data)
    {
        if (data is null)
            return new Body { Whole = s_null, Length = 4 };
        using var bytes = new PooledBytes();
        data.WriteJson(bytes);
        return new Body { Whole = ByteString.CopyFrom(bytes.Span), Length = (ulong)bytes.Length };
    }

    /// <summary>Bytes as a message, which has to be sent before they change.</summary>
    public static Body Wrap(ReadOnlyMemory<byte> bytes) => new() { Whole = UnsafeByteOperations.UnsafeWrap(bytes), Length = (ulong)bytes.Length };

    /// <summary>Reads data of a plugin, which stays bytes until somebody changes it; <see langword="null"/> for <c>null</c>. Throws <see cref="ViolationException"/>.</summary>
    public static Payload? Read(ReadOnlyMemory<byte> json)
    {
        var bytes = new PooledBytes(json.Length + 256);
        bytes.Write(json.Span);
        return s_shape.TryShape(bytes, out var payload, out var error) ? payload : throw new ViolationException($"the data is no JSON object: {error}");
    }

    /// <summary>A body of a plugin as a whole. Throws <see cref="ViolationException"/> when it is longer than it may be, and <see cref="IOException"/> when it breaks off.</summary>
    public static ValueTask<ReadOnlyMemory<byte>> ReadWholeAsync(SidecarCall call, Body body, int limit, CancellationToken cancellationToken) => body.ContentCase switch
    {
        Body.ContentOneofCase.Whole => new(body.Whole.Memory),
        Body.ContentOneofCase.StreamId => CollectAsync(call.Open(body), limit, cancellationToken),
        _ => new(ReadOnlyMemory<byte>.Empty),
    };

    private static async ValueTask<ReadOnlyMemory<byte>> CollectAsync(SidecarBody body, int limit, CancellationToken cancellationToken)
    {
        using (body)
        using (var bytes = new PooledBytes((int)Math.Clamp(body.Length ?? 4096, 16, 64 << 10), limit))
        {
            try
            {
                while (await body.ReadAsync(bytes.GetMemory(), cancellationToken).ConfigureAwait(false) is > 0 and var read)
                    bytes.Advance(read);
            }
            catch (BufferLimitException)
            {
                throw new ViolationException($"a body that has to be held is longer than {limit} bytes");
            }
            return bytes.Span.ToArray();
        }
    }
}
