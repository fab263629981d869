using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Martian.Modifiers;

/// <summary>
/// <c>url.Modifier</c>: parts of the URL that the call goes to (MAN-156). The <c>Host</c> header stays. Credentials in the URL of a
/// configured host do not follow to another one.
/// </summary>
internal sealed class UrlModifier : Modifier
{
    private readonly HostRewrite? _host;
    private readonly string? _path;
    private readonly string? _query;

    private UrlModifier(HostRewrite? host, string? path, string? query)
    {
        _host = host;
        _path = path;
        _query = query;
    }

    public static Component Compile(Definition definition)
    {
        var scheme = Given(definition, "scheme");
        if (scheme is not (null or "http" or "https"))
            throw definition.Fault("scheme", $"{ConfigText.Quote(scheme)} is no scheme of a backend; expected \"http\" or \"https\"");
        HostName? name = null;
        if (Given(definition, "host") is { } host)
            name = HostName.TryParse(host, wildcards: false) ?? throw definition.Fault("host", $"{ConfigText.Quote(host)} is no host with an optional port");
        var path = Given(definition, "path") is { } text ? PercentText.EscapePath(text) : null;
        var query = Given(definition, "query") is { } pairs ? PercentText.EscapeQuery(pairs) : null;
        var rewrite = scheme is null && name is null && path is null ? null : new Rewrite(scheme, name, dropsBasePath: path is not null);
        return definition.Scoped(Phases.Request, rewrite is null && query is null ? null : new UrlModifier(rewrite, path, query), null);
    }

    public override string? Apply(ref Call call)
    {
        var request = call.Request;
        if (request.Host is not { } host)
            return "the call has no host to change";
        if (_host is not null)
        {
            var changed = _host.Of(host);
            if (request.HostHeader is null && !string.Equals(changed.Authority, host.Authority, StringComparison.Ordinal))
                request.HostHeader = host.Authority;
            request.Host = changed;
        }
        if (_path is null && _query is null)
            return null;
        var mark = request.Target.IndexOf('?', StringComparison.Ordinal);
        var path = _path ?? (mark < 0 ? request.Target : request.Target.AsSpan(0, mark));
        request.Target = _query is not null ? string.Concat(path, "?", _query)
            : mark < 0 ? path.ToString()
            : string.Concat(path, request.Target.AsSpan(mark));
        return null;
    }

    // An empty part is one that is not given.
    private static string? Given(Definition definition, string name)
    {
        if (definition.OptionalText(name) is not { Length: > 0 } text)
            return null;
        return HeaderText.IsValue(text) ? text : throw definition.Fault(name, "must not hold line breaks or other control characters");
    }

    private sealed class Rewrite(string? scheme, HostName? name, bool dropsBasePath) : HostRewrite
    {
        protected override BackendHost Make(BackendHost host)
        {
            var newScheme = scheme ?? host.Scheme;
            var newName = name?.Name ?? host.Host;
            var isSame = string.Equals(newName, host.Host, StringComparison.OrdinalIgnoreCase);
            return new BackendHost(newScheme, newName, Port(host, newScheme), dropsBasePath ? "" : host.BasePath)
            {
                Authorization = isSame && (!host.IsSecure || newScheme == "https") ? host.Authorization : null,
            };
        }

        private int Port(BackendHost host, string newScheme)
        {
            if (name is not null)
                return name.Port ?? DefaultPort(newScheme);
            return host.Port == DefaultPort(host.Scheme) ? DefaultPort(newScheme) : host.Port;
        }

        private static int DefaultPort(string scheme) => scheme == "https" ? 443 : 80;
    }
}
