using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Cors;

/// <summary>Answers preflights and adds the headers of cross-origin answers, outside of everything but telemetry (SEC-001, SEC-002).</summary>
/// <param name="service">The policy of the service, or <see langword="null"/> when endpoints alone have one.</param>
/// <param name="overrides">Policies of endpoints, which take the place of the service's (SEC-020).</param>
/// <param name="context">Finds endpoints.</param>
internal sealed partial class CorsMiddleware(CorsPolicy? service, IReadOnlyDictionary<EndpointRoute, CorsPolicy> overrides, IServiceContext context) : IHttpMiddleware
{
    private readonly bool _hasOverrides = overrides.Count > 0;

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var asked = request.Method == "OPTIONS" ? request.Headers.AccessControlRequestMethod.ToString() : "";
        var isPreflight = asked.Length > 0;
        if (PolicyFor(context, isPreflight ? asked : request.Method) is not { } policy)
            return next(context);
        if (isPreflight)
            return PreflightAsync(policy, context, next);
        var verdict = policy.Judge(request);
        if (policy.IsLogged)
            Write(context, verdict, "actual request");
        // At the last moment, because whatever fails on the way clears the headers, and a backend's own come first (SEC-012, SEC-019).
        context.Response.OnStarting(CorsAnswer.Apply, new CorsAnswer(context, policy, verdict));
        return next(context);
    }

    private Task PreflightAsync(CorsPolicy policy, HttpContext context, RequestDelegate next)
    {
        var verdict = policy.JudgePreflight(context.Request);
        if (policy.IsLogged)
            Write(context, verdict, "preflight");
        policy.AnswerPreflight(context.Request, context.Response.Headers, verdict);
        if (policy.PassesPreflightsOn)
            return next(context);
        context.Response.StatusCode = policy.PreflightStatus;
        if (policy.PreflightStatus is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified))
            context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private CorsPolicy? PolicyFor(HttpContext exchange, string method) =>
        _hasOverrides && context.FindEndpoint(exchange, method) is { } route && overrides.TryGetValue(route, out var own) ? own : service;

    private void Write(HttpContext exchange, CorsVerdict verdict, string kind)
    {
        if (!context.Logger.IsEnabled(LogLevel.Debug))
            return;
        var origin = ConfigText.Quote(exchange.Request.Headers.Origin.ToString());
        Log.Decided(context.Logger, kind, ConfigText.Inline(exchange.Request.Path.Value ?? ""), origin, verdict switch
        {
            CorsVerdict.Allowed => "allowed",
            CorsVerdict.NoOrigin => "no headers: the request has no origin",
            CorsVerdict.SeveralOrigins => "refused: the request has several origins",
            CorsVerdict.OriginNotAllowed => "refused: the origin is not allowed",
            CorsVerdict.MethodNotAllowed => "refused: the method is not allowed",
            _ => "refused: a header is not allowed",
        });
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "[CORS] {Kind} of {Path} from origin {Origin}: {Decision}")]
        public static partial void Decided(ILogger logger, string kind, string path, string origin, string decision);
    }
}

/// <summary>What is to be said when the answer starts.</summary>
internal sealed class CorsAnswer(HttpContext context, CorsPolicy policy, CorsVerdict verdict)
{
    /// <summary>Says it.</summary>
    public static Func<object, Task> Apply { get; } = static state =>
    {
        ((CorsAnswer)state).Write();
        return Task.CompletedTask;
    };

    private void Write() => policy.Answer(context.Response.Headers, context.Request.Headers.Origin, verdict);
}
