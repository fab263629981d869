using System.Text;

namespace Gateway.Core.Transport;

/// <summary>Headers of an answer that mean something to the transport. Those from <see cref="TransferEncoding"/> on end here.</summary>
internal enum ResponseHeader : byte
{
    Other,
    ContentLength,
    ContentType,
    ContentEncoding,
    Location,
    TransferEncoding,
    Connection,
    HopByHop,
}

/// <summary>Headers of a request that mean something to the transport.</summary>
internal enum RequestHeader : byte
{
    Other,
    UserAgent,
    AcceptEncoding,
    Authorization,
    Te,
    Connection,
    /// <summary>Written by the transport itself or of this connection only: never copied from the request.</summary>
    Dropped,
}

/// <summary>Which headers the transport owns, and which end at a hop (RFC 9110, 7.6.1; RTE-091).</summary>
internal static class HeaderRules
{
    private static readonly Encoding StrictUtf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);

    public static ResponseHeader ClassifyResponse(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when Is(name, "te"u8) => ResponseHeader.HopByHop,
        7 when Is(name, "upgrade"u8) || Is(name, "trailer"u8) => ResponseHeader.HopByHop,
        8 when Is(name, "location"u8) => ResponseHeader.Location,
        10 when Is(name, "connection"u8) => ResponseHeader.Connection,
        10 when Is(name, "keep-alive"u8) => ResponseHeader.HopByHop,
        12 when Is(name, "content-type"u8) => ResponseHeader.ContentType,
        14 when Is(name, "content-length"u8) => ResponseHeader.ContentLength,
        16 when Is(name, "content-encoding"u8) => ResponseHeader.ContentEncoding,
        16 when Is(name, "proxy-connection"u8) => ResponseHeader.HopByHop,
        17 when Is(name, "transfer-encoding"u8) => ResponseHeader.TransferEncoding,
        _ => ResponseHeader.Other,
    };

    public static RequestHeader ClassifyRequest(string name) => name.Length switch
    {
        2 when Is(name, "te") => RequestHeader.Te,
        4 when Is(name, "host") => RequestHeader.Dropped,
        6 when Is(name, "expect") => RequestHeader.Dropped,
        7 when Is(name, "upgrade") || Is(name, "trailer") => RequestHeader.Dropped,
        10 when Is(name, "user-agent") => RequestHeader.UserAgent,
        10 when Is(name, "connection") => RequestHeader.Connection,
        10 when Is(name, "keep-alive") => RequestHeader.Dropped,
        13 when Is(name, "authorization") => RequestHeader.Authorization,
        14 when Is(name, "content-length") || Is(name, "http2-settings") => RequestHeader.Dropped,
        15 when Is(name, "accept-encoding") => RequestHeader.AcceptEncoding,
        17 when Is(name, "transfer-encoding") => RequestHeader.Dropped,
        >= 6 when name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase) => RequestHeader.Dropped,
        _ => RequestHeader.Other,
    };

    /// <summary>A header value as text: UTF-8 where it is, else Latin-1, so that no byte is lost.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Ascii.IsValid(bytes))
            return Encoding.ASCII.GetString(bytes);
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lowerCase) => Ascii.EqualsIgnoreCase(name, lowerCase);

    private static bool Is(string name, string lowerCase) => string.Equals(name, lowerCase, StringComparison.OrdinalIgnoreCase);
}
