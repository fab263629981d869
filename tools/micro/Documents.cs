using System.Globalization;
using System.Text;

namespace Gateway.Micro;

/// <summary>Documents as backends send them.</summary>
internal static class Documents
{
    private static readonly string[] Unordered = ["name", "id", "email", "address", "active", "score", "tags", "created_at"];

    /// <summary>An object of objects of objects, about so many bytes; keys as a program would write them, or sorted.</summary>
    public static byte[] Nested(int bytes, bool isSorted)
    {
        var text = new StringBuilder("{");
        for (var i = 0; text.Length < bytes; i++)
        {
            if (i > 0)
                text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"\"customer_{i:d5}\":");
            Customer(text, i, isSorted);
        }
        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    /// <summary>An array of small objects.</summary>
    public static byte[] Array(int count)
    {
        var text = new StringBuilder("[");
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                text.Append(',');
            text.Append(CultureInfo.InvariantCulture,
                $$"""{"id":{{i}},"name":"Item number {{i}}","price":{{i}}.95,"in_stock":{{(i % 2 == 0 ? "true" : "false")}},"category":"books"}""");
        }
        return Encoding.UTF8.GetBytes(text.Append(']').ToString());
    }

    /// <summary>One object of about 1 KB.</summary>
    public static byte[] Flat()
    {
        var text = new StringBuilder("{\"id\":4711,\"title\":\"The title of the thing\",\"price\":12.50,\"stock\":3");
        for (var i = 0; text.Length < 1_000; i++)
            text.Append(CultureInfo.InvariantCulture, $",\"attribute_{i}\":\"value of it {i}\"");
        return Encoding.UTF8.GetBytes(text.Append('}').ToString());
    }

    private static void Customer(StringBuilder text, int i, bool isSorted)
    {
        var keys = Unordered.ToArray();
        if (isSorted)
            System.Array.Sort(keys, StringComparer.Ordinal);
        text.Append('{');
        for (var k = 0; k < keys.Length; k++)
        {
            if (k > 0)
                text.Append(',');
            text.Append('"').Append(keys[k]).Append("\":");
            text.Append(CultureInfo.InvariantCulture, $"{Value(keys[k], i, isSorted)}");
        }
        text.Append('}');
    }

    private static string Value(string key, int i, bool isSorted) => key switch
    {
        "id" => i.ToString(CultureInfo.InvariantCulture),
        "active" => "true",
        "score" => "17.25",
        "tags" => "[\"new\",\"vip\",\"eu\"]",
        "address" when isSorted => "{\"city\":\"Zurich\",\"geo\":{\"lat\":47.37,\"lon\":8.54},\"street\":\"Main Street 5\",\"zip\":\"8001\"}",
        "address" => "{\"street\":\"Main Street 5\",\"zip\":\"8001\",\"city\":\"Zurich\",\"geo\":{\"lon\":8.54,\"lat\":47.37}}",
        _ => "\"some text for " + key + "\"",
    };
}
