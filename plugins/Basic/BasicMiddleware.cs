using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Basic;

/// <summary>Lets a request in with the name and password of a user (AUT-108).</summary>
/// <param name="users">The users.</param>
/// <param name="known">Passwords that matched lately.</param>
/// <param name="checks">Where the others are checked.</param>
/// <param name="service">Has the clock, and knows clients.</param>
internal sealed class BasicMiddleware(UserSet users, KnownPasswords known, PasswordChecks checks, IServiceContext service) : IHttpMiddleware
{
    private const string Challenge = "Basic realm=\"Restricted\", charset=\"UTF-8\"";

    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        Span<char> buffer = stackalloc char[Credentials.Longest];
        if (!Credentials.TryRead(context.Request.Headers.Authorization, buffer, out var credentials))
            return RefuseAsync(context);
        var hash = users.HashFor(credentials.User, out var isKnown);
        var digest = KnownPasswords.DigestOf(credentials.Password, hash);
        if (isKnown && known.Contains(digest, service.Time))
            return next(context);
        var client = ClientKey.Of(service.ClientAddress(context));
        return checks.TryCheck(digest, credentials.Password.ToString(), hash, client) is { } check ? CheckAsync(check, isKnown, digest, context, next) : PostponeAsync(context);
    }

    private async Task CheckAsync(Task<bool> check, bool isKnown, UInt128 digest, HttpContext context, RequestDelegate next)
    {
        // Of an unknown user the password of somebody else was checked, which says nothing.
        if (!await check.ConfigureAwait(false) || !isKnown)
        {
            await RefuseAsync(context).ConfigureAwait(false);
            return;
        }
        known.Add(digest, service.Time);
        await next(context).ConfigureAwait(false);
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = Challenge;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    // It is the gateway that cannot keep up, whoever asks.
    private static Task PostponeAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
