using System.Globalization;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>What a raw answer must be before it goes on when a plugin made it or had its hands on it.</summary>
internal static class RawAnswer
{
    private static readonly string[] s_framing =
        ["Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade"];

    /// <summary>Whether a header belongs to one connection and frames its messages (RFC 9110, 7.6.1): the server alone sets those.</summary>
    public static bool IsFraming(string name)
    {
        foreach (var framing in s_framing)
        {
            if (string.Equals(framing, name, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    /// <summary>
    /// Settles the raw part of what a plugin returned: dropped where data alone counts (EXT-045), else it must be an answer. Returns why it is
    /// none, or <see langword="null"/>.
    /// </summary>
    public static string? Settle(ProxyResponse response, bool handsThrough)
    {
        if (response.Raw is not { } raw)
            return null;
        if (handsThrough)
            return Refuse(raw);
        raw.Dispose();
        response.Raw = null;
        return null;
    }

    /// <summary>Takes framing headers out; returns why the answer cannot be one, or <see langword="null"/>.</summary>
    public static string? Refuse(ClientResponse response)
    {
        if (response.StatusCode is < 200 or > 999)
            return string.Create(CultureInfo.InvariantCulture, $"{response.StatusCode} is no status of an answer");
        var headers = response.Headers;
        for (var i = headers.Count - 1; i >= 0; i--)
        {
            if (i < headers.Count && IsFraming(headers[i].Key))
                headers.Remove(headers[i].Key);
        }
        return null;
    }
}
