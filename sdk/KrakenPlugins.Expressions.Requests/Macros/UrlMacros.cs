using System.Buffers;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Expressions.Requests.Macros;

/// <summary>Macros about URLs: <c>isURL</c>, <c>parseURL</c>, <c>urlEncode</c>, <c>urlDecode</c>.</summary>
internal static class UrlMacros
{
    private const int MaxLength = 8 * 1024;
    private static readonly SearchValues<char> s_repaired = SearchValues.Create([.. Enumerable.Range(0, ' ' + 1).Select(static c => (char)c), '\\', '\u007f']);

    public static CelFunction[] All { get; } =
    [
        new("isURL", CelOverload.Global("is_url", CelType.Bool, CelType.String, IsUrl)),
        new("parseURL", CelOverload.Global("parse_url", CelType.Map(CelType.String, CelType.Dyn), CelType.String, ParseUrl)),
        new("urlEncode", CelOverload.Global("url_encode", CelType.String, CelType.String, Encode)),
        new("urlDecode", CelOverload.Global("url_decode", CelType.String, CelType.String, Decode)),
    ];

    private static CelValue IsUrl(ref CelContext context, in CelValue text) =>
        context.TryCharge(text.AsString.Length / 2 + 1) ? CelValue.Of(Read(text.AsString) is not null) : CelContext.CostExceeded;

    private static CelValue ParseUrl(ref CelContext context, in CelValue text)
    {
        if (!context.TryCharge(text.AsString.Length * 2L + 1))
            return CelContext.CostExceeded;
        if (Read(text.AsString) is not { } url)
            return CelValue.Error(CelErrorCode.BadConversion, "the text is no absolute URL");
        var parts = new DataObject();
        parts["scheme"] = new DataString(url.Scheme);
        parts["host"] = new DataString(url.Authority);
        parts["hostname"] = new DataString(url.IdnHost);
        parts["port"] = new DataString(url.IsDefaultPort ? "" : DataNumber.Of(url.Port).Text);
        parts["path"] = new DataString(url.AbsolutePath);
        parts["query"] = Query(url.Query);
        parts["fragment"] = new DataString(Unescape(url.Fragment.TrimStart('#')));
        return parts.ToCel();
    }

    private static CelValue Encode(ref CelContext context, in CelValue text) =>
        context.TryCharge(text.AsString.Length + 1) ? CelValue.Of(Uri.EscapeDataString(text.AsString)) : CelContext.CostExceeded;

    private static CelValue Decode(ref CelContext context, in CelValue text) =>
        context.TryCharge(text.AsString.Length + 1) ? CelValue.Of(Unescape(text.AsString)) : CelContext.CostExceeded;

    // The class repairs and guesses: "//host/x" as a file, "http:///host", blanks around, backslashes as slashes. Others who read the text do not.
    private static Uri? Read(string text)
    {
        if (text.Length > MaxLength || text.AsSpan().ContainsAny(s_repaired))
            return null;
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0 || text.Length == scheme + 3 || text[scheme + 3] is '/' or '?' or '#')
            return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme.Length == scheme && url.Host.Length > 0 ? url : null;
    }

    private static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static DataObject Query(string query)
    {
        var members = new DataObject();
        foreach (var pair in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Unescape(equals < 0 ? pair : pair[..equals]);
            var value = new DataString(equals < 0 ? "" : Unescape(pair[(equals + 1)..]));
            if (members[name] is DataArray values)
            {
                values.Add(value);
                continue;
            }
            var first = new DataArray();
            first.Add(value);
            members[name] = first;
        }
        return members;
    }
}
