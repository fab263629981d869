using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Credentials;

/// <summary>Headers that a client's <c>Connection</c> header names (RFC 9110, 7.6.1).</summary>
public static class HopByHop
{
    /// <summary>
    /// Takes away the <c>Connection</c> header and what it names, as the transport would do later: a header that is set after this is sent, even
    /// when the client named it.
    /// </summary>
    public static void Settle(NameValueList headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        if (!headers.Contains("Connection"))
            return;
        var lists = new List<string>();
        foreach (ref readonly var header in headers.Items)
        {
            if (header.Key.Equals("Connection", StringComparison.OrdinalIgnoreCase))
                lists.Add(header.Value);
        }
        headers.Remove("Connection");
        foreach (var list in lists)
            Remove(headers, list);
    }

    private static void Remove(NameValueList headers, string connection)
    {
        foreach (var option in connection.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // A client could otherwise hide where a call comes from.
            if (!option.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase))
                headers.Remove(option);
        }
    }
}
