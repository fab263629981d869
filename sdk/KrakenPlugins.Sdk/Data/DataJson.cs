using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace KrakenPlugins.Sdk.Data;

/// <summary>JSON and the data tree: what the gateway itself reads and writes, for components. Thread-safe.</summary>
public static class DataJson
{
    /// <summary>Levels of nested objects and arrays that <see cref="TryParse"/> can be asked for.</summary>
    public const int MaxDepth = 1_000;

    /// <summary>
    /// Appends a node as canonical JSON: compact, keys sorted by UTF-8 byte order at every level, escaped as Go's encoder does (MAN-074),
    /// numbers as their text. Does not recurse. Throws <see cref="InvalidOperationException"/> for a number whose text is no JSON number and
    /// for a tree deeper than 10,000 levels, as one that contains itself is.
    /// </summary>
    public static void Write(IBufferWriter<byte> output, DataNode node)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(node);
        JsonTreeWriter.Write(output, node);
    }

    /// <summary>A node as canonical JSON in an array of its own; throws as <see cref="Write"/>.</summary>
    public static byte[] ToUtf8(DataNode node)
    {
        using var bytes = new PooledBytes();
        Write(bytes, node);
        return bytes.Span.ToArray();
    }

    /// <summary>A node as canonical JSON text; throws as <see cref="Write"/>.</summary>
    public static string ToString(DataNode node)
    {
        using var bytes = new PooledBytes();
        Write(bytes, node);
        return Encoding.UTF8.GetString(bytes.Span);
    }

    /// <summary>
    /// Reads one JSON value (RFC 8259) and nothing behind it but white space. Numbers keep their text, of members with one name the last
    /// counts. As in the gateway's own decoders, bytes that are no UTF-8 and halves of surrogate pairs become U+FFFD. Does not recurse. A
    /// tree takes up to some thirty times the memory of its text: bound the length of what strangers send.
    /// </summary>
    /// <param name="utf8">The document.</param>
    /// <param name="maxDepth">Levels of nested objects and arrays to allow, 1 to <see cref="MaxDepth"/>.</param>
    /// <param name="node">The value, <see cref="DataNull"/> for <c>null</c>; <see langword="null"/> on failure.</param>
    /// <param name="error">What is wrong, with line and column (in bytes) from 1: <c>line 2, column 7: …</c>.</param>
    /// <returns>Whether the document could be read.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, int maxDepth, [NotNullWhen(true)] out DataNode? node, [NotNullWhen(false)] out string? error)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDepth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDepth, MaxDepth);
        return JsonTreeReader.TryRead(utf8, maxDepth, out node, out error);
    }
}
