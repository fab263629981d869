using System.Collections;

namespace KrakenPlugins.Grpc;

/// <summary>One entry of metadata: a text of printable ASCII, or bytes when the name ends in <c>-bin</c>.</summary>
public readonly struct GrpcMetadataEntry
{
    internal GrpcMetadataEntry(string name, string? text, byte[]? bytes)
    {
        Name = name;
        Text = text;
        Bytes = bytes;
    }

    /// <summary>The name, in lower case.</summary>
    public string Name { get; }

    /// <summary>The text; <see langword="null"/> when <see cref="IsBinary"/>.</summary>
    public string? Text { get; }

    /// <summary>The bytes; <see langword="null"/> unless <see cref="IsBinary"/>.</summary>
    public byte[]? Bytes { get; }

    /// <summary>Whether the value is bytes.</summary>
    public bool IsBinary => Bytes is not null;

    /// <summary>Bytes as HTTP/2 counts them (RFC 9113 section 6.5.2): name, value on the wire, and 32.</summary>
    public int Size => Name.Length + (Text?.Length ?? MetadataValues.EncodedLength(Bytes!.Length)) + 32;
}

/// <summary>
/// Metadata of a call: entries in the order that they were added, names may repeat. What the protocol itself uses
/// (<c>grpc-*</c> without <c>-bin</c>, <c>content-type</c>, <c>te</c>, …) is no metadata.
/// </summary>
public sealed class GrpcMetadata : IReadOnlyList<GrpcMetadataEntry>
{
    private readonly bool _isFixed;
    private readonly List<GrpcMetadataEntry> _entries;

    /// <summary>Metadata without entries.</summary>
    public GrpcMetadata()
        : this(false)
    {
    }

    private GrpcMetadata(bool isFixed)
    {
        _isFixed = isFixed;
        _entries = [];
    }

    /// <summary>No entries, and none can be added.</summary>
    public static GrpcMetadata Empty { get; } = new(true);

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public GrpcMetadataEntry this[int index] => _entries[index];

    /// <summary>Adds a text.</summary>
    /// <exception cref="ArgumentException">The name is none, belongs to the protocol or ends in <c>-bin</c>; the value has other bytes than printable ASCII.</exception>
    public GrpcMetadata Add(string name, string value) => TryAdd(name, value)
        ? this
        : throw new ArgumentException($"metadata \"{name}\" cannot have this text: a name has a-z, 0-9, \"_\", \"-\", \".\" and does not end in -bin, a text has printable ASCII only");

    /// <summary>Adds bytes.</summary>
    /// <exception cref="ArgumentException">The name is none, belongs to the protocol or does not end in <c>-bin</c>.</exception>
    public GrpcMetadata Add(string name, byte[] value) => TryAdd(name, value)
        ? this
        : throw new ArgumentException($"metadata \"{name}\" cannot have bytes: a name has a-z, 0-9, \"_\", \"-\", \".\" and ends in -bin");

    /// <summary>Adds a text that may be unfit; <see langword="false"/> when it is.</summary>
    public bool TryAdd(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!MetadataNames.TryNormalize(name, out var normal) || MetadataNames.IsBinary(normal) || !MetadataValues.IsText(value))
            return false;
        Append(new GrpcMetadataEntry(normal, value, null));
        return true;
    }

    /// <summary>Adds bytes under a name that may be unfit; <see langword="false"/> when it is.</summary>
    public bool TryAdd(string name, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!MetadataNames.TryNormalize(name, out var normal) || !MetadataNames.IsBinary(normal))
            return false;
        Append(new GrpcMetadataEntry(normal, null, value));
        return true;
    }

    /// <summary>Adds every entry of others.</summary>
    public GrpcMetadata AddRange(GrpcMetadata others)
    {
        ArgumentNullException.ThrowIfNull(others);
        foreach (var entry in others._entries)
            Append(entry);
        return this;
    }

    /// <summary>The first text under this name; <see langword="null"/> when there is none.</summary>
    public string? Text(string name)
    {
        foreach (var entry in _entries)
        {
            if (entry.Text is not null && entry.Name == name)
                return entry.Text;
        }
        return null;
    }

    /// <summary>The first bytes under this name; <see langword="null"/> when there are none.</summary>
    public byte[]? Bytes(string name)
    {
        foreach (var entry in _entries)
        {
            if (entry.Bytes is not null && entry.Name == name)
                return entry.Bytes;
        }
        return null;
    }

    /// <summary>The entries in their order.</summary>
    public List<GrpcMetadataEntry>.Enumerator GetEnumerator() => _entries.GetEnumerator();

    IEnumerator<GrpcMetadataEntry> IEnumerable<GrpcMetadataEntry>.GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _entries.GetEnumerator();

    // A value as it came: -bin values may be several, joined with commas. False when it is neither base64 nor a text, as the name wants it.
    internal bool TryAddReceived(string name, string value)
    {
        if (!MetadataNames.IsBinary(name))
        {
            var text = value.Trim(' ');
            if (!MetadataValues.IsText(text))
                return false;
            Append(new GrpcMetadataEntry(name, text, null));
            return true;
        }
        foreach (var part in value.AsSpan().Split(','))
        {
            if (!MetadataValues.TryDecode(value.AsSpan(part), out var bytes))
                return false;
            Append(new GrpcMetadataEntry(name, null, bytes));
        }
        return true;
    }

    private void Append(GrpcMetadataEntry entry)
    {
        if (_isFixed)
            throw new InvalidOperationException("this metadata is shared and stays empty; make a GrpcMetadata of your own");
        _entries.Add(entry);
    }
}
