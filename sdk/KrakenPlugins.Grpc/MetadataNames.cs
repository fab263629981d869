using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace KrakenPlugins.Grpc;

/// <summary>Which names metadata may have, and which belong to the protocol.</summary>
internal static class MetadataNames
{
    private const int MaxLength = 256;

    private static readonly SearchValues<char> s_allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.");

    /// <summary>Whether values under this name are bytes.</summary>
    public static bool IsBinary(string name) => name.EndsWith("-bin", StringComparison.OrdinalIgnoreCase);

    /// <summary>A name to send, in lower case; <see langword="false"/> when it is none or not the sender's to choose.</summary>
    public static bool TryNormalize(string? name, [NotNullWhen(true)] out string? normal)
    {
        normal = null;
        if (string.IsNullOrEmpty(name) || name.Length > MaxLength)
            return false;
        var lower = name.ToLowerInvariant();
        if (lower.AsSpan().ContainsAnyExcept(s_allowed) || IsOfProtocol(lower) || IsHopByHop(lower))
            return false;
        normal = lower;
        return true;
    }

    /// <summary>Whether a header that came is metadata.</summary>
    public static bool IsReceived(string name) => name.Length > 0 && name[0] != ':' && !IsOfProtocol(name) && !IsHopByHop(name);

    private static bool IsOfProtocol(string name) =>
        (name.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase) && !IsBinary(name))
        || name.Equals("content-type", StringComparison.OrdinalIgnoreCase)
        || name.Equals("te", StringComparison.OrdinalIgnoreCase);

    private static bool IsHopByHop(string name) =>
        name.Equals("host", StringComparison.OrdinalIgnoreCase)
        || name.Equals("connection", StringComparison.OrdinalIgnoreCase)
        || name.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
        || name.Equals("proxy-connection", StringComparison.OrdinalIgnoreCase)
        || name.Equals("transfer-encoding", StringComparison.OrdinalIgnoreCase)
        || name.Equals("upgrade", StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-length", StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-encoding", StringComparison.OrdinalIgnoreCase)
        || name.Equals("trailer", StringComparison.OrdinalIgnoreCase);
}
