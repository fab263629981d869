using System.Globalization;
using System.Text;
using KrakenPlugins.Logging.Formatting;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Logging.Access;

/// <summary>One piece of an access pattern: text or a variable.</summary>
internal sealed class AccessSegment
{
    private const string TimeLayout = "2006/01/02 - 15:04:05.000";

    private static readonly string[] s_names =
        ["prefix", "time", "statusCode", "latencyMs", "latency", "clientIP", "method", "path", "host", "scheme", "proto", "query", "traceId", "spanId", "traceMembers"];

    private readonly Kind _kind;
    private byte[] _literal = [];
    private byte[] _missing = [];
    private GoVerb _verb = null!;
    private GoTime _time = null!;
    private string _name = "";
    private int _index;
    private bool _holdsUrl;

    private AccessSegment(Kind kind) => _kind = kind;

    private enum Kind
    {
        Literal, Time, StatusCode, LatencyMs, Latency, ClientIp, Method, Path, Host, Scheme, Protocol, Query, Parameter, Header, Claim, TraceId, SpanId, TraceMembers,
    }

    /// <summary>Compiles a part of a pattern.</summary>
    /// <param name="part">The part.</param>
    /// <param name="prefix">Value of <c>%{prefix}</c>.</param>
    /// <param name="missing">Printed for a variable without value.</param>
    /// <exception cref="PatternException">An unknown variable, or a verb that Go does not have.</exception>
    public static AccessSegment Of(PatternPart part, string prefix, byte[] missing)
    {
        var segment = part.Literal is { } literal ? new AccessSegment(Kind.Literal) { _literal = literal } : Variable(part, prefix);
        segment._missing = missing;
        return segment;
    }

    /// <summary>Writes its text for a request.</summary>
    public void Write(Utf8Line line, in AccessEvent access)
    {
        switch (_kind)
        {
            case Kind.Literal:
                line.Append(_literal);
                break;
            case Kind.Time:
                _time.Write(line, access.Time);
                break;
            case Kind.StatusCode:
                _verb.Write(line, (long)access.Record.StatusCode);
                break;
            case Kind.LatencyMs:
                _verb.Write(line, access.Record.Elapsed.TotalMilliseconds);
                break;
            case Kind.Latency:
                _verb.Write(line, access.Record.Elapsed.TotalSeconds);
                break;
            case Kind.Path:
                WriteText(line, QueryText.Path(access.Record.Target));
                break;
            case Kind.Query:
                WriteQuery(line, access.Record.Target);
                break;
            case Kind.Parameter:
                WriteParameter(line, access.Record.Target);
                break;
            case Kind.Header:
                WriteHeader(line, access);
                break;
            case Kind.TraceMembers:
                WriteTraceMembers(line, access);
                break;
            default:
                WriteText(line, TextOf(access));
                break;
        }
    }

    private static AccessSegment Variable(PatternPart part, string prefix)
    {
        if (part.Name.StartsWith("header.", StringComparison.Ordinal))
            return Header(part);
        if (part.Name.StartsWith("query.", StringComparison.Ordinal))
            return new(Kind.Parameter) { _name = part.Name["query.".Length..], _verb = Text(part) };
        if (part.Name.StartsWith("jwt.", StringComparison.Ordinal))
            return new(Kind.Claim) { _name = part.Name["jwt.".Length..], _verb = Text(part) };
        return part.Name switch
        {
            "prefix" => new(Kind.Literal) { _literal = Fixed(part, prefix) },
            "time" => new(Kind.Time) { _time = PatternParser.Time(part, TimeLayout) },
            "statusCode" => new(Kind.StatusCode) { _verb = PatternParser.Verb(part, "d", VerbOperand.Integer) },
            "latencyMs" => new(Kind.LatencyMs) { _verb = PatternParser.Verb(part, ".3fms", VerbOperand.Number) },
            "latency" => new(Kind.Latency) { _verb = PatternParser.Verb(part, ".3fs", VerbOperand.Number) },
            "clientIP" => new(Kind.ClientIp) { _verb = Text(part) },
            "method" => new(Kind.Method) { _verb = Text(part) },
            "path" => new(Kind.Path) { _verb = Text(part) },
            "host" => new(Kind.Host) { _verb = Text(part) },
            "scheme" => new(Kind.Scheme) { _verb = Text(part) },
            "proto" => new(Kind.Protocol) { _verb = Text(part) },
            "query" => new(Kind.Query) { _verb = Text(part) },
            "traceId" => new(Kind.TraceId) { _verb = Text(part) },
            "spanId" => new(Kind.SpanId) { _verb = Text(part) },
            "traceMembers" => new(Kind.TraceMembers),
            _ => throw new PatternException($"unknown variable %{{{part.Name}}}{NearestName.Suggest(part.Name, s_names)} ({string.Join(", ", s_names)}, header.Name, query.name, jwt.claim)"),
        };
    }

    // "header.Cookie.1" is the second cookie: a final number is an index.
    private static AccessSegment Header(PatternPart part)
    {
        var name = part.Name["header.".Length..];
        var dot = name.LastIndexOf('.');
        var index = 0;
        if (dot > 0 && int.TryParse(name.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out index))
            name = name[..dot];
        var holdsUrl = name.Equals("Referer", StringComparison.OrdinalIgnoreCase);
        return new(Kind.Header) { _name = name, _index = index, _verb = Text(part), _holdsUrl = holdsUrl };
    }

    private static byte[] Fixed(PatternPart part, string value)
    {
        var line = Utf8Line.Take();
        Text(part).Write(line, value);
        var bytes = line.Span.ToArray();
        line.Return();
        return bytes;
    }

    private static GoVerb Text(PatternPart part) => PatternParser.Verb(part, "s", VerbOperand.Any);

    private string? TextOf(in AccessEvent access) => _kind switch
    {
        Kind.ClientIp => access.Record.ClientAddress,
        Kind.Method => access.Request.Method,
        Kind.Host => access.Request.Headers.Host is { Count: > 0 } host ? host[0] : null,
        Kind.Scheme => access.Scheme,
        Kind.Protocol => access.Protocol,
        Kind.Claim => access.Claims?.GetText(_name),
        Kind.TraceId => access.Activity?.TraceId.ToHexString(),
        _ => access.Activity?.SpanId.ToHexString(),
    };

    private void WriteText(Utf8Line line, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            line.Append(_missing);
        else
            _verb.Write(line, text);
    }

    private void WriteQuery(Utf8Line line, string target)
    {
        var query = QueryText.Query(target);
        if (query.IsEmpty)
            line.Append(_missing);
        else
            QueryText.WriteMasked(line, query, _verb);
    }

    private void WriteParameter(Utf8Line line, string target)
    {
        if (QueryText.TryFind(QueryText.Query(target), _name, out var value) && !value.IsEmpty)
            QueryText.WriteDecoded(line, value, _verb);
        else
            line.Append(_missing);
    }

    private void WriteHeader(Utf8Line line, in AccessEvent access)
    {
        var values = access.Request.Headers[_name];
        if (_index >= values.Count || values[_index] is not { Length: > 0 } value)
            line.Append(_missing);
        else if (_holdsUrl)
            QueryText.WriteMasked(line, value, _verb);
        else
            _verb.Write(line, value);
    }

    private static void WriteTraceMembers(Utf8Line line, in AccessEvent access)
    {
        if (access.Activity is not { } activity)
            return;
        line.Append(", \"trace_id\":\""u8);
        line.Append(activity.TraceId.ToHexString());
        line.Append("\", \"span_id\":\""u8);
        line.Append(activity.SpanId.ToHexString());
        line.Append('"');
    }
}
