using System.Text;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>The key that a backend's result is wrapped in (MAN-034).</summary>
internal sealed class JsonGroup
{
    public JsonGroup(string name)
    {
        using var quoted = new PooledBytes();
        DataJson.Write(quoted, new DataString(name));
        Name = name;
        Utf8 = Encoding.UTF8.GetBytes(name);
        Key = [.. quoted.Span, (byte)':'];
        Prefix = JsonKey.Prefix(Utf8);
    }

    /// <summary>The key.</summary>
    public string Name { get; }

    /// <summary>The key's text.</summary>
    public byte[] Utf8 { get; }

    /// <summary>The key as it is written, with quotes and colon.</summary>
    public byte[] Key { get; }

    /// <summary>The beginning of the text, for sorting.</summary>
    public ulong Prefix { get; }
}
