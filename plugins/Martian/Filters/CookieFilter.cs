using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Martian.Filters;

/// <summary><c>cookie.Filter</c>: a cookie of the request, or one that the answer sets, with any value or a given one (MAN-161).</summary>
internal sealed class CookieFilter(string name, string? value) : Condition
{
    public static Component Compile(Definition definition)
    {
        var name = definition.Text("name");
        if (name.Length == 0)
            throw definition.Fault("name", $"{ConfigText.Quote(name)} is no name of a cookie");
        var value = definition.OptionalText("value");
        return Filter.Compile(definition, Phases.Both, new CookieFilter(name, value is { Length: > 0 } ? value : null));
    }

    public override bool IsTrue(ref readonly Call call)
    {
        var headers = call.IsResponse ? call.Response.Headers : call.Request.Headers;
        var header = call.IsResponse ? "Set-Cookie" : "Cookie";
        foreach (ref readonly var item in headers.Items)
        {
            if (item.Key.Equals(header, StringComparison.OrdinalIgnoreCase) && Holds(item.Value, isOne: call.IsResponse))
                return true;
        }
        return false;
    }

    // Behind the first pair of a Set-Cookie stand attributes.
    private bool Holds(string text, bool isOne)
    {
        var cookies = new CookiePairs(text);
        while (cookies.MoveNext())
        {
            if (cookies.Name.SequenceEqual(name) && (value is null || cookies.Value.SequenceEqual(value)))
                return true;
            if (isOne)
                return false;
        }
        return false;
    }
}
