using System.Globalization;
using KrakenPlugins.Plugin.V1;

namespace Gateway.FaultySidecar;

/// <summary>How one call misbehaves.</summary>
/// <param name="Kind">Its name, see <see cref="Misbehaviour"/>; empty for a good call.</param>
/// <param name="Number">A number that goes with it.</param>
/// <param name="IsAfter">Whether it happens when the outcome from further in is there, instead of at the start.</param>
internal readonly record struct CallFault(string Kind, long Number, bool IsAfter)
{
    private const string After = "after-";

    /// <summary>
    /// Finds what a request asks for: <c>[after-]kind[:number]</c> in the header <c>X-Fault</c> or the query parameter <c>fault</c>; else what the place's
    /// configuration says.
    /// </summary>
    public static CallFault Of(RequestHead? request, string configured)
    {
        var text = Asked(request, "fault") ?? configured;
        var isAfter = text.StartsWith(After, StringComparison.Ordinal);
        var (kind, number) = (isAfter ? text[After.Length..] : text, 0L);
        if (kind.IndexOf(':', StringComparison.Ordinal) is var colon and > 0)
            (kind, number) = (kind[..colon], long.Parse(kind.AsSpan(colon + 1), CultureInfo.InvariantCulture));
        return new(kind, number, isAfter);
    }

    /// <summary>What a request says under a name: in the header <c>X-name</c>, in a parameter of its query, or in its target.</summary>
    public static string? Asked(RequestHead? request, string name)
    {
        if (request is null)
            return null;
        foreach (var header in request.Headers)
        {
            if (header.Name.Equals("X-" + name, StringComparison.OrdinalIgnoreCase))
                return header.Value;
        }
        foreach (var parameter in request.Query)
        {
            if (parameter.Name == name)
                return parameter.Value;
        }
        var query = request.Target.IndexOf('?', StringComparison.Ordinal);
        if (query < 0)
            return null;
        foreach (var pair in request.Target[(query + 1)..].Split('&'))
        {
            if (pair.StartsWith(name + "=", StringComparison.Ordinal))
                return Uri.UnescapeDataString(pair[(name.Length + 1)..]);
        }
        return null;
    }
}
