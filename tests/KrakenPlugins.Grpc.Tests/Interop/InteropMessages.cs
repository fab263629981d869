using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Grpc.Wire;

namespace KrakenPlugins.Grpc.Tests.Interop;

/// <summary>The messages of <c>Peers/interop.proto</c>, by hand. A payload is the length of its body, which is always zeros.</summary>
internal sealed record Empty
{
    public static readonly WireMarshaller<Empty> Marshaller = new(static (_, _) => { }, TryRead);

    private static bool TryRead(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out Empty message)
    {
        message = new Empty();
        return true;
    }
}

internal sealed record EchoStatus(int Code, string Message);

/// <summary>A size to answer with, and how.</summary>
internal sealed record Part(int Size, int IntervalMicroseconds = 0, bool Compressed = false);

/// <summary>A request for payloads: <c>SimpleRequest</c> has one part and no list, <c>StreamingOutputCallRequest</c> a list.</summary>
internal sealed record OutputRequest(int Payload, params Part[] Parts)
{
    public static readonly WireMarshaller<OutputRequest> Simple = new(WriteSimple, TryReadSimple);
    public static readonly WireMarshaller<OutputRequest> Streaming = new(WriteStreaming, TryReadStreaming);

    public EchoStatus? Status { get; init; }

    private static void WriteSimple(OutputRequest request, WireWriter writer)
    {
        writer.Number(2, request.Parts is [var only] ? only.Size : 0);
        InteropFields.WritePayload(writer, 3, request.Payload);
        if (request.Parts is [{ Compressed: true }])
            writer.Message(6, true, static (inner, value) => inner.Bool(1, value));
        InteropFields.WriteStatus(writer, request.Status);
    }

    private static void WriteStreaming(OutputRequest request, WireWriter writer)
    {
        foreach (var part in request.Parts)
        {
            writer.Message(2, part, static (inner, part) =>
            {
                inner.Number(1, part.Size);
                inner.Number(2, part.IntervalMicroseconds);
                if (part.Compressed)
                    inner.Message(3, true, static (value, flag) => value.Bool(1, flag));
            });
        }
        InteropFields.WritePayload(writer, 3, request.Payload);
        InteropFields.WriteStatus(writer, request.Status);
    }

    private static bool TryReadSimple(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out OutputRequest request)
    {
        var (size, payload, compressed, status) = (0, 0, false, (EchoStatus?)null);
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    size = reader.Int32();
                    break;
                case 3:
                    payload = InteropFields.Payload(reader.Bytes());
                    break;
                case 6:
                    compressed = InteropFields.Number(reader.Bytes(), 1) != 0;
                    break;
                case 7:
                    status = InteropFields.Status(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        request = new OutputRequest(payload, new Part(size, 0, compressed)) { Status = status };
        return !reader.IsBroken;
    }

    private static bool TryReadStreaming(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out OutputRequest request)
    {
        var (parts, payload, status) = (new List<Part>(), 0, (EchoStatus?)null);
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2:
                    var part = reader.Bytes();
                    parts.Add(new Part((int)InteropFields.Number(part, 1), (int)InteropFields.Number(part, 2), InteropFields.Inner(part, 3)));
                    break;
                case 3:
                    payload = InteropFields.Payload(reader.Bytes());
                    break;
                case 7:
                    status = InteropFields.Status(reader.Bytes());
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        request = new OutputRequest(payload, [.. parts]) { Status = status };
        return !reader.IsBroken;
    }
}

/// <summary>A message with a payload in field 1: requests of <c>StreamingInputCall</c>, answers of all but that.</summary>
internal sealed record Sized(int Payload)
{
    public static readonly WireMarshaller<Sized> Marshaller = new(static (message, writer) => InteropFields.WritePayload(writer, 1, message.Payload), TryRead);
    public static readonly WireMarshaller<Sized> Sum = new(static (message, writer) => writer.Number(1, message.Payload), TryReadSum);

    private static bool TryRead(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out Sized message)
    {
        var payload = 0;
        var reader = new WireReader(bytes);
        while (reader.Next())
        {
            if (reader.Field == 1)
                payload = InteropFields.Payload(reader.Bytes());
            else
                reader.Skip();
        }
        message = new Sized(payload);
        return !reader.IsBroken;
    }

    private static bool TryReadSum(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out Sized message)
    {
        message = new Sized((int)InteropFields.Number(bytes, 1));
        return true;
    }
}

internal static class InteropFields
{
    public static void WritePayload(WireWriter writer, int field, int size)
    {
        if (size > 0)
            writer.Message(field, size, static (inner, size) => inner.Bytes(2, new byte[size]));
    }

    public static void WriteStatus(WireWriter writer, EchoStatus? status)
    {
        if (status is null)
            return;
        writer.Message(7, status, static (inner, status) =>
        {
            inner.Number(1, status.Code);
            inner.Text(2, status.Message);
        });
    }

    public static int Payload(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var size = 0;
        while (reader.Next())
        {
            if (reader.Field != 2)
            {
                reader.Skip();
                continue;
            }
            var body = reader.Bytes();
            Assert.False(body.ContainsAnyExcept((byte)0));
            size = body.Length;
        }
        return size;
    }

    public static EchoStatus Status(ReadOnlySpan<byte> bytes)
    {
        var reader = new WireReader(bytes);
        var (code, message) = (0, "");
        while (reader.Next())
        {
            if (reader.Field == 1)
                code = reader.Int32();
            else
                message = reader.Text();
        }
        return new EchoStatus(code, message);
    }

    public static long Number(ReadOnlySpan<byte> bytes, int field)
    {
        var reader = new WireReader(bytes);
        long number = 0;
        while (reader.Next())
        {
            if (reader.Field == field)
                number = (long)reader.Number();
            else
                reader.Skip();
        }
        return number;
    }

    // The BoolValue in a field.
    public static bool Inner(ReadOnlySpan<byte> bytes, int field)
    {
        var reader = new WireReader(bytes);
        var value = false;
        while (reader.Next())
        {
            if (reader.Field == field)
                value = Number(reader.Bytes(), 1) != 0;
            else
                reader.Skip();
        }
        return value;
    }
}
