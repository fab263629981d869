using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using KrakenPlugins.ClientCertificate.Identity;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.ClientCertificate;

/// <summary>
/// Serves those alone whose connection showed a verified certificate that is on the lists. The certificate is read once per connection and
/// not per request.
/// </summary>
internal sealed partial class ClientCertificateGuard(AllowList allowed, IdentityHeaders headers, ILogger logger, string prefix) : IHttpMiddleware
{
    private readonly ConditionalWeakTable<X509Certificate2, Admission> _known = [];

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // Whatever the client says about itself under these names goes before anything can read it.
        if (!headers.TryRemove(context.Request.Headers))
            return Refuse(context, StatusCodes.Status400BadRequest);
        if (context.Connection.ClientCertificate is not { } certificate)
        {
            Log.Missing(logger, prefix);
            return Refuse(context, StatusCodes.Status401Unauthorized);
        }
        if (!_known.TryGetValue(certificate, out var admission))
            admission = _known.GetValue(certificate, Admit);
        if (!admission.IsAllowed)
        {
            Log.NotAllowed(logger, prefix, admission.Subject);
            return Refuse(context, StatusCodes.Status403Forbidden);
        }
        foreach (ref readonly var header in admission.Headers.AsSpan())
            context.Request.Headers[header.Key] = header.Value;
        return next(context);
    }

    private Admission Admit(X509Certificate2 certificate)
    {
        var identity = ClientIdentity.Of(certificate);
        return identity is null ? new(false, "a certificate whose names cannot be read", []) : new(allowed.Contains(identity), identity.Subject, headers.Of(identity));
    }

    private static Task Refuse(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private sealed record Admission(bool IsAllowed, string Subject, KeyValuePair<string, string>[] Headers);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[ClientCertificate] The connection showed no certificate")]
        public static partial void Missing(ILogger logger, string prefix);

        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[ClientCertificate] Not on the lists: {Subject}")]
        public static partial void NotAllowed(ILogger logger, string prefix, string subject);
    }
}
