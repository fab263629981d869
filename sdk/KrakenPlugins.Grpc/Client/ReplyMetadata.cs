using System.Globalization;
using System.Net.Http.Headers;

namespace KrakenPlugins.Grpc.Client;

/// <summary>Metadata and status out of the headers and trailers of a response.</summary>
internal static class ReplyMetadata
{
    /// <summary>What stands before the messages; nothing when the response is all trailers.</summary>
    public static GrpcMetadata Headers(HttpResponseMessage? response) =>
        response is null || IsTrailersOnly(response) ? GrpcMetadata.Empty : Read(response.Headers);

    /// <summary>What stands behind the messages, or in a response that is all trailers.</summary>
    public static GrpcMetadata Trailers(HttpResponseMessage? response) => response switch
    {
        null => GrpcMetadata.Empty,
        _ when IsTrailersOnly(response) => Read(response.Headers),
        _ => Read(response.TrailingHeaders),
    };

    public static bool IsTrailersOnly(HttpResponseMessage response) => response.Headers.NonValidated.Contains("grpc-status");

    /// <summary>Checks a block before anything is made of it.</summary>
    public static GrpcStatus Check(HttpResponseHeaders headers, GrpcLimits limits)
    {
        var (entries, size) = (0, 0L);
        foreach (var (name, values) in headers.NonValidated)
        {
            if (!MetadataNames.IsReceived(name))
                continue;
            foreach (var value in values)
            {
                entries += MetadataLimit.Entries(name, value);
                size += name.Length + value.Length + 32;
                if (MetadataLimit.Exceeds(entries, size, limits) is { } excess)
                    return excess;
                if (!MetadataLimit.IsFit(name, value))
                    return GrpcStatus.Internal(MetadataLimit.Broken(name));
            }
        }
        return GrpcStatus.Ok;
    }

    /// <summary>The status of a block; <see langword="null"/> when it has none.</summary>
    public static GrpcStatus? Status(HttpResponseHeaders headers)
    {
        var block = headers.NonValidated;
        if (!block.TryGetValues("grpc-status", out var codes))
            return null;
        var text = codes.ToString();
        if (text == "0")
            return GrpcStatus.Ok;
        var detail = block.TryGetValues("grpc-message", out var message) ? StatusMessage.Decode(message.ToString()) : "";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? new GrpcStatus((GrpcStatusCode)code, detail)
            : new GrpcStatus(GrpcStatusCode.Unknown, $"grpc-status is \"{text}\", no number");
    }

    private static GrpcMetadata Read(HttpResponseHeaders headers)
    {
        var metadata = new GrpcMetadata();
        foreach (var (key, values) in headers.NonValidated)
        {
            if (!MetadataNames.IsReceived(key))
                continue;
            foreach (var value in values)
                metadata.TryAddReceived(MetadataLimit.LowerCase(key), value);
        }
        return metadata;
    }
}
