using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// Writes a <see cref="ConfigNode"/> as the JSON that responses carry: compact, keys sorted by their bytes, of duplicates the
/// last, numbers as written, <c>&lt; &gt; &amp;</c> and U+2028/U+2029 escaped. Source: reference page "content types".
/// </summary>
public static class ConfigNodeJson
{
    /// <summary>The canonical JSON of a value, UTF-8.</summary>
    public static byte[] Write(ConfigNode node)
    {
        var text = new StringBuilder();
        var pending = new Stack<object>();
        pending.Push(node);
        while (pending.TryPop(out var next))
        {
            if (next is ConfigNode value)
                WriteValue(value, text, pending);
            else
                text.Append((string)next);
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Scalars go out at once; of a container the parts are put on the stack, last first.</summary>
    private static void WriteValue(ConfigNode node, StringBuilder text, Stack<object> pending)
    {
        switch (node.Kind)
        {
            case ConfigKind.Null:
                text.Append("null");
                break;
            case ConfigKind.String:
                WriteString(node.Text, text);
                break;
            case ConfigKind.Array:
                text.Append('[');
                pending.Push("]");
                for (var i = node.Items.Count - 1; i >= 0; i--)
                {
                    pending.Push(node.Items[i]);
                    if (i > 0)
                        pending.Push(",");
                }
                break;
            case ConfigKind.Object:
                text.Append('{');
                pending.Push("}");
                var members = Sorted(node);
                for (var i = members.Length - 1; i >= 0; i--)
                {
                    pending.Push(members[i].Value);
                    var name = new StringBuilder(i > 0 ? "," : "");
                    WriteString(members[i].Key, name);
                    pending.Push(name.Append(':').ToString());
                }
                break;
            default:
                text.Append(node.Text);
                break;
        }
    }

    private static KeyValuePair<string, ConfigNode>[] Sorted(ConfigNode node)
    {
        var last = new Dictionary<string, ConfigNode>(node.Members.Count, StringComparer.Ordinal);
        foreach (var member in node.Members)
            last[member.Name] = member.Value;
        var members = last.ToArray();
        Array.Sort(members, static (x, y) => CompareUtf8(x.Key, y.Key));
        return members;
    }

    private static void WriteString(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in value)
        {
            switch (c)
            {
                case '"' or '\\':
                    text.Append('\\').Append(c);
                    break;
                case '\b':
                    text.Append("\\b");
                    break;
                case '\f':
                    text.Append("\\f");
                    break;
                case '\n':
                    text.Append("\\n");
                    break;
                case '\r':
                    text.Append("\\r");
                    break;
                case '\t':
                    text.Append("\\t");
                    break;
                case < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029':
                    text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }
        text.Append('"');
    }

    /// <summary>Order of UTF-8 bytes, which differs from that of UTF-16 units for characters beyond U+FFFF.</summary>
    private static int CompareUtf8(string x, string y)
    {
        var length = Math.Min(x.Length, y.Length);
        for (var i = 0; i < length; i++)
        {
            if (x[i] != y[i])
                return char.IsSurrogate(x[i]) == char.IsSurrogate(y[i]) ? x[i] - y[i] : char.IsSurrogate(x[i]) ? 1 : -1;
        }
        return x.Length - y.Length;
    }
}
