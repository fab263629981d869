using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Json;

/// <summary>
/// The names that a shape adds to documents, quoted and escaped. They are laid behind each document, so that a key token can
/// point at one of them as it points at any other key.
/// </summary>
internal sealed class JsonNames
{
    private readonly byte[] _block;
    private readonly (int Start, int Length)[] _names;

    public JsonNames(IEnumerable<string> names)
    {
        using var block = new PooledBytes();
        var list = new List<(int, int)>();
        foreach (var name in names)
        {
            var start = block.Length;
            DataJson.Write(block, new DataString(name));
            list.Add((start, block.Length - start));
        }
        _names = [.. list];
        _block = block.Span.ToArray();
    }

    /// <summary>Bytes of all names.</summary>
    public int Length => _block.Length;

    /// <summary>Copies the names.</summary>
    public void CopyTo(Span<byte> to) => _block.CopyTo(to);

    /// <summary>Makes a key token say a name.</summary>
    /// <param name="key">The token.</param>
    /// <param name="name">Position of the name.</param>
    /// <param name="blockStart">Where the names were copied to.</param>
    public void Assign(ref JsonToken key, int name, int blockStart)
    {
        var (start, length) = _names[name];
        key.Start = blockStart + start;
        key.Length = length;
        key.Flags = JsonFlags.Key | JsonFlags.Canonical;
        if (_block.AsSpan(start, length).Contains((byte)'\\'))
            key.Flags |= JsonFlags.Escaped;
    }

}
