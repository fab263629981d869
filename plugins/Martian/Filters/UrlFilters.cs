using System.Buffers;
using System.Text;
using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;
using KrakenPlugins.Re2;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Martian.Filters;

/// <summary><c>url.Filter</c>: every given part of the URL is equal (MAN-165).</summary>
internal sealed class UrlFilter(string? scheme, HostName? host, byte[]? path, QueryPattern? query) : Condition
{
    public static Component Compile(Definition definition)
    {
        HostName? host = null;
        if (Given(definition, "host") is { } text)
            host = HostName.TryParse(text, wildcards: true) ?? throw definition.Fault("host", $"{ConfigText.Quote(text)} is no host with an optional port");
        var path = Given(definition, "path") is { } given ? Encoding.UTF8.GetBytes(given) : null;
        var query = Given(definition, "query") is { } pairs ? QueryPattern.Of(definition, "query", pairs) : null;
        return Filter.Compile(definition, Phases.Both, new UrlFilter(Given(definition, "scheme"), host, path, query));
    }

    public override bool IsTrue(ref readonly Call call)
    {
        var request = call.Request;
        if (request.Host is not { } actual)
            return false;
        return (scheme is null || string.Equals(scheme, actual.Scheme, StringComparison.OrdinalIgnoreCase))
            && (host is null || IsHost(host, actual))
            && (path is null || IsPath(path, actual.BasePath, request.Target))
            && (query is null || query.Matches(request.Target));
    }

    private static bool IsHost(HostName pattern, BackendHost actual) =>
        (pattern.Port ?? (actual.IsSecure ? 443 : 80)) == actual.Port && AreLabels(pattern.Name, actual.Host);

    /// <summary>Whether names are equal label by label; a <c>*</c> stands for one label.</summary>
    private static bool AreLabels(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        while (true)
        {
            var patternEnd = pattern.IndexOf('.');
            var nameEnd = name.IndexOf('.');
            if (patternEnd < 0 != nameEnd < 0)
                return false;
            var wanted = patternEnd < 0 ? pattern : pattern[..patternEnd];
            var label = nameEnd < 0 ? name : name[..nameEnd];
            if (wanted is not "*" && !wanted.Equals(label, StringComparison.OrdinalIgnoreCase))
                return false;
            if (patternEnd < 0)
                return true;
            pattern = pattern[(patternEnd + 1)..];
            name = name[(nameEnd + 1)..];
        }
    }

    private static bool IsPath(byte[] wanted, string basePath, string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return PercentText.StartsWith(basePath, wanted, plusIsSpace: false, out var used)
            && PercentText.Is(mark < 0 ? target : target.AsSpan(0, mark), wanted.AsSpan(used), plusIsSpace: false);
    }

    private static string? Given(Definition definition, string name) => definition.OptionalText(name) is { Length: > 0 } text ? text : null;
}

/// <summary><c>url.RegexFilter</c>: scheme, host and path match; the query is no part of the text (MAN-166).</summary>
internal sealed class UrlRegexFilter(Re2Regex expression) : Condition
{
    private const int StackLimit = 512;

    public static Component Compile(Definition definition) =>
        Filter.Compile(definition, Phases.Both, new UrlRegexFilter(Expression.Of(definition, "regex")));

    public override bool IsTrue(ref readonly Call call)
    {
        if (call.Request.Host is not { } host)
            return false;
        var target = call.Request.Target;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target.AsSpan(0, mark);
        var length = host.Scheme.Length + 3 + host.Authority.Length + host.BasePath.Length + path.Length;
        var rented = length > StackLimit ? ArrayPool<char>.Shared.Rent(length) : null;
        var url = rented ?? stackalloc char[StackLimit];
        url.TryWrite(System.Globalization.CultureInfo.InvariantCulture, $"{host.Scheme}://{host.Authority}{host.BasePath}{path}", out var written);
        var isMatch = expression.IsMatch(url[..written]);
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
        return isMatch;
    }
}

/// <summary><c>port.Filter</c>: the port that the call goes to (MAN-167).</summary>
internal sealed class PortFilter(int port) : Condition
{
    public static Component Compile(Definition definition)
    {
        if (definition.OptionalInteger("port") is not { } port)
            throw definition.Fault("\"port\" is required");
        return Filter.CompileWithoutElse(definition, Phases.Request, new PortFilter(port));
    }

    public override bool IsTrue(ref readonly Call call) => call.Request.Host?.Port == port;
}
