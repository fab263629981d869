using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Proxy;

/// <summary>The first half of a backend's request: its query filter, its URL, its method.</summary>
internal sealed class BackendTarget(BackendConfig backend, bool isWildcard, ProxyHandler next)
{
    private readonly BackendUrl _url = new(backend.UrlPattern, isWildcard);
    private readonly NameFilter _query = NameFilter.ForBackend(backend.InputQueryStrings, StringComparison.Ordinal);
    private readonly string _method = backend.Method;

    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        _query.Apply(request.Query);
        request.Method = _method;
        if (_url.Build(request) is not { } target)
            return new(new GatewayError(GatewayErrorKind.Rejected, "a parameter would leave the path of the backend", 400));
        request.Target = target;
        return next(request, cancellationToken);
    }
}

/// <summary>A backend's second filter (RTE-088, 089, 099): no list passes all, a list passes only its names.</summary>
internal sealed class NameFilter
{
    private readonly string[]? _names;
    private readonly StringComparison _comparison;

    private NameFilter(string[]? names, StringComparison comparison)
    {
        _names = names;
        _comparison = comparison;
    }

    public static NameFilter ForBackend(IReadOnlyList<string> names, StringComparison comparison, IReadOnlyList<string>? always = null) =>
        new(names.Count == 0 || names.Contains("*") ? null : [.. names.Where(static n => n.Length > 0), .. always ?? []], comparison);

    public void Apply(NameValueList list)
    {
        if (_names is null)
            return;
        for (var i = list.Count - 1; i >= 0; i--)
        {
            if (i < list.Count && !Allows(list[i].Key))
                list.Remove(list[i].Key);
        }
    }

    private bool Allows(string name)
    {
        foreach (var allowed in _names!)
        {
            if (string.Equals(allowed, name, _comparison))
                return true;
        }
        return false;
    }
}
