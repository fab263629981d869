using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using KrakenPlugins.Grpc;

namespace KrakenPlugins.Sidecar.Protocol;

/// <summary>Messages that protoc has generated, for calls of <see cref="KrakenPlugins.Grpc"/>.</summary>
/// <param name="parser">Reads them.</param>
/// <typeparam name="T">The type of the messages.</typeparam>
public sealed class ProtobufMarshaller<T>(MessageParser<T> parser) : IMarshaller<T>
    where T : IMessage<T>
{
    /// <inheritdoc/>
    public int SizeOf(T message) => message.CalculateSize();

    /// <inheritdoc/>
    public void Write(T message, IBufferWriter<byte> output) => message.WriteTo(output);

    /// <inheritdoc/>
    public bool TryRead(in ReadOnlySequence<byte> payload, [MaybeNullWhen(false)] out T message)
    {
        try
        {
            message = parser.ParseFrom(payload);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            message = default;
            return false;
        }
    }
}
