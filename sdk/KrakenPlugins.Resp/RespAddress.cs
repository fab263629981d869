using System.Globalization;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Resp;

/// <summary>Where a server is.</summary>
/// <param name="Host">Name or address, without brackets.</param>
/// <param name="Port">Port.</param>
public readonly record struct RespAddress(string Host, int Port)
{
    /// <summary>Reads <c>host:port</c>, <c>[address]:port</c>, or a host alone, whose port is 6379.</summary>
    public static bool TryParse(string text, out RespAddress address)
    {
        ArgumentNullException.ThrowIfNull(text);
        address = default;
        var colon = text.LastIndexOf(':');
        if (text.EndsWith(']') || colon < 0)
            (text, colon) = (text + ":6379", text.Length);
        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
            return false;
        var host = text[..colon];
        if (host is ['[', .., ']'])
            host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal))
            return false;
        if (host.Length is 0 or > 255 || host.Any(static c => char.IsControl(c) || c is ' ' or '/' or '@'))
            return false;
        address = new RespAddress(host, port);
        return true;
    }

    /// <summary>What is wrong with a text that is no address; without the text where it may hold credentials (TRF-074).</summary>
    public static string Complaint(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Contains('@', StringComparison.Ordinal)
            ? "the value is no address, user and password do not belong there; expected host:port"
            : $"{ConfigText.Quote(text)} is no address; expected host:port";
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
