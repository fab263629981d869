namespace KrakenPlugins.Grpc.Framing;

/// <summary>The encodings of messages that we know.</summary>
internal static class MessageEncoding
{
    public const string Identity = "identity";
    public const string Gzip = "gzip";

    /// <summary>What we say in <c>grpc-accept-encoding</c>.</summary>
    public const string Accepted = "identity,gzip";

    /// <summary>Reads <c>grpc-encoding</c>; absent is identity.</summary>
    public static bool TryParse(string? value, out bool isGzip)
    {
        isGzip = value == Gzip;
        return isGzip || value is null or "" or Identity;
    }

    /// <summary>Whether a list of <c>grpc-accept-encoding</c> has gzip.</summary>
    public static bool Offers(string? accepted)
    {
        foreach (var range in accepted.AsSpan().Split(','))
        {
            if (accepted.AsSpan(range).Trim() is Gzip)
                return true;
        }
        return false;
    }
}
