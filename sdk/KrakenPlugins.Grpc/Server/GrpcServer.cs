using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Grpc.Server;

/// <summary>
/// Serves gRPC over HTTP/2 on an <see cref="HttpContext"/>, wherever that comes from: a Kestrel of its own or a branch of another's listener.
/// Safe for concurrent use.
/// </summary>
public sealed partial class GrpcServer
{
    private const string ContentType = "application/grpc";

    private readonly Dictionary<string, ServerMethod> _methods;
    private readonly HashSet<string> _services;
    private readonly ServerMethod? _fallback;
    private readonly ILogger _logger;
    private int _running;

    internal GrpcServer(Dictionary<string, ServerMethod> methods, HashSet<string> services, ServerMethod? fallback, GrpcServerOptions options, ILogger logger)
    {
        _methods = methods;
        _services = services;
        _fallback = fallback;
        _logger = logger;
        Options = options;
    }

    /// <summary>What the server takes and how long.</summary>
    public GrpcServerOptions Options { get; }

    /// <summary>Calls under way.</summary>
    public int RunningCalls => Volatile.Read(ref _running);

    /// <summary>Whether a request is gRPC: HTTP/2 and a content type <c>application/grpc</c> or <c>application/grpc+…</c>.</summary>
    public static bool IsGrpc(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return HttpProtocol.IsHttp2(context.Request.Protocol) && IsGrpcContent(context.Request.ContentType);
    }

    /// <summary>Serves a request to its end.</summary>
    public Task HandleAsync(HttpContext context) => HandleAsync(context, CancellationToken.None);

    /// <summary>Serves a request to its end.</summary>
    /// <param name="context">The exchange. What is no gRPC is answered with an HTTP status: 505, 405 or 415.</param>
    /// <param name="closing">Fires when the server is going to stop; handlers of long streams find it in <see cref="GrpcServerCall.Closing"/>.</param>
    public async Task HandleAsync(HttpContext context, CancellationToken closing)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (Refusal(context) is { } refusal)
        {
            context.Response.StatusCode = refusal;
            return;
        }
        LiftBodyLimits(context);
        context.Response.ContentType = ContentType;
        var call = new GrpcServerCall(context, Options, closing);
        try
        {
            var status = Interlocked.Increment(ref _running) > Options.MaxConcurrentCalls
                ? GrpcStatus.Exhausted("the server has as many calls as it takes")
                : call.Start();
            if (status.IsOk)
                status = await InvokeAsync(call).ConfigureAwait(false);
            await call.FinishAsync(status).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            call.Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<GrpcStatus> InvokeAsync(GrpcServerCall call)
    {
        if (!_methods.TryGetValue(call.Path, out var method) && (method = _fallback) is null)
            return Unimplemented(call.Path);
        try
        {
            return await method.InvokeAsync(call).ConfigureAwait(false);
        }
        catch (GrpcException fault)
        {
            call.Trailers.AddRange(fault.Trailers);
            return fault.Status.IsOk ? GrpcStatus.Internal("the handler threw OK") : fault.Status;
        }
        catch (Exception) when (call.HasEnded)
        {
            return call.EndStatus;
        }
#pragma warning disable CA1031 // The edge: a fault of a handler ends its call and nothing else.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Log.HandlerFailed(_logger, fault, call.Path);
            return new GrpcStatus(GrpcStatusCode.Unknown, "the handler failed");
        }
    }

    private GrpcStatus Unimplemented(string path)
    {
        var slash = path.LastIndexOf('/');
        var service = slash > 0 ? path[1..slash] : path;
        return new GrpcStatus(GrpcStatusCode.Unimplemented, _services.Contains(service)
            ? $"service {service} has no method {path[(slash + 1)..]}"
            : $"there is no service {service}");
    }

    private static int? Refusal(HttpContext context)
    {
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
            return StatusCodes.Status505HttpVersionNotsupported;
        if (!HttpMethods.IsPost(context.Request.Method))
            return StatusCodes.Status405MethodNotAllowed;
        return IsGrpcContent(context.Request.ContentType) ? null : StatusCodes.Status415UnsupportedMediaType;
    }

    private static bool IsGrpcContent(string? contentType) =>
        contentType is not null
        && contentType.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == ContentType.Length || contentType[ContentType.Length] is '+' or ';');

    private static void LiftBodyLimits(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "[GRPC] {Method}: the handler failed")]
        public static partial void HandlerFailed(ILogger logger, Exception fault, string method);
    }
}
