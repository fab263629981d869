using System.Buffers;
using System.Text;
using System.Text.Json;
using Gateway.Core.Json;

namespace Gateway.Core.Tests.Json;

/// <summary>The rules again, as plainly as they can be written: dictionaries, recursion, System.Text.Json to read.</summary>
internal static class Reference
{
    public static string Shape(string document, JsonShapeOptions options)
    {
        object root = Read(JsonDocument.Parse(Encoding.UTF8.GetBytes(document), new() { MaxDepth = 1_000 }).RootElement);
        var data = (Dictionary<string, object>)root;
        if (options.Target.Length > 0)
        {
            foreach (var name in options.Target.Split('.'))
                data = data.GetValueOrDefault(name) as Dictionary<string, object> ?? [];
        }
        if (options.Allow.Count > 0)
            Allow(data, options.Allow);
        else
            Deny(data, options.Deny);
        Map(data, options.Mapping);
        if (options.Group.Length > 0)
            data = new() { [options.Group] = data };
        return Write(data);
    }

    public static string Merge(IEnumerable<string> documents)
    {
        var all = new Dictionary<string, object>();
        foreach (var document in documents)
        {
            foreach (var (name, value) in Members(document))
                all[name] = value;
        }
        return Write(all);
    }

    public static string With(string document, string name, string number)
    {
        var members = Members(document);
        members[name] = new Raw(number);
        return Write(members);
    }

    /// <summary>Whether a complete value stands at the beginning, after Go's repair of invalid UTF-8.</summary>
    public static bool Accepts(byte[] document)
    {
        var repaired = Repair(document);
        // A byte order mark is no white space, and no platform difference is wanted here.
        var reader = new Utf8JsonReader(repaired, new JsonReaderOptions { MaxDepth = 1_000, AllowMultipleValues = true });
        try
        {
            if (!reader.Read())
                return false;
            reader.Skip();
            return true;
        }
        catch (JsonException)
        {
            return IsScalarWithTail(repaired);
        }
    }

    /// <summary>
    /// The one difference: the platform wants a delimiter behind a scalar at the root (<c>1x</c>, <c>nullx</c>, <c>01</c>), Go's
    /// decoder stops where the value ends.
    /// </summary>
    private static bool IsScalarWithTail(byte[] document)
    {
        var text = document.AsSpan().TrimStart(" \t\r\n"u8);
        for (var length = 1; length <= Math.Min(text.Length, 64); length++)
        {
            if (text[0] is (byte)'{' or (byte)'[' or (byte)'"')
                return false;
            try
            {
                var reader = new Utf8JsonReader(text[..length]);
                if (reader.Read() && (length == text.Length || !IsLonger(text, length)))
                    return true;
            }
            catch (JsonException)
            {
                // Not yet a value; a longer piece may be one.
            }
        }
        return false;
    }

    private static bool IsLonger(ReadOnlySpan<byte> text, int length)
    {
        if (text[0] is not ((byte)'-' or (>= (byte)'0' and <= (byte)'9')))
            return false;
        var number = text[..length];
        var next = text[length];
        if (next is >= (byte)'0' and <= (byte)'9')
            return !(number is [.., (byte)'0'] && number.TrimStart((byte)'-').Length == 1);
        var hasExponent = number.ContainsAny((byte)'e', (byte)'E');
        return next is (byte)'e' or (byte)'E' ? !hasExponent : next == '.' && !hasExponent && !number.Contains((byte)'.');
    }

    private static byte[] Repair(byte[] document)
    {
        var repaired = new List<byte>();
        ReadOnlySpan<byte> rest = document;
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(rest, out _, out var length) == OperationStatus.Done)
            {
                repaired.AddRange(rest[..length]);
                rest = rest[length..];
                continue;
            }
            repaired.AddRange("\uFFFD"u8);
            rest = rest[1..];
        }
        return [.. repaired];
    }

    private static Dictionary<string, object> Members(string document) =>
        (Dictionary<string, object>)Read(JsonDocument.Parse(document, new() { MaxDepth = 1_000 }).RootElement);

    private static object Read(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var members = new Dictionary<string, object>();
                foreach (var member in element.EnumerateObject())
                    members[member.Name] = Read(member.Value);
                return members;
            case JsonValueKind.Array:
                return element.EnumerateArray().Select(Read).ToList();
            case JsonValueKind.String:
                return element.GetString()!;
            default:
                return new Raw(element.GetRawText());
        }
    }

    private static void Allow(Dictionary<string, object> data, IReadOnlyList<string> paths)
    {
        var trie = new Dictionary<string, object>();
        foreach (var path in paths)
        {
            var level = trie;
            var names = path.Split('.');
            foreach (var name in names[..^1])
            {
                if (level.GetValueOrDefault(name) is not Dictionary<string, object> below)
                    level[name] = below = [];
                level = below;
            }
            level[names[^1]] = true;
        }
        Prune(data, trie);
    }

    private static bool Prune(Dictionary<string, object> data, Dictionary<string, object> trie)
    {
        foreach (var (name, value) in data.ToArray())
        {
            var keep = trie.GetValueOrDefault(name) switch
            {
                true => true,
                Dictionary<string, object> below => value is Dictionary<string, object> inner && Prune(inner, below),
                _ => false,
            };
            if (!keep)
                data.Remove(name);
        }
        return data.Count > 0;
    }

    private static void Deny(Dictionary<string, object> data, IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            object? level = data;
            var names = path.Split('.');
            foreach (var name in names[..^1])
                level = (level as Dictionary<string, object>)?.GetValueOrDefault(name);
            (level as Dictionary<string, object>)?.Remove(names[^1]);
        }
    }

    private static void Map(Dictionary<string, object> data, IReadOnlyList<KeyValuePair<string, string>> mapping)
    {
        var last = new List<KeyValuePair<string, string>>();
        foreach (var entry in mapping)
        {
            last.RemoveAll(e => e.Key == entry.Key);
            last.Add(entry);
        }
        var before = new Dictionary<string, object>(data);
        foreach (var (source, _) in last)
            data.Remove(source);
        foreach (var (source, target) in last)
        {
            if (before.TryGetValue(source, out var value))
                data[target.Split('.')[0]] = value;
        }
    }

    private static string Write(object value) => value switch
    {
        Dictionary<string, object> members => "{" + string.Join(',', members
            .OrderBy(static m => Convert.ToHexString(Encoding.UTF8.GetBytes(m.Key)), StringComparer.Ordinal)
            .Select(static m => Quote(m.Key) + ":" + Write(m.Value))) + "}",
        List<object> items => "[" + string.Join(',', items.Select(Write)) + "]",
        string text => Quote(text),
        _ => ((Raw)value).Text,
    };

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var unit in text)
        {
            quoted.Append(unit switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => "\\u" + ((int)unit).ToString("x4", null),
                _ => unit.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    private sealed record Raw(string Text);
}
