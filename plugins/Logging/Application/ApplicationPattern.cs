using System.Text;
using KrakenPlugins.Logging.Formatting;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Logging.Application;

/// <summary>A pattern of the application log, compiled (<c>custom_format</c>; OBS-005 to 008).</summary>
internal sealed class ApplicationPattern
{
    /// <summary><c>format: default</c> behind the prefix.</summary>
    public const string Default = " %{time:2006/01/02 - 15:04:05.000} %{color}▶ %{level}%{color:reset} %{message}";

    private const string TimeLayout = "2006-01-02T15:04:05.999Z07:00";
    private const string Module = "KRAKEND";

    private static readonly string s_program = Path.GetFileName(Environment.ProcessPath) ?? "krakend";

    private readonly List<Segment> _segments = [];

    private ApplicationPattern() { }

    private enum Kind { Literal, Id, Pid, Time, Level, Message, Colour, TraceId, SpanId }

    /// <summary>Name of the executable.</summary>
    public static string Program => s_program;

    /// <summary>Compiles a pattern.</summary>
    /// <param name="prefix">Text in front of every line, not part of the pattern.</param>
    /// <param name="pattern">The pattern.</param>
    /// <exception cref="PatternException">It has no variable, an unknown one, or a verb that Go does not have.</exception>
    public static ApplicationPattern Compile(string prefix, string pattern)
    {
        var parts = PatternParser.Split(pattern);
        if (!parts.Exists(static part => part.Literal is null))
            throw new PatternException($"logger: invalid log format: \"{pattern}\" has no variable such as %{{message}}");
        var compiled = new ApplicationPattern();
        if (prefix.Length > 0)
            compiled.AddLiteral(prefix);
        foreach (var part in parts)
        {
            if (part.Literal is not null)
                compiled._segments.Add(new() { Kind = Kind.Literal, Literal = part.Literal });
            else
                compiled.AddVariable(part);
        }
        compiled.AddLiteral("\n");
        return compiled;
    }

    /// <summary>Writes a record's line, its break included.</summary>
    /// <param name="line">Where.</param>
    /// <param name="record">The record.</param>
    /// <param name="message">Its text on one line.</param>
    public void Write(Utf8Line line, in ApplicationRecord record, string message)
    {
        foreach (var segment in _segments)
        {
            switch (segment.Kind)
            {
                case Kind.Literal:
                    line.Append(segment.Literal);
                    break;
                case Kind.Id:
                    segment.Verb!.Write(line, record.Id);
                    break;
                case Kind.Pid:
                    segment.Verb!.Write(line, Environment.ProcessId);
                    break;
                case Kind.Time:
                    segment.Time!.Write(line, record.Time);
                    break;
                case Kind.Level:
                    segment.Verb!.Write(line, LogLevels.Name(record.Level), raw: true);
                    break;
                case Kind.Message:
                    segment.Verb!.Write(line, message, raw: true);
                    break;
                case Kind.Colour:
                    line.Append(Colour(record.Level, segment.IsBold));
                    break;
                case Kind.TraceId:
                    segment.Verb!.Write(line, record.Activity?.TraceId.ToHexString() ?? "-", raw: true);
                    break;
                default:
                    segment.Verb!.Write(line, record.Activity?.SpanId.ToHexString() ?? "-", raw: true);
                    break;
            }
        }
    }

    private void AddVariable(PatternPart part)
    {
        switch (part.Name)
        {
            case "id":
                _segments.Add(new() { Kind = Kind.Id, Verb = PatternParser.Verb(part, "d", VerbOperand.Integer) });
                break;
            case "pid":
                _segments.Add(new() { Kind = Kind.Pid, Verb = PatternParser.Verb(part, "d", VerbOperand.Integer) });
                break;
            case "time":
                _segments.Add(new() { Kind = Kind.Time, Time = PatternParser.Time(part, TimeLayout) });
                break;
            case "level":
                _segments.Add(new() { Kind = Kind.Level, Verb = Text(part) });
                break;
            case "message":
                _segments.Add(new() { Kind = Kind.Message, Verb = Text(part) });
                break;
            case "program":
                AddFixed(part, s_program);
                break;
            case "module":
                AddFixed(part, Module);
                break;
            case "color":
                AddColour(part);
                break;
            case "traceId":
                _segments.Add(new() { Kind = Kind.TraceId, Verb = Text(part) });
                break;
            case "spanId":
                _segments.Add(new() { Kind = Kind.SpanId, Verb = Text(part) });
                break;
            case "longfile" or "shortfile" or "longfunc" or "shortfunc" or "longpkg" or "shortpkg" or "callpath":
                AddLiteral("???");
                break;
            default:
                throw new PatternException($"logger: unknown variable: {part.Name}");
        }
    }

    private void AddColour(PatternPart part)
    {
        if (part.Format is not (null or "" or "bold" or "reset"))
            throw new PatternException($"logger: invalid log format: %{{color:{part.Format}}} is neither %{{color}}, %{{color:bold}} nor %{{color:reset}}");
        if (part.Format == "reset")
            AddLiteral("\u001b[0m");
        else
            _segments.Add(new() { Kind = Kind.Colour, IsBold = part.Format == "bold" });
    }

    private void AddFixed(PatternPart part, string value)
    {
        var line = Utf8Line.Take();
        Text(part).Write(line, value, raw: true);
        _segments.Add(new() { Kind = Kind.Literal, Literal = line.Span.ToArray() });
        line.Return();
    }

    private void AddLiteral(string text) => _segments.Add(new() { Kind = Kind.Literal, Literal = Encoding.UTF8.GetBytes(text) });

    private static GoVerb Text(PatternPart part) => PatternParser.Verb(part, "s", VerbOperand.Text);

    private static ReadOnlySpan<byte> Colour(LogLevel level, bool bold) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => bold ? "\u001b[36;1m"u8 : "\u001b[36m"u8,
        LogLevel.Information => default,
        LogLevel.Warning => bold ? "\u001b[33;1m"u8 : "\u001b[33m"u8,
        LogLevel.Error => bold ? "\u001b[31;1m"u8 : "\u001b[31m"u8,
        _ => bold ? "\u001b[35;1m"u8 : "\u001b[35m"u8,
    };

    private readonly struct Segment
    {
        public required Kind Kind { get; init; }
        public byte[]? Literal { get; init; }
        public GoVerb? Verb { get; init; }
        public GoTime? Time { get; init; }
        public bool IsBold { get; init; }
    }
}
