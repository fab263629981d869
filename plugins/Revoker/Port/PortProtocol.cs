using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KrakenPlugins.Revoker.Filters;

namespace KrakenPlugins.Revoker.Port;

/// <summary>What a request on the port asks for.</summary>
internal enum PortOperation : byte
{
    /// <summary>Proof that the caller has the key.</summary>
    Key = 1,
    /// <summary>Whether both sides have the same settings.</summary>
    Settings = 2,
    /// <summary>Add elements.</summary>
    Add = 3,
    /// <summary>Look elements up.</summary>
    Check = 4,
    /// <summary>Add everything that the caller's filters hold; the content follows in chunks.</summary>
    Union = 5,
    /// <summary>Send everything that the filters hold; the content follows in chunks.</summary>
    Fetch = 6,
}

/// <summary>What became of a request.</summary>
internal enum PortStatus : byte
{
    /// <summary>Done.</summary>
    Done = 0,
    /// <summary>Refused; the payload says why.</summary>
    Refused = 1,
    /// <summary>The key is missing or wrong.</summary>
    NoKey = 2,
}

/// <summary>The port's own protocol, version 1; the README of the plugin describes it.</summary>
internal static class PortProtocol
{
    /// <summary>What a connection begins with, in both directions: the name and the version.</summary>
    public static readonly byte[] Preamble = [.. "KPRV"u8, 1];

    /// <summary>Bytes of an answer to the preamble: it, flags, nonce.</summary>
    public const int GreetingLength = 5 + 1 + NonceLength;

    /// <summary>Bytes of the nonce.</summary>
    public const int NonceLength = 16;

    /// <summary>Flag of the greeting: requests need the key.</summary>
    public const byte KeyFlag = 1;

    /// <summary>Bytes in front of a request or an answer: what it is, and the length of its payload.</summary>
    public const int HeadLength = 5;

    /// <summary>Bytes of a payload with elements.</summary>
    public const int MostPayload = 4 << 20;

    /// <summary>Bytes of any other payload.</summary>
    public const int MostShortPayload = 4096;

    /// <summary>Bytes of a chunk of content.</summary>
    public const int MostChunk = 64 << 10;

    /// <summary>Bytes of an element.</summary>
    public const int MostElement = 16 << 10;

    /// <summary>What proves the key for a nonce: HMAC-SHA-256 of preamble and nonce.</summary>
    public static byte[] Proof(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce) => HMACSHA256.HashData(key, (byte[])[.. Preamble, .. nonce]);

    /// <summary>Writes the head of a request or an answer.</summary>
    public static void WriteHead(Span<byte> destination, byte kind, int length)
    {
        destination[0] = kind;
        BinaryPrimitives.WriteInt32BigEndian(destination[1..], length);
    }

    /// <summary>A request or an answer with its payload.</summary>
    public static byte[] Frame(byte kind, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[HeadLength + payload.Length];
        WriteHead(frame, kind, payload.Length);
        payload.CopyTo(frame.AsSpan(HeadLength));
        return frame;
    }

    /// <summary>An answer that refuses.</summary>
    public static byte[] Refusal(PortStatus status, string reason) => Frame((byte)status, Encoding.UTF8.GetBytes(reason));
}

/// <summary>The settings of a side and, where filters follow, how old its present period is.</summary>
/// <param name="Filter">What filters must have in common.</param>
/// <param name="Age">Time since the last rotation, in whole milliseconds.</param>
/// <param name="IsLeader">Whether the other side is to put its rotations in step.</param>
internal sealed record PortSettings(FilterSettings Filter, TimeSpan Age = default, bool IsLeader = false)
{
    /// <summary>The JSON of it.</summary>
    public byte[] ToJson()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteNumber("n", Filter.Count);
            json.WriteNumber("p", Filter.Probability);
            json.WriteNumber("ttl", Filter.Ttl);
            json.WriteString("hash_name", Filter.HashText);
            json.WriteNumber("age_ms", (long)Age.TotalMilliseconds);
            json.WriteBoolean("leader", IsLeader);
            json.WriteEndObject();
        }
        return text.ToArray();
    }

    /// <summary>Reads it. Throws <see cref="PortException"/>.</summary>
    public static PortSettings Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            var root = document.RootElement;
            var hash = FilterSettings.ParseHash(root.GetProperty("hash_name").GetString() ?? "") ?? throw new PortException("unknown \"hash_name\"");
            var filter = new FilterSettings(root.GetProperty("n").GetInt64(), root.GetProperty("p").GetDouble(), root.GetProperty("ttl").GetInt64(), hash);
            var age = root.TryGetProperty("age_ms", out var milliseconds) ? Math.Clamp(milliseconds.GetInt64(), 0, int.MaxValue * 1000L) : 0;
            return new(filter, TimeSpan.FromMilliseconds(age), root.TryGetProperty("leader", out var leader) && leader.GetBoolean());
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new PortException("the settings are no JSON object with \"n\", \"p\", \"ttl\" and \"hash_name\"");
        }
    }
}
