using System.Globalization;
using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Encodings;
using Gateway.Core.Plugins.Kinds;
using Gateway.Core.Proxy;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Gateway.Core.Server;

/// <summary>
/// One endpoint, compiled: builds the filtered request, runs the proxy pipeline under the endpoint's time limit, and turns its
/// outcome into a response by the one status table (RTE-124).
/// </summary>
internal sealed partial class EndpointHandler : RouteHandler
{
    private const int MinimumRender = 2048;

    private readonly EndpointConfig _endpoint;
    private readonly RequestFilter _filter;
    private readonly ProxyHandler _proxy;
    private readonly GatewayHeaders _headers;
    private readonly OutputRender _render;
    private readonly ILogger _logger;
    private readonly StringValues _cacheControl;
    private readonly TimeSpan _timeout;
    private readonly bool _buffersBody;
    private readonly bool _buffersUnknownLength;
    private readonly bool _showsErrors;
    private readonly bool _dropsLength;

    // Answers of one endpoint are of like size: the last one's saves growing the buffer step by step.
    private int _expectedLength = MinimumRender;

    /// <param name="endpoint">The configuration.</param>
    /// <param name="router">Options of the service.</param>
    /// <param name="proxy">The compiled proxy pipeline.</param>
    /// <param name="buffersBody">Whether more than one consumer reads the request body.</param>
    /// <param name="readsClaims">Whether something in front may have validated a token.</param>
    /// <param name="propagated">Headers that components in front hand on.</param>
    /// <param name="render">Renders data; unused for <c>no-op</c>.</param>
    /// <param name="headers">The gateway's own headers.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="logger">Application log.</param>
    public EndpointHandler(EndpointConfig endpoint, RouterConfig router, ProxyHandler proxy, bool buffersBody, bool readsClaims, IReadOnlyList<string> propagated, OutputRender render, GatewayHeaders headers, Limits limits, ILogger logger)
    {
        _endpoint = endpoint;
        var maxPayload = MaxPayload(router, endpoint);
        _filter = new RequestFilter(endpoint, maxPayload, limits, readsClaims, propagated);
        _proxy = proxy;
        _headers = headers;
        _render = render;
        _logger = logger;
        _timeout = endpoint.Timeout;
        _buffersBody = buffersBody;
        _showsErrors = router.ReturnErrorMsg;
        // A body that is counted is read before any backend is called, unless its limit is beyond what may be held.
        _buffersUnknownLength = maxPayload > 0 && maxPayload <= limits.BufferedRequestBody;
        _dropsLength = endpoint.Backends.Any(static b => !b.Shadow && b.Method == "HEAD");
        if (endpoint.CacheTtl > TimeSpan.Zero)
            _cacheControl = string.Create(CultureInfo.InvariantCulture, $"public, max-age={(long)endpoint.CacheTtl.TotalSeconds}");
    }

    /// <summary>The smaller of the two limits in bytes; 0 when there is none (MAN-272).</summary>
    private static long MaxPayload(RouterConfig router, EndpointConfig endpoint) => (router.MaxPayload, endpoint.Proxy.MaxPayload) switch
    {
        ( > 0, > 0) => Math.Min(router.MaxPayload, endpoint.Proxy.MaxPayload),
        ( > 0, _) => router.MaxPayload,
        _ => endpoint.Proxy.MaxPayload,
    };

    public override async Task HandleAsync(Exchange exchange)
    {
        var context = exchange.Http;
        var deadline = Deadline.Start(_timeout, context.RequestAborted);
        RequestBody? body = null;
        var result = default(ProxyResult);
        try
        {
            try
            {
                var request = _filter.Build(context, exchange.Match.Parameters, exchange.Match.Remainder, exchange.RawQuery, exchange.ClientIp);
                body = request.Body;
                request.Deadline = Environment.TickCount64 + (long)_timeout.TotalMilliseconds;
                if (!body.IsBuffered && (_buffersBody || (_buffersUnknownLength && body.Length is null)))
                    await body.BufferAsync(deadline.Token).ConfigureAwait(false);
                result = await _proxy(request, deadline.Token).ConfigureAwait(false);
                // Data that came too late is shown all the same (RTE-196).
                if (result.Error is null && deadline.IsExpired)
                    result = result with { Error = new GatewayError(GatewayErrorKind.Timeout, "internal server error") };
            }
            catch (Exception exception)
            {
                result = PipelineFault.Of(exception);
            }
            if (context.RequestAborted.IsCancellationRequested)
            {
                exchange.LoggedStatus = StatusCodes.Status500InternalServerError;
                Log.Failed(_logger, _endpoint.Path, GatewayError.ContextCanceled, null);
                return;
            }
            if (result.Error is { } error)
                Report(exchange, error);
            await RespondAsync(exchange, result, deadline).ConfigureAwait(false);
        }
        finally
        {
            result.Response?.Dispose();
            body?.Dispose();
            deadline.Return();
        }
    }

    private ValueTask RespondAsync(Exchange exchange, ProxyResult result, Deadline deadline)
    {
        if (result.Response?.Final is { } final)
            return RespondRawAsync(exchange, final, deadline, isFinal: true);
        if (result.Response is not { } response)
        {
            var error = result.Error ?? new GatewayError(GatewayErrorKind.Internal, "no response");
            if (result.Error is null)
                Report(exchange, error);
            return RespondErrorAsync(exchange.Http, error);
        }
        if (!_endpoint.IsNoOp)
            return RespondDataAsync(exchange.Http, response);
        return response.Raw is { } raw ? RespondRawAsync(exchange, raw, deadline) : RespondEmptyAsync(exchange.Http);
    }

    private ValueTask RespondDataAsync(HttpContext context, ProxyResponse response)
    {
        var completed = response.IsComplete && response.Data is { IsEmpty: false };
        var bytes = new PooledBytes(_expectedLength);
        try
        {
            _render.Write(response.Data, bytes, context.Request.Headers.Accept, out var contentType);
            var http = context.Response;
            _headers.Apply(http, completed);
            if (completed && _cacheControl.Count > 0)
                http.Headers.CacheControl = _cacheControl;
            http.Headers.ContentType = contentType;
            if (response is { Headers: { } extra, Data.IsEmpty: false })
                Append(http, extra);
            http.ContentLength = bytes.Length;
            _expectedLength = Math.Max(MinimumRender, bytes.Length + (bytes.Length >> 3));
        }
        catch (Exception exception)
        {
            bytes.Dispose();
            Log.RenderFailed(_logger, _endpoint.Path, exception.Message);
            context.Response.Clear();
            return RespondErrorAsync(context, new GatewayError(GatewayErrorKind.Internal, exception.Message));
        }
        return SendAsync(context, bytes);
    }

    private static async ValueTask SendAsync(HttpContext context, PooledBytes bytes)
    {
        using (bytes)
            await context.Response.BodyWriter.WriteAsync(bytes.Memory, CancellationToken.None).ConfigureAwait(false);
    }

    private async ValueTask RespondRawAsync(Exchange exchange, ClientResponse raw, Deadline deadline, bool isFinal = false)
    {
        var http = exchange.Http.Response;
        http.StatusCode = raw.StatusCode;
        foreach (ref readonly var header in raw.Headers.Items)
        {
            if (!_dropsLength || !header.Key.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase))
                http.Headers.Append(header.Key, header.Value);
        }
        if (raw.StatusCode is 204)
            http.ContentLength = null;
        if (isFinal)
            http.ContentLength = raw.ContentLength;
        else
            _headers.Apply(http, completed: false);
        // The server refuses to write a body here (RFC 9110, 15.3.6), and the backend's length would announce one.
        if (raw.StatusCode is StatusCodes.Status205ResetContent)
        {
            http.ContentLength = 0;
            return;
        }
        // A component may have changed the status of an answer that has a body.
        if (raw.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)
            return;
        try
        {
            await raw.CopyToAsync(http.BodyWriter, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client must be able to tell that the body ends too early.
            var text = deadline.IsExpired ? GatewayError.DeadlineExceeded : exception.Message;
            Log.Failed(_logger, _endpoint.Path, exchange.Http.RequestAborted.IsCancellationRequested ? GatewayError.ContextCanceled : text, null);
            exchange.LoggedStatus = exchange.Http.RequestAborted.IsCancellationRequested ? StatusCodes.Status500InternalServerError : 0;
            exchange.Http.Abort();
        }
    }

    // Static data in a no-op endpoint turns a failure into an empty success (MAN-117).
    private ValueTask RespondEmptyAsync(HttpContext context)
    {
        _headers.Apply(context.Response, completed: false);
        context.Response.ContentLength = 0;
        return ValueTask.CompletedTask;
    }

    private async ValueTask RespondErrorAsync(HttpContext context, GatewayError error)
    {
        var http = context.Response;
        // What is no status of an answer is a fault of the component that chose it.
        http.StatusCode = error.StatusCode is >= 200 and <= 999 ? error.StatusCode : StatusCodes.Status500InternalServerError;
        _headers.Apply(http, completed: false);
        if (error.Headers is { } headers)
            Append(http, headers);
        if (!(_showsErrors || error is { IsBodyPublic: true, Body: not null }) || error.StatusCode is 204 or 205 or 304)
        {
            if (error.StatusCode is not 204 and not 304)
                http.ContentLength = 0;
            return;
        }
        var body = error.Body ?? Encoding.UTF8.GetBytes(error.Message);
        http.ContentType = string.IsNullOrEmpty(error.ContentType) ? MediaTypes.Text : error.ContentType;
        http.ContentLength = body.Length;
        await http.BodyWriter.WriteAsync(body, CancellationToken.None).ConfigureAwait(false);
    }

    // Headers of components; those that frame the message are the server's.
    private static void Append(HttpResponse response, NameValueList headers)
    {
        foreach (ref readonly var header in headers.Items)
        {
            if (header.Key.Equals(HeaderNames.ContentType, StringComparison.OrdinalIgnoreCase))
                response.ContentType = header.Value;
            else if (!header.Key.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase) && !RawAnswer.IsFraming(header.Key))
                response.Headers.Append(header.Key, header.Value);
        }
    }

    private void Report(Exchange exchange, GatewayError error)
    {
        if (error.Causes.Count > 0)
        {
            for (var i = 0; i < error.Causes.Count; i++)
                Log.FailedPart(_logger, _endpoint.Path, i, error.Causes[i].Message, FaultOf(error.Causes[i]));
        }
        else
        {
            Log.Failed(_logger, _endpoint.Path, error.Message, FaultOf(error));
        }
        if (exchange.IsLogged)
            (exchange.LoggedErrors ??= []).Add(error.Message);
    }

    // A stack is of use for faults of the gateway and its plugins; a refused connection has none worth a page of log.
    private static Exception? FaultOf(GatewayError error) => error.Kind == GatewayErrorKind.Internal ? error.Exception : null;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[ENDPOINT: {Endpoint}] {Error}")]
        public static partial void Failed(ILogger logger, string endpoint, string error, Exception? exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "[ENDPOINT: {Endpoint}] Error #{Index}: {Error}")]
        public static partial void FailedPart(ILogger logger, string endpoint, int index, string error, Exception? exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "[ENDPOINT: {Endpoint}] the answer cannot be rendered: {Error}")]
        public static partial void RenderFailed(ILogger logger, string endpoint, string error);
    }
}
