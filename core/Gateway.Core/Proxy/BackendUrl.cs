using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Routing;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Proxy;

/// <summary>
/// Builds the target of a backend call from its <c>url_pattern</c>: values are inserted once, encoded by position, and can
/// neither add nor remove a path segment (RTE-069 to 076).
/// </summary>
internal sealed class BackendUrl
{
    private readonly UrlPart[] _parts;
    private readonly string[] _names;
    private readonly bool _isWildcard;
    private readonly bool _hasQuery;
    private readonly bool _guardsDots;
    private readonly string? _constant;

    /// <param name="pattern">The parsed pattern.</param>
    /// <param name="isWildcard">Whether the rest of a wildcard path is appended.</param>
    public BackendUrl(UrlPattern pattern, bool isWildcard)
    {
        _parts = [.. pattern.Parts.Select(static p => p.Kind == UrlPartKind.Literal ? p with { Text = EscapeLiteral(p.Text) } : p)];
        _names = [.. _parts.Select(ParameterName)];
        _isWildcard = isWildcard;
        _hasQuery = pattern.Text.Contains('?', StringComparison.Ordinal);
        _guardsDots = _parts.Any(static p => p.Kind != UrlPartKind.Literal && !p.InQuery);
        if (!isWildcard && pattern.IsStatic)
            _constant = string.Concat(_parts.Select(static p => p.Text));
    }

    /// <summary>Name under which the rest of a wildcard path travels, percent-encoded as the client sent it.</summary>
    public const string WildcardParameter = "*";

    /// <summary>The target with the forwarded query behind the fixed one; <see langword="null"/> when a value would leave the path.</summary>
    public string? Build(ProxyRequest request)
    {
        if (_constant is not null && request.Query.Count == 0)
            return _constant;
        var output = new UrlBuilder(stackalloc char[256]);
        try
        {
            var pathEnd = -1;
            for (var i = 0; i < _parts.Length; i++)
            {
                ref readonly var part = ref _parts[i];
                if (part.InQuery && pathEnd < 0)
                    pathEnd = EndPath(ref output, request);
                Append(ref output, part, _names[i], request);
            }
            if (pathEnd < 0)
                pathEnd = EndPath(ref output, request);
            if (_guardsDots && HasDotSegment(output.WrittenSpan[..pathEnd]))
                return null;
            if (request.Query.Count > 0)
            {
                output.Append(_hasQuery ? '&' : '?');
                QueryString.Encode(request.Query, ref output);
            }
            return output.ToString();
        }
        finally
        {
            output.Dispose();
        }
    }

    private int EndPath(ref UrlBuilder output, ProxyRequest request)
    {
        if (_isWildcard)
        {
            var rest = request.Parameters.Get(WildcardParameter) ?? "";
            if (output.Length == 0 || output.WrittenSpan[^1] != '/')
                output.Append('/');
            output.Append(rest);
        }
        return output.Length;
    }

    private static void Append(ref UrlBuilder output, in UrlPart part, string name, ProxyRequest request)
    {
        if (part.Kind == UrlPartKind.Literal)
        {
            output.Append(part.Text);
            return;
        }
        var value = part.Kind == UrlPartKind.Claim
            ? request.Claims?.GetText(name) ?? request.Parameters.Get(name)
            : request.Parameters.Get(name);
        if (value is null)
        {
            output.Append("%7B");
            PathEncoder.AppendPath(ref output, part.Text);
            output.Append("%7D");
        }
        else if (part.InQuery)
        {
            PathEncoder.AppendQuery(ref output, value);
        }
        else
        {
            PathEncoder.AppendPath(ref output, value);
        }
    }

    private static string ParameterName(UrlPart part) => part.Kind switch
    {
        UrlPartKind.Claim => part.Text["JWT.".Length..],
        UrlPartKind.Parameter or UrlPartKind.Response => InternalName(part.Text),
        _ => "",
    };

    /// <summary>A placeholder's name as components see it: first letter in upper case (RTE-025).</summary>
    public static string InternalName(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];

    // Claims and values of earlier answers never passed the router's check; a backend may decode what it receives once more.
    private static bool HasDotSegment(ReadOnlySpan<char> path) => path.ContainsAny('.', '%') && PathEncoder.HasDotSegment(path);

    // What an operator wrote is sent as written, except bytes that no request line may hold.
    private static string EscapeLiteral(string literal)
    {
        if (literal.All(static c => c is > ' ' and < '\u007f'))
            return literal;
        var escaped = new StringBuilder(literal.Length + 16);
        foreach (var b in Encoding.UTF8.GetBytes(literal))
        {
            if (b is > 0x20 and < 0x7f)
                escaped.Append((char)b);
            else
                escaped.Append('%').Append(b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
        return escaped.ToString();
    }
}
