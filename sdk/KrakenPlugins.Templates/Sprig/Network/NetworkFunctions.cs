using System.Net;
using System.Net.Sockets;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Network;

/// <summary>Host names and URLs.</summary>
internal static class NetworkFunctions
{
    private static readonly string[] Parts = ["scheme", "host", "path", "query", "opaque", "fragment", "userinfo"];

    public static void AddTo(FunctionTable table, Func<string, IPAddress[]> resolve, RandomSource random)
    {
        table.Add("getHostByName", a => TemplateValue.From(AddressOf(a[0].AsString, resolve, random)), Kind.String);
        table.Add("urlParse", static a => TemplateValue.From(Parse(a[0].AsString)), Kind.String);
        table.Add("urlJoin", static a => TemplateValue.From(Join(a[0])), Kind.Map);
    }

    private static string AddressOf(string host, Func<string, IPAddress[]> resolve, RandomSource random)
    {
        try
        {
            var addresses = resolve(host);
            if (addresses.Length > 0) return addresses[(int)random.Below((ulong)addresses.Length)].ToString();
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new TemplateFunctionException($"getHostByName: the host \"{host}\" has no address: {e.Message}", e);
        }
        throw new TemplateFunctionException($"getHostByName: the host \"{host}\" has no address");
    }

    private static TemplateMap Parse(string text)
    {
        var url = GoUrl.Parse(text);
        var map = new TemplateMap(8);
        map.Set("scheme", TemplateValue.From(url.Scheme));
        map.Set("host", TemplateValue.From(url.Host));
        map.Set("hostname", TemplateValue.From(url.Hostname));
        map.Set("path", TemplateValue.From(url.Path));
        map.Set("query", TemplateValue.From(url.Query));
        map.Set("opaque", TemplateValue.From(url.Opaque));
        map.Set("fragment", TemplateValue.From(url.Fragment));
        map.Set("userinfo", TemplateValue.From(url.UserInfo));
        return map;
    }

    private static string Join(TemplateValue value)
    {
        var values = new string[Parts.Length];
        for (var i = 0; i < Parts.Length; i++)
        {
            values[i] = "";
            if (value.IsNothing || !value.AsMap.TryGet(Parts[i], out var part) || part.IsNothing) continue;
            if (part.Kind != TemplateKind.String) throw new TemplateFunctionException($"urlJoin: unable to parse {Parts[i]} key, must be of type string, but {part.TypeName} found");
            values[i] = part.AsString;
        }
        // The user may be given as it stands in a URL, with escapes, or with characters that need them.
        var user = values[6].Length == 0 ? "" : GoUrl.Parse("proto://" + values[6] + "@host").UserInfo;
        return new GoUrl(values[0], values[4], user, values[1], values[2], values[3], values[5]).ToString();
    }
}
