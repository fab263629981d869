using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Configuration;

/// <summary>Turns the endpoint objects into <see cref="EndpointConfig"/>s, with what they inherit from the root.</summary>
internal sealed class EndpointsLoader(LoadContext context, RootDocument root, RouterConfig router, BackendLoader backends, string serviceEncoding)
{
    private static readonly string[] s_methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    private readonly ConfigDiagnostics _diagnostics = context.Diagnostics;
    private readonly RouteTable _routes = new(context.Diagnostics);
    private readonly bool _isHealthMoved = router.DisableHealth || router.HealthPath != "/__health";

    public IReadOnlyList<EndpointConfig> Load()
    {
        var endpoints = new List<EndpointConfig>(root.Endpoints.Count);
        var list = ConfigPath.Root.Member("endpoints");
        for (var i = 0; i < root.Endpoints.Count; i++)
        {
            if (root.Endpoints[i].Kind != ConfigKind.Null && LoadEndpoint(root.Endpoints[i], list.Item(i)) is { } endpoint)
                endpoints.Add(endpoint);
        }
        return endpoints;
    }

    private EndpointConfig? LoadEndpoint(ConfigNode node, ConfigPath path)
    {
        // Without a path nothing else about the endpoint can be said.
        if (!context.Binder.TryBind<EndpointDocument>(node, path, out var endpoint) && endpoint.Endpoint.Length == 0)
            return null;
        var method = endpoint.Method.Length == 0 ? "GET" : endpoint.Method.ToUpperInvariant();
        if (!s_methods.Contains(method, StringComparer.Ordinal))
        {
            endpoint.Source.Warning(_diagnostics, "method", $"Unsupported method {ConfigText.Inline(method)}; the endpoint is not served{NearestName.Suggest(method, s_methods)} ({string.Join(", ", s_methods)})");
            return null;
        }
        var route = EndpointPath.Parse(endpoint.Endpoint, root.DisableRest);
        return IsServable(endpoint, method, route) ? Build(endpoint, method, route) : null;
    }

    private bool IsServable(EndpointDocument endpoint, string method, EndpointPath route)
    {
        var source = endpoint.Source;
        if (NotSupportedYet.IsCatchAll(route.Text, source, _diagnostics))
            return false;
        var problem = route.Problem;
        if (problem is null && route.ReservedBy(_isHealthMoved) is { } reserved)
            problem = $"\"{reserved}\" is reserved";
        else if (problem is null && !router.DisableHealth && method == "GET" && route.Text == router.HealthPath)
            problem = "the path is that of the health endpoint (router.health_path)";
        if (problem is not null)
        {
            source.Error(_diagnostics, "endpoint", $"ignoring the '{method} {ConfigText.Inline(route.Text)}' endpoint, since it is invalid!!! ({problem})");
            return false;
        }
        if (route.Oddity is not null)
            source.Warning(_diagnostics, "endpoint", route.Oddity);
        if (endpoint.Timeout < TimeSpan.Zero)
            source.Error(_diagnostics, "timeout", "a timeout must not be negative");
        if (!endpoint.Backend.Any(static backend => backend.Kind != ConfigKind.Null))
        {
            source.Error(_diagnostics, "backend", $"ignoring the '{method} {ConfigText.Inline(route.Text)}' endpoint, since it has 0 backends defined!");
            return false;
        }
        return _routes.TryAdd(method, route, source);
    }

    private EndpointConfig Build(EndpointDocument endpoint, string method, EndpointPath route)
    {
        var source = endpoint.Source;
        var extra = context.Namespaces.Resolve(ConfigScope.Endpoint, endpoint.ExtraConfig, source.Path.Member("extra_config"));
        var proxyDocument = context.Bind<EndpointProxyDocument>(extra, "proxy", source.Path);
        var encoding = endpoint.OutputEncoding.Length == 0 ? serviceEncoding : OutputEncodings.Resolve(endpoint.OutputEncoding, source, context);
        var isNoOp = encoding == "no-op";
        var proxy = extra["proxy"] is null ? new EndpointProxyConfig() : ProxyLoader.Load(proxyDocument, isNoOp, context);
        var owner = new BackendOwner(method, route.Text, route.Parameters)
        {
            IsNoOp = isNoOp,
            IsSequential = proxy.Sequential,
            TakesWebSockets = extra[NamespaceRegistry.WebSocket] is not null,
        };
        var loaded = backends.Load(endpoint.Backend, source.Path.Member("backend"), owner);
        if (isNoOp && loaded.Count(static backend => !backend.Shadow) > 1)
            source.Error(_diagnostics, "backend", "can not use NoOp encoding with more than one backends connected to the same endpoint");
        return new EndpointConfig
        {
            Path = route.Text,
            Method = method,
            Timeout = endpoint.Timeout > TimeSpan.Zero ? endpoint.Timeout : ServiceLoader.Timeout(root),
            CacheTtl = ServiceLoader.NotNegative(endpoint.CacheTtl == TimeSpan.Zero ? root.CacheTtl : endpoint.CacheTtl),
            ConcurrentCalls = Math.Max(1, endpoint.ConcurrentCalls),
            InputHeaders = [.. endpoint.InputHeaders.Select(HeaderName.Canonicalize).Distinct(StringComparer.Ordinal)],
            InputQueryStrings = [.. endpoint.InputQueryStrings.Distinct(StringComparer.Ordinal)],
            OutputEncoding = encoding,
            Proxy = proxy,
            Backends = loaded,
            ParameterNames = route.Parameters,
            ExtraConfig = extra,
            Source = source.Node,
        };
    }
}
