using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace KrakenPlugins.Grpc.Server;

/// <summary>Status and metadata into the headers or trailers of a response.</summary>
internal static class SentMetadata
{
    // Peers refuse heads of more than 8 KiB by default.
    private const int MaxMessage = 4 * 1024;

    public static void WriteStatus(IHeaderDictionary target, GrpcStatus status)
    {
        target["grpc-status"] = status.IsOk ? "0" : ((int)status.Code).ToString(CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(status.Detail))
            target["grpc-message"] = StatusMessage.Encode(status.Detail, MaxMessage);
    }

    public static void Write(IHeaderDictionary target, GrpcMetadata? metadata)
    {
        if (metadata is null)
            return;
        foreach (var entry in metadata)
            target[entry.Name] = StringValues.Concat(target[entry.Name], entry.Text ?? MetadataValues.Encode(entry.Bytes!));
    }
}
