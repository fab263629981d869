using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands;

/// <summary>Values as the reference's dump prints them, which is how Go prints values.</summary>
internal static class GoFormat
{
    /// <summary><c>1h0m0s</c>, <c>1.5s</c>, <c>300ms</c>, <c>0s</c>.</summary>
    public static string Duration(TimeSpan duration)
    {
        if (duration == TimeSpan.Zero)
            return "0s";
        var sign = duration < TimeSpan.Zero ? "-" : "";
        var ticks = Math.Abs((decimal)duration.Ticks);
        if (ticks < TimeSpan.TicksPerSecond)
        {
            return ticks >= TimeSpan.TicksPerMillisecond
                ? $"{sign}{Number(ticks / TimeSpan.TicksPerMillisecond)}ms"
                : ticks >= 10 ? $"{sign}{Number(ticks / 10)}µs" : $"{sign}{Number(ticks * 100)}ns";
        }
        var seconds = ticks / TimeSpan.TicksPerSecond;
        var minutes = decimal.Floor(seconds / 60);
        var hours = decimal.Floor(minutes / 60);
        var text = new StringBuilder(sign);
        if (hours > 0)
            text.Append(Number(hours)).Append('h');
        if (minutes > 0)
            text.Append(Number(minutes % 60)).Append('m');
        return text.Append(Number(seconds % 60)).Append('s').ToString();
    }

    /// <summary><c>[a b]</c>.</summary>
    public static string List(IEnumerable<string> items) => $"[{string.Join(' ', items)}]";

    /// <summary><c>map[a:b c:d]</c>, sorted by key.</summary>
    public static string Map(IEnumerable<KeyValuePair<string, string>> items) =>
        $"map[{string.Join(' ', items.OrderBy(static i => i.Key, StringComparer.Ordinal).Select(static i => $"{i.Key}:{i.Value}"))}]";

    /// <summary>
    /// A value of the document under a name. What may be a secret is <c>***</c> (CFG-232): by the name of the attribute that holds
    /// it, and credentials in URLs.
    /// </summary>
    public static string Value(string name, ConfigNode node)
    {
        if (IsSecret(name) && node.Kind is not (ConfigKind.Null or ConfigKind.Boolean))
            return "***";
        return node.Kind switch
        {
            ConfigKind.Null => "<nil>",
            ConfigKind.Array => List(node.Items.Select(item => Value(name, item))),
            ConfigKind.Object => Map(Members(node).Select(static m => KeyValuePair.Create(m.Name, Value(m.Name, m.Value)))),
            ConfigKind.String => OneLine(ConfigText.WithoutCredentials(node.Text)),
            _ => node.Text,
        };
    }

    /// <summary>Members of an object, of repeated names the last.</summary>
    public static IEnumerable<ConfigMember> Members(ConfigNode node) =>
        node.Members.Reverse().DistinctBy(static m => m.Name, StringComparer.Ordinal).Reverse();

    private static bool IsSecret(string name) =>
        ConfigText.IsSecret(name) || name.Equals("salt", StringComparison.OrdinalIgnoreCase) || name.Equals("users", StringComparison.OrdinalIgnoreCase)
        || name.Equals("user_name", StringComparison.OrdinalIgnoreCase);

    private static string OneLine(string text) =>
        text.AsSpan().IndexOfAny('\r', '\n') < 0 ? text : text.ReplaceLineEndings("\\n");

    private static string Number(decimal number) => number.ToString("0.#########", CultureInfo.InvariantCulture);
}
