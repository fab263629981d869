using Microsoft.AspNetCore.Http;

namespace Gateway.Grpc.Server;

/// <summary>Metadata out of the headers of a request.</summary>
internal static class ReceivedMetadata
{
    public static GrpcStatus Read(IHeaderDictionary headers, GrpcLimits limits, out GrpcMetadata metadata)
    {
        metadata = new GrpcMetadata();
        var size = 0L;
        foreach (var (key, values) in headers)
        {
            if (!MetadataNames.IsReceived(key))
                continue;
            var name = MetadataLimit.LowerCase(key);
            foreach (var value in values)
            {
                size += name.Length + value!.Length + 32;
                // Counted before anything is decoded. Commas of a -bin value make entries that the header does not show.
                if (MetadataLimit.Exceeds(metadata.Count + 1, size, limits) is { } excess)
                    return excess;
                if (!metadata.TryAddReceived(name, value))
                    return GrpcStatus.Internal(MetadataLimit.Broken(name));
            }
        }
        return MetadataLimit.Exceeds(metadata.Count, size, limits) ?? GrpcStatus.Ok;
    }
}
