using System.Globalization;
using System.Text;
using KrakenPlugins.Logging.Formatting;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Logging.Backend;

/// <summary>A pattern of the backend log, compiled (OBS-029 to 035).</summary>
internal sealed class BackendPattern
{
    private static readonly string[] s_names =
        ["prefix", "time", "latency", "latencyMs", "host", "path", "method", "query", "statusCode", "error", "traceId", "spanId"];

    private readonly List<Segment> _segments = [];
    private readonly List<string[]> _fields = [];
    private readonly byte[] _none;

    private BackendPattern(byte[] none) => _none = none;

    private enum Kind { Literal, None, Time, Latency, LatencyMs, Host, Path, Method, Query, Parameter, RequestHeader, ResponseHeader, StatusCode, Field, Error, TraceId, SpanId }

    /// <summary>Paths of the fields of the answer that it prints.</summary>
    public string[][] Fields => [.. _fields];

    /// <summary>Compiles a pattern for a backend.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="prefix">Value of <c>%{prefix}</c>.</param>
    /// <param name="noValue">Printed for a variable without value; empty means <c>-</c>.</param>
    /// <param name="isNoOp">Whether the backend's answers stay undecoded, which decides about the variables of the answer.</param>
    /// <exception cref="PatternException">An unknown variable, or a verb that Go does not have.</exception>
    public static BackendPattern Compile(string pattern, string prefix, string noValue, bool isNoOp)
    {
        var compiled = new BackendPattern(Encoding.UTF8.GetBytes(noValue.Length == 0 ? "-" : noValue));
        foreach (var part in PatternParser.Split(pattern))
            compiled._segments.Add(part.Literal is { } literal ? new() { Kind = Kind.Literal, Literal = literal } : compiled.Variable(part, prefix, isNoOp));
        return compiled;
    }

    /// <summary>Writes the line of a call.</summary>
    public void Write(Utf8Line line, BackendCall call)
    {
        foreach (var segment in _segments)
            Write(line, segment, call);
    }

    private void Write(Utf8Line line, in Segment segment, BackendCall call)
    {
        switch (segment.Kind)
        {
            case Kind.Literal:
                line.Append(segment.Literal);
                break;
            case Kind.None:
                line.Append(_none);
                break;
            case Kind.Time:
                segment.Time!.Write(line, call.Time);
                break;
            case Kind.Latency:
                segment.Verb!.Write(line, call.Elapsed.TotalSeconds);
                break;
            case Kind.LatencyMs:
                segment.Verb!.Write(line, call.Elapsed.TotalMilliseconds);
                break;
            case Kind.StatusCode when call.StatusCode > 0:
                segment.Verb!.Write(line, (long)call.StatusCode);
                break;
            case Kind.Parameter when QueryText.TryFind(QueryText.Query(call.Request.Target), segment.Name, out var value) && !value.IsEmpty:
                QueryText.WriteDecoded(line, value, segment.Verb!);
                break;
            case Kind.Query when QueryText.Query(call.Request.Target) is { IsEmpty: false } query:
                QueryText.WriteMasked(line, query, segment.Verb!);
                break;
            case Kind.Error when call.Error is { } error:
                QueryText.WriteMasked(line, error, segment.Verb!);
                break;
            case Kind.Field when call.Field(segment.Index) is { } field:
                WriteField(line, field, segment.Verb!);
                break;
            default:
                WriteText(line, TextOf(segment, call), segment.Verb!);
                break;
        }
    }

    private Segment Variable(PatternPart part, string prefix, bool isNoOp)
    {
        var dot = part.Name.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && dot < part.Name.Length - 1)
            return Member(part, part.Name[..dot], part.Name[(dot + 1)..], isNoOp);
        if (part is { Name: "prefix", Format: not null })
            throw new PatternException("%{prefix} takes no format in a backend log");
        return part.Name switch
        {
            "prefix" => new() { Kind = Kind.Literal, Literal = Encoding.UTF8.GetBytes(prefix) },
            "time" => new() { Kind = Kind.Time, Time = PatternParser.Time(part, "rfc3339") },
            "latency" => new() { Kind = Kind.Latency, Verb = PatternParser.Verb(part, ".3fs", VerbOperand.Number) },
            "latencyMs" => new() { Kind = Kind.LatencyMs, Verb = PatternParser.Verb(part, ".3fms", VerbOperand.Number) },
            "host" => new() { Kind = Kind.Host, Verb = Text(part) },
            "path" => new() { Kind = Kind.Path, Verb = Text(part) },
            "method" => new() { Kind = Kind.Method, Verb = Text(part) },
            "query" => new() { Kind = Kind.Query, Verb = Text(part) },
            "error" => new() { Kind = Kind.Error, Verb = Text(part) },
            "traceId" => new() { Kind = Kind.TraceId, Verb = Text(part) },
            "spanId" => new() { Kind = Kind.SpanId, Verb = Text(part) },
            "statusCode" => new() { Kind = isNoOp ? Kind.StatusCode : Kind.None, Verb = PatternParser.Verb(part, "d", VerbOperand.Integer) },
            _ => throw Unknown(part),
        };
    }

    private Segment Member(PatternPart part, string kind, string name, bool isNoOp)
    {
        switch (kind)
        {
            case "query":
                return new() { Kind = Kind.Parameter, Name = name, Verb = Text(part) };
            case "reqHeader":
                return Header(Kind.RequestHeader, part, name);
            case "respHeader":
                return isNoOp ? Header(Kind.ResponseHeader, part, name) : new() { Kind = Kind.None };
            case "resp":
                var verb = Text(part);
                if (isNoOp)
                    return new() { Kind = Kind.None };
                _fields.Add(name.Split('.'));
                return new() { Kind = Kind.Field, Index = _fields.Count - 1, Verb = verb };
            default:
                throw Unknown(part);
        }
    }

    private static Segment Header(Kind kind, PatternPart part, string name)
    {
        var dot = name.LastIndexOf('.');
        var index = 0;
        if (dot > 0 && int.TryParse(name.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out index))
            name = name[..dot];
        return new() { Kind = kind, Name = name, Index = index, Verb = Text(part) };
    }

    private static GoVerb Text(PatternPart part) => PatternParser.Verb(part, "v", VerbOperand.Any);

    private static PatternException Unknown(PatternPart part) => new(
        $"unknown variable %{{{part.Name}}}{NearestName.Suggest(part.Name, s_names)} ({string.Join(", ", s_names)}, query.name, reqHeader.Name, respHeader.Name, resp.field)");

    private static string? TextOf(in Segment segment, BackendCall call) => segment.Kind switch
    {
        Kind.Host => call.Request.Host?.Authority,
        Kind.Path => string.Concat(call.Request.Host?.BasePath, QueryText.Path(call.Request.Target)),
        Kind.Method => call.Request.Method,
        Kind.RequestHeader => Nth(call.Request.Headers, segment),
        Kind.ResponseHeader => Nth(call.Headers, segment),
        Kind.TraceId => call.Activity?.TraceId.ToHexString(),
        Kind.SpanId => call.Activity?.SpanId.ToHexString(),
        _ => null,
    };

    private static string? Nth(Sdk.Proxy.NameValueList? headers, in Segment segment)
    {
        if (headers is null)
            return null;
        var index = segment.Index;
        foreach (ref readonly var header in headers.Items)
        {
            if (string.Equals(header.Key, segment.Name, StringComparison.OrdinalIgnoreCase) && index-- == 0)
                return header.Value;
        }
        return null;
    }

    // A number of the answer may be printed with any verb for numbers; a text that looks like one as well.
    private static void WriteField(Utf8Line line, string field, GoVerb verb)
    {
        if (verb.TakesText)
            verb.Write(line, field);
        else if (long.TryParse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) && verb.TakesInteger)
            verb.Write(line, integer);
        else if (double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            verb.Write(line, number);
        else
            verb.Write(line, field);
    }

    private void WriteText(Utf8Line line, string? text, GoVerb? verb)
    {
        if (string.IsNullOrEmpty(text))
            line.Append(_none);
        else
            verb!.Write(line, text);
    }

    private readonly struct Segment
    {
        public required Kind Kind { get; init; }
        public byte[]? Literal { get; init; }
        public GoVerb? Verb { get; init; }
        public GoTime? Time { get; init; }
        public string Name { get; init; }
        public int Index { get; init; }
    }
}
