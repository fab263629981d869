namespace KrakenPlugins.Grpc.Client;

/// <summary>Statuses for what the transport throws.</summary>
internal static class TransportFault
{
    /// <summary>Whether an exception is the transport's, and not a fault of ours or of a marshaller.</summary>
    public static bool Is(Exception fault) => fault is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException;

    public static GrpcStatus ToStatus(Exception fault)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            // The platform tells the end of a stream from that of its connection (GOAWAY, no answer to a ping, broken frames) by its text alone.
            if (inner is HttpProtocolException protocol && protocol.Message.Contains("stream", StringComparison.Ordinal))
                return new GrpcStatus(StatusMapping.FromHttp2Error(protocol.ErrorCode), $"the server ended the stream with HTTP/2 error {protocol.ErrorCode}");
        }
        var error = fault switch
        {
            HttpRequestException request => request.HttpRequestError,
            HttpIOException io => io.HttpRequestError,
            _ => HttpRequestError.Unknown,
        };
        return error switch
        {
            HttpRequestError.ConfigurationLimitExceeded => GrpcStatus.Exhausted("the server's headers are larger than allowed"),
            // What came before the settings of HTTP/2 is the answer of an HTTP/1.1 server, or a connection that ended.
            HttpRequestError.InvalidResponse or HttpRequestError.VersionNegotiationError => new GrpcStatus(GrpcStatusCode.Unavailable, "the server speaks no HTTP/2"),
            HttpRequestError.SecureConnectionError => new GrpcStatus(GrpcStatusCode.Unavailable, $"no TLS with the server: {Innermost(fault)}"),
            _ when fault is ObjectDisposedException => new GrpcStatus(GrpcStatusCode.Unavailable, "the channel was closed"),
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError =>
                new GrpcStatus(GrpcStatusCode.Unavailable, $"the server cannot be reached: {Innermost(fault)}"),
            _ => new GrpcStatus(GrpcStatusCode.Unavailable, $"the connection broke: {Innermost(fault)}"),
        };
    }

    private static string Innermost(Exception fault) => fault.GetBaseException().Message;
}
