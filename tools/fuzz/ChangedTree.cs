using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Fuzz;

/// <summary>
/// Makes documents that are always JSON out of one that is: what binds values sees each of them with another one in its place, where
/// mutated bytes seldom get past the parser. Equal inputs give equal documents.
/// </summary>
internal static class ChangedTree
{
    private static readonly string[] s_values =
    [
        "null", "true", "false", "0", "-1", "1", "1.5", "1e400", "-0.0", "99999999999999999999", "9223372036854775807", "\"\"", "\"x\"", "\"-1\"", "\"*\"", "\"{\"", "\"/{a}/{a}\"", "\"/{}\"", "\"/a//b/..\"",
        "\"{{.A}}\"", "\"{resp0_}\"", "\"{resp9999999999_a}\"", "\"1h1h\"", "\"9999999h\"", "\"-1.5e3s\"", "\"http://\"", "\"[::1\"", "\"http://a:99999\"", "\"a..b.*\"", "\".\"", "\"\\u0000\"", "\"10.0.0.0/99\"",
        "[]", "{}", "[null]", "[[]]", "[{}]", "[\"a\",1]", "{\"\":null}", "{\"a\":{\"b\":[]}}", "{\"$ref\":\"x\"}",
    ];

    /// <summary>The document, of which some values or names are others.</summary>
    /// <param name="input">JSON; what is none is replaced by <paramref name="fallback"/>, and still decides what is changed.</param>
    /// <param name="fallback">JSON.</param>
    public static byte[] Of(byte[] input, byte[] fallback)
    {
        try
        {
            return Changed(input, HashOf(input));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // It is no JSON, or has texts that are no Unicode, which are noticed when they are written.
            return Changed(fallback, HashOf(input));
        }
    }

    private static byte[] Changed(byte[] text, int seed)
    {
        var random = new Random(seed);
        var root = JsonNode.Parse(text, default, new JsonDocumentOptions { AllowDuplicateProperties = false });
        var places = new List<JsonNode>();
        Collect(root, places);
        if (places.Count == 0)
            throw new JsonException("nothing to change");
        for (var changes = 1 + random.Next(5); changes > 0; changes--)
            Change(places[random.Next(places.Count)], random);
        return JsonSerializer.SerializeToUtf8Bytes(root);
    }

    private static void Change(JsonNode place, Random random)
    {
        var value = JsonNode.Parse(s_values[random.Next(s_values.Length)]);
        if (place is JsonArray { Count: > 0 } list)
        {
            list[random.Next(list.Count)] = value;
        }
        else if (place is JsonObject { Count: > 0 } map)
        {
            var (name, old) = map.GetAt(random.Next(map.Count));
            if (random.Next(8) == 0)
                map[name.ToUpperInvariant()] = old?.DeepClone();
            else
                map[name] = value;
        }
    }

    private static void Collect(JsonNode? node, List<JsonNode> places)
    {
        if (node is JsonArray list)
        {
            places.Add(list);
            foreach (var item in list)
                Collect(item, places);
        }
        else if (node is JsonObject map)
        {
            places.Add(map);
            foreach (var (_, value) in map)
                Collect(value, places);
        }
    }

    private static int HashOf(byte[] input)
    {
        var hash = 17;
        foreach (var value in input)
            hash = unchecked((hash * 31) + value);
        return hash;
    }
}
