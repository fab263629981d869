using System.Globalization;
using System.Numerics;
using Google.Protobuf;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Sidecar.Pipelines;

/// <summary>Validated claims as the gateway sent them; read when they are asked for.</summary>
internal sealed class JsonClaims : IClaims
{
    private readonly Lazy<DataObject> _tree;

    private JsonClaims(ByteString json) => _tree = new Lazy<DataObject>(() =>
        DataJson.TryParse(json.Span, DataJson.MaxDepth, out var node, out _) && node is DataObject tree ? tree : throw new InvalidDataException("the gateway's claims are no JSON object"));

    /// <inheritdoc/>
    public DataObject Tree => _tree.Value;

    /// <summary>The claims; <see langword="null"/> when there are none.</summary>
    public static IClaims? Of(ByteString json) => json.IsEmpty ? null : new JsonClaims(json);

    /// <summary>Claims as the protocol has them; empty for a validator that offers texts only.</summary>
    public static ByteString ToMessage(IClaims claims) => claims.Tree is { } tree ? UnsafeByteOperations.UnsafeWrap(DataJson.ToUtf8(tree)) : ByteString.Empty;

    /// <inheritdoc/>
    public string? GetText(string name) => Tree[name] is { } value ? TextOf(value) : null;

    // RTE-072: whole numbers without decimals, lists joined with commas, objects as JSON.
    private static string? TextOf(DataNode value) => value switch
    {
        DataNull => null,
        DataString text => text.Value,
        DataBoolean flag => flag.Value ? "true" : "false",
        DataNumber number => NumberText(number),
        DataArray list => string.Join(',', list.Items.Select(static i => TextOf(i) ?? "")),
        _ => DataJson.ToString(value),
    };

    private static string NumberText(DataNumber number)
    {
        if (number.TryGetInt64(out _) || !number.TryGetDouble(out var value))
            return number.Text;
        return double.IsInteger(value) ? new BigInteger(value).ToString(CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture);
    }
}
