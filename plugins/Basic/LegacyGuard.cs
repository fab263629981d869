using System.Collections.Frozen;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Basic;

/// <summary>
/// <c>basic-auth</c> of <c>plugin/http-server</c> (AUT-112): protects the endpoints that it lists. Which endpoint a request is for the router
/// says, so that no spelling of a path leads around it.
/// </summary>
/// <param name="endpoints">Paths of the protected endpoints.</param>
/// <param name="guard">What checks requests.</param>
/// <param name="context">Finds endpoints.</param>
internal sealed class LegacyGuard(FrozenSet<string> endpoints, BasicMiddleware guard, IServiceContext context) : IHttpMiddleware
{
    private static readonly ConfigPath s_path = ConfigPath.Root.Member("plugin/http-server").Member(BasicPlugin.LegacyName);

    public Task InvokeAsync(HttpContext exchange, RequestDelegate next) =>
        context.FindEndpoint(exchange, exchange.Request.Method) is { } route && endpoints.Contains(route.Path) ? guard.InvokeAsync(exchange, next) : next(exchange);

    /// <summary>Builds it out of the whole namespace; <see langword="null"/> after errors were reported.</summary>
    public static LegacyGuard? Create(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        if (config[BasicPlugin.LegacyName] is not { } own)
        {
            diagnostics.Error(config.Position, s_path.ToString(), $"the plugin \"{BasicPlugin.LegacyName}\" has no settings; expected an object with \"endpoints\" and \"users\" or \"htpasswd_path\" under its name");
            return null;
        }
        if (!new ConfigBinder(diagnostics).TryBind<LegacySettings>(own, s_path, out var settings) || UserSet.Compile(settings, diagnostics) is not { } users)
            return null;
        var endpoints = Protected(settings, context, diagnostics);
        WarnOfRewriters(config, diagnostics);
        return endpoints is null ? null : new LegacyGuard(endpoints, BasicPlugin.Guard(users, context), context);
    }

    // An entry that is no endpoint would leave the one that was meant open.
    private static FrozenSet<string>? Protected(LegacySettings settings, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var endpoint in context.Document["endpoints"]?.Items ?? [])
        {
            if (endpoint["endpoint"] is { Kind: ConfigKind.String } path)
                known.Add(WithSlash(path.Text));
        }
        var good = true;
        for (var i = 0; i < settings.Endpoints.Count; i++)
        {
            if (known.Contains(WithSlash(settings.Endpoints[i])))
                continue;
            settings.Source!.Error(diagnostics, "endpoints", i, $"{ConfigText.Quote(settings.Endpoints[i])} is the path of no endpoint{NearestName.Suggest(settings.Endpoints[i], [.. known])}");
            good = false;
        }
        return good ? settings.Endpoints.Select(WithSlash).ToFrozenSet(StringComparer.Ordinal) : null;
    }

    // The last name sees a request first; those before this one may send it to another path afterwards.
    private static void WarnOfRewriters(ConfigNode config, ConfigDiagnostics diagnostics)
    {
        if (config["name"] is { Kind: ConfigKind.Array } names && names.Items.Count > 0 && names.Items[0].Text != BasicPlugin.LegacyName)
            diagnostics.Warning(names.Position, ConfigPath.Root.Member("plugin/http-server").Member("name").ToString(), $"plugins that stand before \"{BasicPlugin.LegacyName}\" work behind it and may still change the path; write it first, or use the namespace \"{BasicPlugin.Namespace}\"");
    }

    private static string WithSlash(string path) => path.StartsWith('/') ? path : "/" + path;
}
