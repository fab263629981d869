using KrakenPlugins.Sdk.Configuration;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KrakenPlugins.HttpSecurity;

/// <summary>The compiled settings of one place.</summary>
internal sealed class HttpSecurityPolicy
{
    private static readonly byte[] s_badHost = "Bad Host"u8.ToArray();

    private readonly HostRules? _hosts;
    private readonly SecurityHeaders _headers;
    private readonly string[] _hostHeaders;
    private readonly KeyValuePair<string, string>[] _proofs;
    private readonly bool _redirects;
    private readonly string _redirectHost;

    private HttpSecurityPolicy(HttpSecuritySettings settings, HostRules? hosts)
    {
        _hosts = settings.IsDevelopment ? null : hosts;
        _headers = new SecurityHeaders(settings);
        _hostHeaders = [.. settings.HostProxyHeaders];
        _proofs = [.. settings.SslProxyHeaders];
        _redirects = settings.SslRedirect == true && !settings.IsDevelopment;
        _redirectHost = settings.SslHost;
    }

    /// <summary>Compiles an object; <see langword="null"/> after errors were reported.</summary>
    public static HttpSecurityPolicy? Compile(ConfigNode config, ConfigDiagnostics diagnostics) =>
        HttpSecuritySettings.Read(config, diagnostics) is { } settings && HostRules.TryCompile(settings, diagnostics, out var hosts) ? new HttpSecurityPolicy(settings, hosts) : null;

    /// <summary>Answers the request, or hands it on with the headers of the answer arranged for.</summary>
    public Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (_hosts is not null && !_hosts.Allows(HostOf(context.Request)))
            return RefuseAsync(context);
        var isSecure = IsSecure(context.Request);
        if (_redirects && !isSecure)
            return RedirectAsync(context);
        // At the last moment, because a backend's headers come after these, and because whatever fails on the way clears them.
        if (!_headers.IsEmpty)
            context.Response.OnStarting(SecurityAnswer.Apply, new SecurityAnswer(context.Response, _headers, isSecure));
        return next(context);
    }

    private string HostOf(HttpRequest request)
    {
        foreach (var name in _hostHeaders)
        {
            if (request.Headers[name] is [{ Length: > 0 } value, ..])
                return value;
        }
        return request.Host.Value ?? "";
    }

    private bool IsSecure(HttpRequest request)
    {
        if (request.IsHttps)
            return true;
        foreach (var (name, value) in _proofs)
        {
            if (request.Headers[name] is [{ } sent] && string.Equals(sent, value, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private Task RedirectAsync(HttpContext context)
    {
        var host = _redirectHost.Length > 0 ? _redirectHost : HostOf(context.Request);
        if (!HostSyntax.IsAuthority(host))
            return RefuseAsync(context);
        context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        context.Response.Headers.Location = $"https://{host}{TargetOf(context)}";
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    /// <summary>Path and query as the client wrote them.</summary>
    private static string TargetOf(HttpContext context)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        return raw.StartsWith('/') && raw.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0
            ? raw
            : context.Request.Path.ToUriComponent() + context.Request.QueryString.ToUriComponent();
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = s_badHost.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.BodyWriter.WriteAsync(s_badHost).AsTask();
    }
}

/// <summary>What is to be said when the answer starts.</summary>
internal sealed class SecurityAnswer(HttpResponse response, SecurityHeaders headers, bool isSecure)
{
    /// <summary>Says it.</summary>
    public static Func<object, Task> Apply { get; } = static state =>
    {
        ((SecurityAnswer)state).Write();
        return Task.CompletedTask;
    };

    private void Write() => headers.Apply(response.Headers, isSecure);
}
