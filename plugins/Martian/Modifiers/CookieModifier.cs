using System.Globalization;
using System.Text;
using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Martian.Modifiers;

/// <summary>
/// <c>cookie.Modifier</c>: one more cookie on the request, or one <c>Set-Cookie</c> with its attributes on the answer (MAN-152). Both
/// texts are made at load; what a cookie cannot hold is left out of them (RFC 6265, section 4.1.1).
/// </summary>
internal static class CookieModifier
{
    public static Component Compile(Definition definition)
    {
        var name = definition.Text("name");
        if (name.Length == 0 || name.Any(static c => !HeaderName.IsTokenChar(c)))
            throw definition.Fault("name", $"{ConfigText.Quote(name)} is no name of a cookie");
        var pair = $"{name}={CookieValue(definition, definition.Value())}";
        return definition.Scoped(Phases.Both, new RequestCookie(pair), new ResponseCookie(pair + Attributes(definition)));
    }

    private static string CookieValue(Definition definition, string value)
    {
        var clean = Keep(definition, "value", value, static c => c is >= ' ' and < '\u007f' and not ('"' or ';' or '\\'));
        return clean.AsSpan().ContainsAny(' ', ',') ? $"\"{clean}\"" : clean;
    }

    private static string Attributes(Definition definition)
    {
        var text = new StringBuilder();
        if (Attribute(definition, "path") is { Length: > 0 } path)
            text.Append("; Path=").Append(Keep(definition, "path", path, static c => c is >= ' ' and < '\u007f' and not ';'));
        if (Domain(definition) is { } domain)
            text.Append("; Domain=").Append(domain);
        if (Expires(definition) is { } expires)
            text.Append("; Expires=").Append(expires.ToString("ddd, dd MMM yyyy HH:mm:ss 'GMT'", CultureInfo.InvariantCulture));
        var maxAge = definition.OptionalInteger("maxAge") ?? 0;
        if (maxAge != 0)
            text.Append(CultureInfo.InvariantCulture, $"; Max-Age={Math.Max(0, maxAge)}");
        if (definition.Flag("httpOnly"))
            text.Append("; HttpOnly");
        if (definition.Flag("secure"))
            text.Append("; Secure");
        return text.ToString();
    }

    private static string? Domain(Definition definition)
    {
        if (Attribute(definition, "domain") is not { Length: > 0 } text)
            return null;
        var domain = text[0] == '.' ? text[1..] : text;
        if (HostName.TryParse(domain, wildcards: false) is { Port: null })
            return domain;
        definition.Warn(null, "domain", $"{ConfigText.Quote(text)} is no domain of a cookie and is left out");
        return null;
    }

    private static DateTime? Expires(Definition definition)
    {
        if (definition.OptionalText("expires") is not { } text)
            return null;
        if (!Rfc3339.TryParse(text, out var time))
            throw definition.Fault("expires", $"{ConfigText.Quote(text)} is no RFC 3339 time such as \"2030-04-12T23:20:50Z\"");
        return time.UtcDateTime;
    }

    private static string? Attribute(Definition definition, string name)
    {
        var text = definition.OptionalText(name);
        return text is null || HeaderText.IsValue(text) ? text : throw definition.Fault(name, "must not hold line breaks or other control characters");
    }

    private static string Keep(Definition definition, string name, string text, Func<char, bool> isAllowed)
    {
        if (text.All(isAllowed))
            return text;
        definition.Warn(null, name, "holds characters that a cookie cannot have; they are left out");
        return new string([.. text.Where(isAllowed)]);
    }

    private sealed class RequestCookie(string pair) : Modifier
    {
        public override string? Apply(ref Call call)
        {
            var headers = call.Request.Headers;
            if (headers.Get("Cookie") is null)
            {
                headers.Add("Cookie", pair);
                return null;
            }
            var cookies = new StringBuilder();
            foreach (ref readonly var header in headers.Items)
            {
                if (header.Value.Length > 0 && header.Key.Equals("Cookie", StringComparison.OrdinalIgnoreCase))
                    cookies.Append(header.Value).Append("; ");
            }
            headers.Set("Cookie", cookies.Append(pair).ToString());
            return null;
        }
    }

    private sealed class ResponseCookie(string cookie) : Modifier
    {
        public override string? Apply(ref Call call)
        {
            call.Edit().Headers.Add("Set-Cookie", cookie);
            return null;
        }
    }
}
