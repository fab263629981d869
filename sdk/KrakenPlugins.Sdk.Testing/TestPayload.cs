using System.Text;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>Data from JSON texts.</summary>
public static class TestPayload
{
    /// <summary>A payload of a JSON object. Throws <see cref="FormatException"/> for another text.</summary>
    public static Payload Of(string json) => new TreePayload(Tree(json));

    /// <summary>The tree of a JSON object. Throws <see cref="FormatException"/> for another text.</summary>
    public static DataObject Tree(string json)
    {
        if (!DataJson.TryParse(Encoding.UTF8.GetBytes(json), DataJson.MaxDepth, out var node, out var error))
            throw new FormatException(error);
        return node as DataObject ?? throw new FormatException("the data of an answer is an object");
    }
}
