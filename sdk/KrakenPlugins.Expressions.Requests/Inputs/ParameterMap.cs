using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Expressions.Requests.Inputs;

/// <summary>
/// Placeholders as a map of texts, with those of earlier answers (<c>Resp0_id</c>). <c>JWT.claim</c> can be asked for where there is a token.
/// The rest of a wildcard path, which the gateway keeps among them, is no placeholder.
/// </summary>
internal sealed class ParameterMap : CelMap
{
    private const string Wildcard = "*";
    private const string Claim = "JWT.";

    private ProxyRequest? _request;
    private string[]? _names;

    public override int Count => (_names ??= Names()).Length;

    public CelValue Show(ProxyRequest? request)
    {
        if (!ReferenceEquals(request, _request))
        {
            _request = request;
            _names = null;
        }
        return CelValue.OfMap(this);
    }

    public override bool TryGet(in CelValue key, out CelValue value)
    {
        value = default;
        if (key.Kind != CelKind.String || _request is null || key.AsString == Wildcard)
            return false;
        var name = key.AsString;
        var text = _request.Parameters.Get(name)
            ?? (name.StartsWith(Claim, StringComparison.Ordinal) ? _request.Claims?.GetText(name[Claim.Length..]) : null);
        if (text is null)
            return false;
        value = CelValue.Of(text);
        return true;
    }

    public override void CopyKeysTo(Span<CelValue> keys)
    {
        var names = _names ??= Names();
        for (var i = 0; i < names.Length; i++)
            keys[i] = CelValue.Of(names[i]);
    }

    private string[] Names()
    {
        if (_request is null)
            return [];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (ref readonly var item in _request.Parameters.Items)
        {
            if (item.Key != Wildcard)
                seen.Add(item.Key);
        }
        var names = new string[seen.Count];
        seen.CopyTo(names);
        return names;
    }
}
