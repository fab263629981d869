using System.Buffers;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>The renders that give a single root member to the client, straight from the bytes.</summary>
public static class JsonPayloadRender
{
    private static readonly JsonPath Collection = new("collection");
    private static readonly JsonPath Content = new("content");

    /// <summary>Appends the value of the root key <c>collection</c>, or <c>[]</c> when there is none (MAN-076).</summary>
    public static void WriteCollection(Payload? payload, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (payload is not null && JsonLookup.TryFind(payload, Collection, out var value))
            value.WriteJson(output);
        else
            output.Write("[]"u8);
    }

    /// <summary>
    /// Appends the root key <c>content</c>: a text without quotes, a number or boolean as JSON, nothing for anything else (MAN-077).
    /// </summary>
    public static void WriteContent(Payload? payload, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (payload is not null && JsonLookup.TryFind(payload, Content, out var value))
            value.WriteScalar(output);
    }
}
