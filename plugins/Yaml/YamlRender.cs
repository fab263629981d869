using System.Buffers;
using System.Text;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Yaml;

/// <summary>
/// Writes block style with two spaces of indentation and sorted keys; lists stand at the indentation of their key (MAN-080). What is
/// nested deeper than <see cref="DeepestBlock"/> is written in one line, as JSON, because its indentation would outgrow it.
/// </summary>
internal sealed class YamlRender : IBodyRender
{
    /// <summary>Levels in block style.</summary>
    public const int DeepestBlock = 64;

    // YAML allows 1024 characters, and an escape has six.
    private const int LongestSimpleKey = 1024 / 6 - 1;

    private static readonly string s_blanks = new(' ', DeepestBlock * 2);

    /// <inheritdoc/>
    public string ContentType => "application/yaml; charset=utf-8";

    /// <inheritdoc/>
    public void Write(Payload? data, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (data is null)
            output.Write("null\n"u8);
        else if (data.Tree.Count == 0)
            output.Write("{}\n"u8);
        else
            WriteMembers(data.Tree, 0, isInLine: true, output);
    }

    /// <summary>Writes members, the first of them where the line stands already when <paramref name="isInLine"/>.</summary>
    private static void WriteMembers(DataObject node, int depth, bool isInLine, IBufferWriter<byte> output)
    {
        var names = new string[node.Count];
        node.Members.Keys.CopyTo(names, 0);
        Array.Sort(names, Utf8Order.Instance);
        foreach (var name in names)
        {
            if (!isInLine)
                Indent(depth, output);
            isInLine = false;
            WriteName(name, depth, output);
            var value = node[name]!;
            switch (value)
            {
                case DataObject { Count: > 0 } members when depth + 1 < DeepestBlock:
                    output.Write("\n"u8);
                    WriteMembers(members, depth + 1, isInLine: false, output);
                    break;
                case DataArray { Count: > 0 } items when depth + 1 < DeepestBlock:
                    output.Write("\n"u8);
                    WriteItems(items, depth, isInLine: false, output);
                    break;
                default:
                    output.Write(" "u8);
                    WriteInLine(value, output);
                    break;
            }
        }
    }

    private static void WriteItems(DataArray node, int depth, bool isInLine, IBufferWriter<byte> output)
    {
        for (var i = 0; i < node.Count; i++)
        {
            if (!isInLine)
                Indent(depth, output);
            isInLine = false;
            output.Write("- "u8);
            switch (node[i])
            {
                case DataObject { Count: > 0 } members when depth + 1 < DeepestBlock:
                    WriteMembers(members, depth + 1, isInLine: true, output);
                    break;
                case DataArray { Count: > 0 } items when depth + 1 < DeepestBlock:
                    WriteItems(items, depth + 1, isInLine: true, output);
                    break;
                default:
                    WriteInLine(node[i], output);
                    break;
            }
        }
    }

    /// <summary>A scalar, or a container in JSON, which is YAML's flow style, and the end of the line.</summary>
    private static void WriteInLine(DataNode value, IBufferWriter<byte> output)
    {
        if (value is DataString text)
            YamlText.Write(text.Value, output);
        else
            DataJson.Write(output, value);
        output.Write("\n"u8);
    }

    private static void WriteName(string name, int depth, IBufferWriter<byte> output)
    {
        if (name.Length > LongestSimpleKey)
        {
            output.Write("? "u8);
            YamlText.Write(name, output);
            output.Write("\n"u8);
            Indent(depth, output);
        }
        else
        {
            YamlText.Write(name, output);
        }
        output.Write(":"u8);
    }

    private static void Indent(int depth, IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(s_blanks.AsSpan(0, depth * 2), output);
}

/// <summary>The order of UTF-8 bytes: characters beyond 16 bits, which are pairs of surrogates, come last.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static Utf8Order Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var left = x.AsSpan();
        var right = y.AsSpan();
        var same = left.CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
            return left.Length.CompareTo(right.Length);
        var (a, b) = (left[same], right[same]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }
}
