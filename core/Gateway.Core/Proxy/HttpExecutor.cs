using Gateway.Core.Configuration;
using Gateway.Core.Encodings;
using Gateway.Core.Json;
using Gateway.Core.Transport;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Proxy;

/// <summary>
/// The default executor of a backend: the raw call, then status check, inflation and decoding (RTE-108 to 116); with
/// <c>no-op</c> the raw answer as it comes.
/// </summary>
internal sealed partial class HttpExecutor
{
    private const int ShortBody = 64 * 1024;

    private readonly ClientHandler _client;
    private readonly BodyDecoder? _decode;
    private readonly BackendHttpConfig _http;
    private readonly Limits _limits;
    private readonly TransportLimits _transportLimits;
    private readonly string _endpoint;
    private readonly string _endpointMethod;
    private readonly string _pattern;
    private readonly bool _isNoOpEndpoint;
    private readonly ILogger _logger;

    /// <param name="client">The client pipeline.</param>
    /// <param name="decode">The decoder with the backend's shape; <see langword="null"/> for <c>no-op</c>.</param>
    /// <param name="endpoint">For messages.</param>
    /// <param name="backend">For messages and error options.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="logger">Application log.</param>
    public HttpExecutor(ClientHandler client, BodyDecoder? decode, EndpointConfig endpoint, BackendConfig backend, Limits limits, ILogger logger)
    {
        _client = client;
        _decode = decode;
        _http = backend.Http;
        _limits = limits;
        _transportLimits = limits.ForTransport();
        _endpoint = endpoint.Path;
        _endpointMethod = endpoint.Method;
        _pattern = backend.UrlPattern.Text;
        _isNoOpEndpoint = endpoint.IsNoOp;
        _logger = logger;
    }

    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        var (response, error) = await _client(request, cancellationToken).ConfigureAwait(false);
        if (response is null)
            return Explain(request, error!);
        if (_decode is null)
            return HandThrough(response);
        var headers = response.DataHeaders;
        PooledBytes body;
        try
        {
            if (string.Equals(response.ContentEncoding, "gzip", StringComparison.OrdinalIgnoreCase))
                response = GzipResponse.Inflate(response, _transportLimits);
            if (response.StatusCode is not (200 or 201))
                return await FailAsync(request, response, cancellationToken).ConfigureAwait(false);
            body = await response.ReadAllAsync(_limits.DecodedResponse, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return Explain(request, Broken(exception, cancellationToken));
        }
        finally
        {
            response.Dispose();
        }
        if (!_decode(body, out var payload, out var reason))
            return new GatewayError(GatewayErrorKind.Payload, reason!);
        return new ProxyResponse { Data = payload, IsComplete = true, StatusCode = 200, Headers = headers };
    }

    // In a data endpoint a no-op backend is a complete part without keys (MAN-011); its body is there for a sequence to read.
    private ProxyResponse HandThrough(ClientResponse response) => _isNoOpEndpoint
        ? new ProxyResponse { Raw = response, StatusCode = response.StatusCode }
        : new ProxyResponse { Raw = response, StatusCode = response.StatusCode, Data = new TreePayload(new DataObject()), IsComplete = true };

    private async ValueTask<ProxyResult> FailAsync(ProxyRequest request, ClientResponse response, CancellationToken cancellationToken)
    {
        var status = response.StatusCode;
        Log.BackendStatus(_logger, _endpointMethod, _endpoint, request.Method, _pattern, status);
        var wantsBody = _http.ReturnErrorDetails.Length > 0 || _http.ReturnErrorCode;
        var type = response.ContentType;
        byte[] body = [];
        // A short body is read even when nobody wants it: the connection can then be used again.
        if (wantsBody || response.ContentLength <= ShortBody)
        {
            try
            {
                using var bytes = await response.ReadAllAsync(_limits.ErrorBody, cancellationToken).ConfigureAwait(false);
                if (wantsBody)
                    body = bytes.Span.ToArray();
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // The status is the failure; a body that is too large, breaks off or never comes does not take its place.
            }
        }
        if (_http.ReturnErrorDetails.Length > 0)
            return new ProxyResponse { Data = Details(status, body, type), IsComplete = false, StatusCode = status };
        var message = $"invalid status code {status} [{request.Method} {_pattern}]: {response.FinalUrl}";
        if (!_http.ReturnErrorCode)
            return new GatewayError(GatewayErrorKind.Status, message);
        return new GatewayError(GatewayErrorKind.Status, message, status) { Body = body, ContentType = type };
    }

    private TreePayload Details(int status, byte[] body, string? type)
    {
        var details = new DataObject();
        details["http_status_code"] = new DataNumber(status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (body.Length > 0)
            details["http_body"] = new DataString(StringDecoder.Text(body));
        if (!string.IsNullOrEmpty(type))
            details["http_body_encoding"] = new DataString(type);
        var root = new DataObject();
        root["error_" + _http.ReturnErrorDetails] = details;
        return new TreePayload(root);
    }

    private static GatewayError Broken(Exception exception, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded);
        return exception is BufferLimitException
            ? new GatewayError(GatewayErrorKind.Payload, $"the answer of the backend is too large: {exception.Message}")
            : new GatewayError(GatewayErrorKind.Connection, exception.Message, exception: exception);
    }

    // Who cancelled decides what the failure says about the backend: nothing, when the client left or another attempt won.
    private static GatewayError Explain(ProxyRequest request, GatewayError error)
    {
        if (error.Kind != GatewayErrorKind.Timeout)
            return error;
        if (request.IsAbandoned)
            return new GatewayError(GatewayErrorKind.Lost, GatewayError.ContextCanceled);
        return request.ClientAborted.IsCancellationRequested
            ? new GatewayError(GatewayErrorKind.ClientAborted, GatewayError.ContextCanceled)
            : error;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[BACKEND: {EndpointMethod} {Endpoint} -> {Method} {Pattern}][Client] Status: {Status}")]
        public static partial void BackendStatus(ILogger logger, string endpointMethod, string endpoint, string method, string pattern, int status);
    }
}
