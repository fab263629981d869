namespace KrakenPlugins.Expressions.Requests.Macros;

/// <summary>Macros about the request: headers, cookies, query strings, the client's place. They see what the endpoint lets in.</summary>
internal static class RequestMacros
{
    private static readonly string[] s_headers = ["req_headers"];

    public static CelFunction[] All { get; } =
    [
        new("hasHeader", CelOverload.Global("has_header", CelType.Bool, CelType.String, static (ref CelContext c, in CelValue name) => CelValue.Of(Header(ref c, name) is not null))) { Variables = s_headers },
        new("getHeader", CelOverload.Global("get_header", CelType.String, CelType.String, static (ref CelContext c, in CelValue name) => CelValue.Of(Header(ref c, name) ?? ""))) { Variables = s_headers },
        new("hasCookie", CelOverload.Global("has_cookie", CelType.Bool, CelType.String, static (ref CelContext c, in CelValue name) => Cookie(ref c, name, isTest: true))) { Variables = s_headers },
        new("getCookie", CelOverload.Global("get_cookie", CelType.String, CelType.String, static (ref CelContext c, in CelValue name) => Cookie(ref c, name, isTest: false))) { Variables = s_headers },
        new("hasQuerystring", CelOverload.Global("has_querystring", CelType.Bool, CelType.String, HasQuery)) { Variables = ["req_querystring"] },
        new("getQuerystring", CelOverload.Global("get_querystring", CelType.String, CelType.String, GetQuery)) { Variables = ["req_querystring"] },
        new("geoIP", CelOverload.Global("geo_ip", CelType.Map(CelType.String, CelType.Dyn), static (ref CelContext c) => Input(ref c).Place())) { Variables = s_headers },
    ];

    private static ExchangeInput Input(ref CelContext context) => (ExchangeInput)context.Input;

    private static string? Header(ref CelContext context, in CelValue name) => Input(ref context).Request?.Headers.Get(name.AsString);

    private static CelValue HasQuery(ref CelContext context, in CelValue name)
    {
        if (Input(ref context).Request is not { } request)
            return CelValue.False;
        if (!context.TryCharge(request.Query.Count))
            return CelContext.CostExceeded;
        foreach (ref readonly var pair in request.Query.Items)
        {
            if (pair.Value.Length > 0 && string.Equals(pair.Key, name.AsString, StringComparison.Ordinal))
                return CelValue.True;
        }
        return CelValue.False;
    }

    private static CelValue GetQuery(ref CelContext context, in CelValue name)
    {
        if (Input(ref context).Request is not { } request)
            return CelValue.Of("");
        return context.TryCharge(request.Query.Count) ? CelValue.Of(request.Query.Get(name.AsString) ?? "") : CelContext.CostExceeded;
    }

    private static CelValue Cookie(ref CelContext context, in CelValue name, bool isTest)
    {
        if (Input(ref context).Request is { } request)
        {
            foreach (ref readonly var header in request.Headers.Items)
            {
                if (!string.Equals(header.Key, "Cookie", StringComparison.OrdinalIgnoreCase))
                    continue;
                if (!context.TryCharge(header.Value.Length / 8 + 1))
                    return CelContext.CostExceeded;
                if (TryFind(header.Value, name.AsString, out var value))
                    return isTest ? CelValue.True : CelValue.Of(value.ToString());
            }
        }
        return isTest ? CelValue.False : CelValue.Of("");
    }

    /// <summary>The first pair of this name (SEC-093); a value in quotes is what is between them (RFC 6265, section 4.1.1).</summary>
    private static bool TryFind(ReadOnlySpan<char> cookies, ReadOnlySpan<char> name, out ReadOnlySpan<char> value)
    {
        foreach (var range in cookies.Split(';'))
        {
            var pair = cookies[range].Trim(" \t");
            var equals = pair.IndexOf('=');
            if (equals <= 0 || !pair[..equals].SequenceEqual(name))
                continue;
            value = pair[(equals + 1)..];
            if (value.Length > 1 && value[0] == '"' && value[^1] == '"')
                value = value[1..^1];
            return true;
        }
        value = default;
        return false;
    }
}
