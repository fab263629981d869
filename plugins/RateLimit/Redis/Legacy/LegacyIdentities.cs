using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.RateLimit.Redis.Legacy;

/// <summary>By the path that was asked for, with or without its query (TRF-095).</summary>
internal sealed class AddressedIdentity(bool withQuery) : ClientIdentity
{
    protected override string? ReadText(HttpContext context) =>
        withQuery ? string.Concat(context.Request.Path.Value, context.Request.QueryString.Value) : context.Request.Path.Value;
}

/// <summary>By the value of a cookie.</summary>
internal sealed class CookieIdentity(string name) : ClientIdentity
{
    protected override string? ReadText(HttpContext context) => context.Request.Cookies[name];
}

/// <summary>By the value of a placeholder of the endpoint that a request is on its way to; the plugin stands in front of routing.</summary>
internal sealed class RoutedParameter(IServiceContext service, string name) : ClientIdentity
{
    private readonly string _placeholder = $"{{{name}}}";

    protected override string? ReadText(HttpContext context)
    {
        if (service.FindEndpoint(context, context.Request.Method) is not { } route || context.Request.Path.Value is not { } path)
            return null;
        var values = path.AsSpan().Split('/');
        foreach (var step in route.Path.AsSpan().Split('/'))
        {
            if (!values.MoveNext())
                return null;
            if (route.Path.AsSpan(step).SequenceEqual(_placeholder))
                return path[values.Current];
        }
        return null;
    }
}
