using Google.Protobuf;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>Claims that a plugin validated.</summary>
internal sealed class JsonClaims : IClaims
{
    private const int MaxDepth = 64;

    private JsonClaims(DataObject tree) => Tree = tree;

    /// <inheritdoc/>
    public DataObject Tree { get; }

    /// <summary>Reads them. Throws <see cref="ViolationException"/>.</summary>
    public static JsonClaims Read(ByteString json)
    {
        if (!DataJson.TryParse(json.Span, MaxDepth, out var node, out var error))
            throw new ViolationException($"the claims are no JSON: {error}");
        return node is DataObject tree ? new(tree) : throw new ViolationException("the claims are no JSON object");
    }

    /// <summary>Claims as a message; empty where there are none, or only texts of them.</summary>
    public static ByteString Write(IClaims? claims) =>
        claims?.Tree is { } tree ? UnsafeByteOperations.UnsafeWrap(DataJson.ToUtf8(tree)) : ByteString.Empty;

    /// <inheritdoc/>
    public string? GetText(string name) => Tree[name] switch
    {
        null or DataNull => null,
        DataArray list => string.Join(',', list.Items.Select(TextOf)),
        { } value => TextOf(value),
    };

    private static string TextOf(DataNode value) => value switch
    {
        DataString text => text.Value,
        // A whole number is one however it is written.
        DataNumber number when number.TryGetDouble(out var real) && real == Math.Truncate(real) && Math.Abs(real) < 1e15 => ((long)real).ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => DataJson.ToString(value),
    };
}
