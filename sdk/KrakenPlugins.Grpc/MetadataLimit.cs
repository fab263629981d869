namespace KrakenPlugins.Grpc;

/// <summary>Whether metadata that came is within its limits.</summary>
internal static class MetadataLimit
{
    public static GrpcStatus? Exceeds(int entries, long bytes, GrpcLimits limits)
    {
        if (entries > limits.MaxMetadataEntries)
            return GrpcStatus.Exhausted($"more than {limits.MaxMetadataEntries} entries of metadata were received");
        return bytes > limits.MaxMetadataBytes ? GrpcStatus.Exhausted($"more than {limits.MaxMetadataBytes} bytes of metadata were received") : null;
    }

    /// <summary>Entries that a value makes: a list of bytes makes several.</summary>
    public static int Entries(string name, string? value) => MetadataNames.IsBinary(name) ? value.AsSpan().Count(',') + 1 : 1;

    /// <summary>Whether a value is what its name wants.</summary>
    public static bool IsFit(string name, string value) =>
        MetadataNames.IsBinary(name) ? MetadataValues.IsDecodable(value) : MetadataValues.IsText(value.AsSpan().Trim(' '));

    /// <summary>What is said of a value that is none.</summary>
    public static string Broken(string name) => MetadataNames.IsBinary(name) ? $"metadata {LowerCase(name)} is no base64" : $"metadata {LowerCase(name)} has other bytes than printable ASCII";

    /// <summary>Names as the servers below spell them (<c>User-Agent</c>) become what went over the wire.</summary>
    public static string LowerCase(string name)
    {
        foreach (var letter in name)
        {
            if (char.IsAsciiLetterUpper(letter))
                return name == "User-Agent" ? "user-agent" : name.ToLowerInvariant();
        }
        return name;
    }
}
