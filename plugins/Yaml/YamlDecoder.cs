using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.YamlDocuments;

namespace KrakenPlugins.Yaml;

/// <summary>
/// Reads answers: a mapping is the object, a sequence needs <c>is_collection</c>, null and the empty body are a <c>null</c> document
/// (MAN-062, MAN-069). Of several documents the first counts. Values, depth and what aliases stand for are bounded.
/// </summary>
/// <param name="isCollection">Whether the backend answers with a sequence, which becomes <c>{"collection": […]}</c>.</param>
internal sealed class YamlDecoder(bool isCollection)
{
    private static readonly YamlLimits s_limits = new()
    {
        MaxDepth = DataJson.MaxDepth - 1,
        MaxNodes = 500_000,
        MaxAliasedNodes = 100_000,
        IgnoresUnknownTags = true,
        ReadsFirstDocumentOnly = true,
    };

    /// <summary>Takes the body over and gives its data.</summary>
    public bool Decode(PooledBytes body, out Payload? payload, out string? error)
    {
        payload = null;
        string text;
        using (body)
            text = Encoding.UTF8.GetString(body.Span.StartsWith("\uFEFF"u8) ? body.Span[3..] : body.Span);
        var diagnostics = new ConfigDiagnostics();
        if (YamlDocument.Read("", text, s_limits, diagnostics) is not { } root)
        {
            var found = diagnostics.All[0];
            error = string.Create(CultureInfo.InvariantCulture, $"yaml: line {found.Position.Line}, column {found.Position.Column}: {found.Message}");
            return false;
        }
        error = Mismatch(root.Kind);
        if (error is not null)
            return false;
        if (isCollection)
            payload = new TreePayload(new DataObject { ["collection"] = Convert(root) });
        else if (root.Kind == ConfigKind.Object)
            payload = new TreePayload((DataObject)Convert(root));
        return true;
    }

    private string? Mismatch(ConfigKind kind) => kind switch
    {
        ConfigKind.Null => null,
        ConfigKind.Object when !isCollection => null,
        ConfigKind.Array when isCollection => null,
        ConfigKind.Array => "yaml: the answer is a sequence; the backend needs \"is_collection\": true",
        ConfigKind.Object => "yaml: the answer is a mapping, and \"is_collection\" promises a sequence",
        _ => $"yaml: the answer is {(isCollection ? "no sequence" : "no mapping")}",
    };

    // The depth is bounded by the reader.
    private static DataNode Convert(ConfigNode node)
    {
        switch (node.Kind)
        {
            case ConfigKind.Object:
                var members = new DataObject();
                for (var i = 0; i < node.Members.Count; i++)
                    members[node.Members[i].Name] = Convert(node.Members[i].Value);
                return members;
            case ConfigKind.Array:
                var items = new DataArray();
                for (var i = 0; i < node.Items.Count; i++)
                    items.Add(Convert(node.Items[i]));
                return items;
            case ConfigKind.String:
                return new DataString(node.Text);
            case ConfigKind.Number:
                return new DataNumber(node.Text);
            case ConfigKind.Boolean:
                return DataBoolean.Of(node.Text == "true");
            default:
                return DataNull.Instance;
        }
    }
}
