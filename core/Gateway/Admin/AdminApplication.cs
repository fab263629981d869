using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Configuration;
using Gateway.Core.Server;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Admin;

/// <summary>What the admin listener does for those who may.</summary>
/// <param name="Status">What <c>GET /status</c> shows.</param>
/// <param name="ReloadAsync">What <c>POST /reload</c> does: the status and the document of its answer.</param>
/// <param name="Operations">What plugins offer below <c>/plugins/</c>.</param>
internal sealed record AdminActions(Func<JsonObject> Status, Func<Task<(int Status, JsonObject Answer)>> ReloadAsync, Func<IReadOnlyList<PluginOperation>> Operations);

/// <summary>The requests of the admin listener.</summary>
internal sealed class AdminApplication(AdminAddress address, AdminToken token, AdminActions actions) : IHttpApplication<HttpContext>
{
    private AdminToken _token = token;

    /// <summary>What callers authenticate with.</summary>
    public AdminToken Token
    {
        set => Volatile.Write(ref _token, value);
    }

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    /// <inheritdoc/>
    public Task ProcessRequestAsync(HttpContext context)
    {
        if (!IsMeantForUs(context.Request.Host))
            return WriteAsync(context, StatusCodes.Status403Forbidden, Error($"this listener is for {address} only: the Host header names another"));
        if (!Volatile.Read(ref _token).IsIn(context.Request.Headers.Authorization))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return WriteAsync(context, StatusCodes.Status401Unauthorized, Error("the token is missing or wrong (Authorization: Bearer …)"));
        }
        return (context.Request.Path.Value, context.Request.Method) switch
        {
            ("/status", "GET" or "HEAD") => WriteAsync(context, StatusCodes.Status200OK, actions.Status()),
            ("/status", _) => RefuseMethodAsync(context, "GET, HEAD"),
            ("/reload", "POST") => ReloadAsync(context),
            ("/reload", _) => RefuseMethodAsync(context, "POST"),
            ("/plugins", "GET" or "HEAD") => WriteAsync(context, StatusCodes.Status200OK, PluginOperations.List(actions.Operations())),
            ("/plugins", _) => RefuseMethodAsync(context, "GET, HEAD"),
            ({ } path, _) when path.StartsWith("/plugins/", StringComparison.Ordinal) => RunAsync(context, path),
            _ => WriteAsync(context, StatusCodes.Status404NotFound, Error("there are GET /status, POST /reload and GET /plugins")),
        };
    }

    // A page in a browser that has its own name resolved to this machine still sends that name.
    private bool IsMeantForUs(HostString host)
    {
        if (!host.HasValue || (address.Ip is { } ip && (host.Port ?? 80) != ip.Port))
            return false;
        return host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Host, out var literal) && IPAddress.IsLoopback(literal));
    }

    private async Task ReloadAsync(HttpContext context)
    {
        var (status, answer) = await actions.ReloadAsync().ConfigureAwait(false);
        await WriteAsync(context, status, answer).ConfigureAwait(false);
    }

    private async Task RunAsync(HttpContext context, string path)
    {
        var offered = actions.Operations().Where(o => o.Path == path).ToArray();
        if (offered.Length == 0)
        {
            await WriteAsync(context, StatusCodes.Status404NotFound, Error("no plugin of this configuration offers that; GET /plugins lists what there is")).ConfigureAwait(false);
            return;
        }
        if (offered.FirstOrDefault(o => o.Operation.Method == context.Request.Method) is not { } operation)
        {
            await RefuseMethodAsync(context, string.Join(", ", offered.Select(static o => o.Operation.Method))).ConfigureAwait(false);
            return;
        }
        var (status, body) = await PluginOperations.RunAsync(operation, context).ConfigureAwait(false);
        await WriteAsync(context, status, body).ConfigureAwait(false);
    }

    private static Task RefuseMethodAsync(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return WriteAsync(context, StatusCodes.Status405MethodNotAllowed, Error($"it takes {allowed}"));
    }

    private static JsonObject Error(string message) => new() { ["error"] = message };

    private static Task WriteAsync(HttpContext context, int status, JsonObject document) =>
        WriteAsync(context, status, Encoding.UTF8.GetBytes(document.ToJsonString()));

    private static Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body).AsTask();
    }
}
