using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Encodings;
using Microsoft.AspNetCore.Http;

namespace Gateway.Core.Server;

/// <summary>Answers that the router gives itself: 404, 405, redirects, generated OPTIONS, refused parameters (RTE-017, 027 to 040).</summary>
internal sealed class PlainResponses(RouterConfig router, GatewayHeaders headers)
{
    private static readonly byte[] s_notFound = "404 page not found"u8.ToArray();
    private static readonly byte[] s_notAllowed = "405 method not allowed"u8.ToArray();

    public Task NotFoundAsync(HttpContext context) =>
        RefuseAsync(context, StatusCodes.Status404NotFound, router.ErrorBody404, s_notFound);

    public Task NotAllowedAsync(HttpContext context, string allow)
    {
        context.Response.Headers.Allow = allow;
        return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, router.ErrorBody405, s_notAllowed);
    }

    public Task OptionsAsync(HttpContext context, string allow)
    {
        context.Response.Headers.Allow = allow;
        headers.ApplyVersion(context.Response);
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    public static Task BadRequestAsync(HttpContext context, string text) =>
        WriteAsync(context, StatusCodes.Status400BadRequest, MediaTypes.Text, Encoding.UTF8.GetBytes(text));

    public static Task RedirectAsync(HttpContext context, string location)
    {
        context.Response.StatusCode = HttpMethods.IsGet(context.Request.Method) ? StatusCodes.Status301MovedPermanently : StatusCodes.Status307TemporaryRedirect;
        context.Response.Headers.Location = location;
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    private Task RefuseAsync(HttpContext context, int status, byte[]? configured, byte[] text)
    {
        headers.Apply(context.Response, completed: false);
        return configured is null
            ? WriteAsync(context, status, "text/plain", text)
            : WriteAsync(context, status, MediaTypes.Json, configured);
    }

    internal static Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.BodyWriter.WriteAsync(body).AsTask();
    }
}
