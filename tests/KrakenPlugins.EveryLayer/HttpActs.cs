using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.EveryLayer;

/// <summary>Around exchanges.</summary>
internal sealed class HttpActs(string layer) : IHttpMiddleware
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var response = context.Response;
        switch (Act.Of(request.Headers[Act.Header], layer))
        {
            case "head":
                request.Headers["X-Changed"] = "1";
                request.Headers.Append("X-Many", "1");
                request.Headers.Append("X-Many", "2");
                request.Headers.Remove("X-Gone");
                response.Headers["X-Before"] = "é";
                await next(context).ConfigureAwait(false);
                break;
            case "target":
                request.Path = request.Path + "/moved";
                request.QueryString = new QueryString("?q=moved&x=%2F");
                await next(context).ConfigureAwait(false);
                break;
            case "method":
                request.Method = "POST";
                await next(context).ConfigureAwait(false);
                break;
            case "host":
                request.Host = new HostString("other.example", 81);
                await next(context).ConfigureAwait(false);
                break;
            case "starting":
                response.OnStarting(() =>
                {
                    response.Headers["X-Late"] = response.Headers["X-Backend"].Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
                    response.Headers.Remove("X-Gone");
                    return Task.CompletedTask;
                });
                await next(context).ConfigureAwait(false);
                break;
            case "status":
                response.OnStarting(() =>
                {
                    response.StatusCode = 203;
                    return Task.CompletedTask;
                });
                await next(context).ConfigureAwait(false);
                break;
            case "body" when request.ContentLength > 0:
                await ReplaceBodyAsync(request).ConfigureAwait(false);
                await next(context).ConfigureAwait(false);
                break;
            case "answer":
                response.StatusCode = 201;
                response.ContentType = "text/plain";
                response.Headers["X-Own"] = "1";
                await response.WriteAsync("the plugin's").ConfigureAwait(false);
                break;
            case "empty":
                response.StatusCode = 204;
                break;
            case "refuse":
                response.StatusCode = 401;
                response.Headers.WWWAuthenticate = "Basic";
                break;
            case "stream":
                for (var i = 0; i < 40; i++)
                {
                    await response.WriteAsync(new string((char)('a' + i % 26), 5_000)).ConfigureAwait(false);
                    await response.Body.FlushAsync().ConfigureAwait(false);
                }
                break;
            case "rewrite":
                await RewriteAsync(context, next).ConfigureAwait(false);
                break;
            case "drain":
                await request.Body.CopyToAsync(Stream.Null).ConfigureAwait(false);
                response.StatusCode = 202;
                break;
            case "throw":
                throw new InvalidOperationException("a fault of the plugin");
            default:
                await next(context).ConfigureAwait(false);
                break;
        }
    }

    private static async Task ReplaceBodyAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        var bytes = System.Text.Encoding.UTF8.GetBytes((await reader.ReadToEndAsync().ConfigureAwait(false)).ToUpperInvariant() + "+");
        request.Body = new MemoryStream(bytes);
        request.ContentLength = bytes.Length;
    }

    private static async Task RewriteAsync(HttpContext context, RequestDelegate next)
    {
        var original = context.Response.Body;
        using var held = new MemoryStream();
        context.Response.Body = held;
        await next(context).ConfigureAwait(false);
        context.Response.Body = original;
        var bytes = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(held.ToArray()).ToUpperInvariant());
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers["X-Rewritten"] = "1";
        await context.Response.Body.WriteAsync(bytes).ConfigureAwait(false);
    }
}
