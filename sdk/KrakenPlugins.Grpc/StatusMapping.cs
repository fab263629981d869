namespace KrakenPlugins.Grpc;

/// <summary>Statuses for answers that carry none, as the documents "HTTP to gRPC status code mapping" and "gRPC over HTTP/2" define them.</summary>
public static class StatusMapping
{
    /// <summary>The code for an HTTP status without <c>grpc-status</c>.</summary>
    public static GrpcStatusCode FromHttpStatus(int status) => status switch
    {
        400 => GrpcStatusCode.Internal,
        401 => GrpcStatusCode.Unauthenticated,
        403 => GrpcStatusCode.PermissionDenied,
        404 => GrpcStatusCode.Unimplemented,
        429 or 502 or 503 or 504 => GrpcStatusCode.Unavailable,
        _ => GrpcStatusCode.Unknown,
    };

    /// <summary>The code for a stream that its peer reset with an error code of HTTP/2 (RFC 9113 section 7).</summary>
    public static GrpcStatusCode FromHttp2Error(long error) => error switch
    {
        0x7 => GrpcStatusCode.Unavailable, // REFUSED_STREAM
        0x8 => GrpcStatusCode.Cancelled, // CANCEL
        0xb => GrpcStatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => GrpcStatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => GrpcStatusCode.Internal,
    };
}
