namespace Gateway.Grpc;

/// <summary>Whether metadata that came is within its limits.</summary>
internal static class MetadataLimit
{
    public static GrpcStatus? Exceeds(int entries, long bytes, GrpcLimits limits)
    {
        if (entries > limits.MaxMetadataEntries)
            return GrpcStatus.Exhausted($"more than {limits.MaxMetadataEntries} entries of metadata were received");
        return bytes > limits.MaxMetadataBytes ? GrpcStatus.Exhausted($"more than {limits.MaxMetadataBytes} bytes of metadata were received") : null;
    }

    /// <summary>What is said of a value that is none.</summary>
    public static string Broken(string name) => MetadataNames.IsBinary(name) ? $"metadata {name} is no base64" : $"metadata {name} has other bytes than printable ASCII";

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
