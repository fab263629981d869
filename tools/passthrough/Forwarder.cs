using System.Collections.Frozen;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Passthrough;

internal sealed class Forwarder(HttpMessageInvoker client, string authority) : IHttpApplication<HttpContext>
{
    // RFC 9110 section 7.6.1, plus Host, which the client sets for the upstream.
    private static readonly FrozenSet<string> OneHop = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Host");
    private static readonly UriCreationOptions AsReceived = new() { DangerousDisablePathAndQueryCanonicalization = true };

    // One context per connection, reused, as the framework's own host does it.
    public HttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is not IHostContextContainer<HttpContext> connection)
            return new DefaultHttpContext(contextFeatures);
        var context = (DefaultHttpContext)(connection.HostContext ??= new DefaultHttpContext());
        context.Initialize(contextFeatures);
        return context;
    }

    public void DisposeContext(HttpContext context, Exception? exception) => ((DefaultHttpContext)context).Uninitialize();

    public async Task ProcessRequestAsync(HttpContext context)
    {
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.StartsWith('/'))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        using var outgoing = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri($"http://{authority}{target}", AsReceived));
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
            outgoing.Content = new StreamContent(context.Request.Body);
        foreach ((string name, StringValues values) in context.Request.Headers)
        {
            if (!OneHop.Contains(name) && !outgoing.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                outgoing.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        try
        {
            using HttpResponseMessage incoming = await client.SendAsync(outgoing, context.RequestAborted);
            context.Response.StatusCode = (int)incoming.StatusCode;
            Copy(incoming.Headers.NonValidated, context.Response.Headers);
            Copy(incoming.Content.Headers.NonValidated, context.Response.Headers);
            await incoming.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (HttpRequestException) when (!context.Response.HasStarted)
        {
            context.Response.Clear();
            context.Response.StatusCode = (int)HttpStatusCode.BadGateway;
        }
    }

    private static void Copy(HttpHeadersNonValidated from, IHeaderDictionary to)
    {
        foreach ((string name, HeaderStringValues values) in from)
        {
            if (!OneHop.Contains(name))
                to[name] = values.Count == 1 ? values.ToString() : values.ToArray();
        }
    }
}
