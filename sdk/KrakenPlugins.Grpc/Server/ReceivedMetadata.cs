using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Grpc.Server;

/// <summary>Metadata out of the headers of a request.</summary>
internal static class ReceivedMetadata
{
    /// <summary>Checks the headers before anything is made of them.</summary>
    public static GrpcStatus Check(IHeaderDictionary headers, GrpcLimits limits)
    {
        var (entries, size) = (0, 0L);
        foreach (var (name, values) in headers)
        {
            if (!MetadataNames.IsReceived(name))
                continue;
            foreach (var value in values)
            {
                entries += MetadataLimit.Entries(name, value);
                size += name.Length + value!.Length + 32;
                if (MetadataLimit.Exceeds(entries, size, limits) is { } excess)
                    return excess;
                if (!MetadataLimit.IsFit(name, value))
                    return GrpcStatus.Internal(MetadataLimit.Broken(name));
            }
        }
        return GrpcStatus.Ok;
    }

    /// <summary>The metadata of headers that were checked.</summary>
    public static GrpcMetadata Read(IHeaderDictionary headers)
    {
        var metadata = new GrpcMetadata();
        foreach (var (name, values) in headers)
        {
            if (!MetadataNames.IsReceived(name))
                continue;
            foreach (var value in values)
                metadata.TryAddReceived(MetadataLimit.LowerCase(name), value!);
        }
        return metadata;
    }
}
