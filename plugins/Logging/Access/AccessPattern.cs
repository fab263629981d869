using System.Text;
using KrakenPlugins.Logging.Formatting;

namespace KrakenPlugins.Logging.Access;

/// <summary>A pattern of the access log, compiled (OBS-020 to 028).</summary>
internal sealed class AccessPattern
{
    private const string HttpdCommon = "%{clientIP} - - [%{time}] \"%{method} %{path} %{proto}\" %{statusCode} -";

    private readonly AccessSegment[] _segments;

    private AccessPattern(AccessSegment[] segments) => _segments = segments;

    /// <summary>The pattern of a predefined format, or <see langword="null"/> when there is none of that name.</summary>
    public static string? Predefined(string format) => format switch
    {
        "default" => "%{prefix} %{time} [AccessLog] |%{statusCode}| %{latencyMs} | %{clientIP} | %{method} %{path}\n",
        "httpdCommon" => HttpdCommon + "\n",
        "httpdCombined" or "httpdCombine" => HttpdCommon + " \"%{header.Referer}\" \"%{header.User-Agent}\"\n",
        "json" => "{\"prefix\":\"%{prefix}\", \"time\":\"%{time}\", \"status_code\":%{statusCode}, \"latency\":\"%{latency}\", \"client_ip\":\"%{clientIP}\", "
            + "\"method\":\"%{method}\", \"path\":\"%{path}\"%{traceMembers}}\n",
        _ => null,
    };

    /// <summary>Compiles a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="prefix">Value of <c>%{prefix}</c>.</param>
    /// <param name="missing">Printed for a variable without value; empty means <c>-</c>.</param>
    /// <exception cref="PatternException">An unknown variable, or a verb that Go does not have.</exception>
    public static AccessPattern Compile(string pattern, string prefix, string missing)
    {
        var none = Encoding.UTF8.GetBytes(missing.Length == 0 ? "-" : missing);
        return new([.. PatternParser.Split(pattern).Select(part => AccessSegment.Of(part, prefix, none))]);
    }

    /// <summary>Writes the line of a request, as the pattern says; nothing is added.</summary>
    public void Write(Utf8Line line, in AccessEvent access)
    {
        foreach (var segment in _segments)
            segment.Write(line, access);
    }
}
