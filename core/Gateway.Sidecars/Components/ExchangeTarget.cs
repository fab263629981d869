using Gateway.Core.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Sidecars.Components;

/// <summary>The target of a client's request: as it is routed, and as a plugin changes it.</summary>
internal static class ExchangeTarget
{
    /// <summary>What the router takes, byte for byte, so that a plugin which judges paths and the router judge the same one.</summary>
    public static string Of(HttpContext context)
    {
        if (context.Features.Get<Exchange>() is { } exchange)
            return exchange.CurrentTarget();
        var request = context.Request;
        return context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw ? raw : request.Path.ToUriComponent() + request.QueryString.ToUriComponent();
    }

    /// <summary>Puts a target that was checked in place, such that exactly it is routed.</summary>
    public static void Change(HttpContext context, string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        var decoded = PathString.FromUriComponent(path);
        // Where decoding loses something ("%2541"), components further in see the path as it is on the wire.
        context.Request.Path = string.Equals(decoded.ToUriComponent(), path, StringComparison.Ordinal) ? decoded : new PathString(path);
        context.Request.QueryString = mark < 0 || mark == target.Length - 1 ? QueryString.Empty : new QueryString(target[mark..]);
        context.Features.Get<Exchange>()?.MarkRetargeted();
    }
}
