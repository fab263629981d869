using System.Globalization;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Configuration;

/// <summary>What the backends of an endpoint or an agent take from it.</summary>
/// <param name="Method">Method of backends that name none.</param>
/// <param name="Path">Its path or name.</param>
/// <param name="Parameters">Its placeholders.</param>
internal sealed record BackendOwner(string Method, string Path, IReadOnlyList<string> Parameters)
{
    /// <summary>Whether answers are handed through.</summary>
    public bool IsNoOp { get; init; }

    /// <summary>Whether its backends run one after another.</summary>
    public bool IsSequential { get; init; }

    /// <summary>Whether it serves WebSockets.</summary>
    public bool TakesWebSockets { get; init; }
}

/// <summary>Turns the backend objects of an endpoint into <see cref="BackendConfig"/>s.</summary>
internal sealed class BackendLoader(LoadContext context, RootDocument root)
{
    private static readonly string[] s_methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "CONNECT", "TRACE"];
    private static readonly string[] s_discoveries = ["static", "dns", "dns-shared"];

    private readonly ConfigDiagnostics _diagnostics = context.Diagnostics;
    private readonly HostList _hosts = new(root, context.Diagnostics);

    /// <summary>The backends of an endpoint or an agent.</summary>
    /// <param name="written">The objects.</param>
    /// <param name="list">Where they stand.</param>
    /// <param name="owner">Whose they are.</param>
    public List<BackendConfig> Load(IReadOnlyList<ConfigNode> written, ConfigPath list, BackendOwner owner)
    {
        var backends = new List<BackendConfig>(written.Count);
        for (var i = 0; i < written.Count; i++)
        {
            if (written[i].Kind == ConfigKind.Null)
                continue;
            context.Binder.TryBind<BackendDocument>(written[i], list.Item(i), out var backend);
            if (written[i].Kind == ConfigKind.Object && LoadBackend(backend, owner, i) is { } loaded)
                backends.Add(loaded);
        }
        return backends;
    }

    /// <summary>Hosts of the root that no backend took are held to the grammar too.</summary>
    public void CheckUnusedRootHosts() => _hosts.CheckUnused();

    private BackendConfig? LoadBackend(BackendDocument backend, BackendOwner owner, int index)
    {
        var source = backend.Source;
        var extra = context.Namespaces.Resolve(ConfigScope.Backend, backend.ExtraConfig, source.Path.Member("extra_config"));
        var proxy = context.Bind<BackendProxyDocument>(extra, "proxy", source.Path);
        var http = context.Bind<BackendHttpDocument>(extra, "backend/http", source.Path);
        var discovery = Discovery(backend);
        // What else discovers hosts than the language's own names may know them from elsewhere.
        var hosts = _hosts.Of(backend, owner.TakesWebSockets, mayHaveNone: !s_discoveries.Contains(discovery));
        var pattern = ParsePattern(backend, new(owner.Method, owner.Path, owner.Parameters, index), owner.IsSequential);
        var encoding = owner.IsNoOp ? "no-op" : BackendEncodings.Resolve(backend, context);
        var client = Client(extra, source.Path);
        if (pattern is null)
            return null;
        return new BackendConfig
        {
            Hosts = hosts,
            UrlPattern = pattern,
            Method = Method(backend, owner.Method),
            Encoding = encoding,
            DisableHostSanitize = backend.DisableHostSanitize,
            InputHeaders = [.. backend.InputHeaders.Select(HeaderName.Canonicalize).Distinct(StringComparer.Ordinal)],
            InputQueryStrings = [.. backend.InputQueryStrings.Distinct(StringComparer.Ordinal)],
            Sd = discovery,
            SdScheme = backend.SdScheme.Length == 0 ? "http" : backend.SdScheme,
            IsCollection = backend.IsCollection,
            Allow = backend.Allow,
            Deny = backend.Deny,
            Mapping = backend.Mapping is null ? [] : [.. backend.Mapping],
            Group = backend.Group,
            Target = backend.Target,
            FlatmapFilter = ProxyLoader.Flatmap(proxy.FlatmapFilter, _diagnostics),
            Shadow = proxy.Shadow,
            ShadowTimeout = ServiceLoader.NotNegative(proxy.ShadowTimeout),
            // An empty alias switches the code off as well, as in the original.
            Http = new BackendHttpConfig { ReturnErrorCode = http.ReturnErrorCode && http.ReturnErrorDetails is null, ReturnErrorDetails = http.ReturnErrorDetails ?? "" },
            Client = client,
            ExtraConfig = extra,
            Source = source.Node,
        };
    }

    private UrlPattern? ParsePattern(BackendDocument backend, UrlPatternOwner owner, bool isSequential)
    {
        var pattern = UrlPatternParser.Parse(backend.UrlPattern, owner, out var error);
        if (error is not null)
            backend.Source.Error(_diagnostics, "url_pattern", error);
        else if (!isSequential && pattern!.Parts.Any(static part => part.Kind == UrlPartKind.Response))
            backend.Source.Warning(_diagnostics, "url_pattern", "values of earlier responses are there only with \"sequential\": true under the endpoint's extra_config, namespace proxy");
        return pattern;
    }

    private string Method(BackendDocument backend, string inherited)
    {
        if (backend.Method.Length == 0)
            return inherited;
        var method = backend.Method.ToUpperInvariant();
        if (s_methods.Contains(method, StringComparer.Ordinal))
            return method;
        if (method.All(static c => char.IsAsciiLetterUpper(c) || c is '-' or '_'))
            backend.Source.Warning(_diagnostics, "method", $"{ConfigText.Quote(method)} is no known method{NearestName.Suggest(method, s_methods)} ({string.Join(", ", s_methods)})");
        else
            backend.Source.Error(_diagnostics, "method", $"{ConfigText.Quote(method)} is no method ({string.Join(", ", s_methods)})");
        return method;
    }

    private string Discovery(BackendDocument backend)
    {
        if (backend.Sd is "" or "static")
            return "static";
        if (context.Options.IsDiscoveryAvailable(backend.Sd))
            return backend.Sd;
        if (backend.Sd is "dns" or "dns-shared")
        {
            backend.Source.Error(_diagnostics, "sd", MissingPlugin.Discovery(backend.Sd));
            return "static";
        }
        var known = NamespaceRegistry.HintFor("backend/" + backend.Sd);
        var advice = known is null ? NearestName.Suggest(backend.Sd, s_discoveries) : "; " + known;
        backend.Source.Hint(_diagnostics, "sd", $"{ConfigText.Quote(backend.Sd)} is no service discovery, the hosts are used as they stand{advice} ({string.Join(", ", s_discoveries)})");
        return "static";
    }

    private BackendHttpClientConfig Client(ExtraConfig extra, ConfigPath path)
    {
        if (extra["backend/http/client"] is null)
            return new BackendHttpClientConfig();
        var client = context.Bind<BackendHttpClientDocument>(extra, "backend/http/client", path);
        return new BackendHttpClientConfig
        {
            SendBodyOnRedirect = client.SendBodyOnRedirect,
            NoRedirect = client.NoRedirect,
            ProxyAddress = client.ProxyAddress.Length == 0 ? null : ProxyAddress(client),
            Tls = new TlsLoader(_diagnostics).Client(client.ClientTls),
        };
    }

    private Uri? ProxyAddress(BackendHttpClientDocument client)
    {
        if (Uri.TryCreate(client.ProxyAddress, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https" or "socks5" && HasPort(client.ProxyAddress))
            return address;
        client.Source.Error(_diagnostics, "proxy_address", $"{ConfigText.Quote(client.ProxyAddress)} is no proxy address; write scheme and port, as in \"http://proxy:8080\"");
        return null;
    }

    /// <summary>Whether the port is written; <see cref="Uri"/> adds the scheme's default and does not tell.</summary>
    private static bool HasPort(string address)
    {
        var authority = address.AsSpan(address.IndexOf("://", StringComparison.Ordinal) + 3);
        var end = authority.IndexOfAny("/?#");
        authority = end < 0 ? authority : authority[..end];
        authority = authority[(authority.LastIndexOf('@') + 1)..];
        var colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']')
            && ushort.TryParse(authority[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0;
    }
}
