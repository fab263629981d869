using KrakenPlugins.Logging.Formatting;

namespace KrakenPlugins.Logging.Access;

/// <summary>The built-in form of access lines (OBS-013, OBS-015), for collectors that take them instead of standard output.</summary>
internal static class BuiltInLine
{
    private static readonly GoTime s_time = GoTime.Parse("2006/01/02 - 15:04:05");
    private static readonly GoVerb s_status = GoVerb.Parse("3d", VerbOperand.Integer)!;
    private static readonly GoVerb s_address = GoVerb.Parse("15s", VerbOperand.Text)!;
    private static readonly GoVerb s_method = GoVerb.Parse("-7s", VerbOperand.Text)!;
    private static readonly GoVerb s_text = GoVerb.Parse("s", VerbOperand.Text)!;

    /// <summary>Writes the line of a request, and one more for each error of the gateway.</summary>
    public static void Write(Utf8Line line, in AccessEvent access)
    {
        var record = access.Record;
        line.Append("[GIN] "u8);
        s_time.Write(line, access.Time);
        line.Append(" | "u8);
        s_status.Write(line, (long)record.StatusCode);
        line.Append(" | "u8);
        WriteDuration(line, record.Elapsed.TotalMilliseconds);
        line.Append(" | "u8);
        s_address.Write(line, record.ClientAddress);
        line.Append(" | "u8);
        s_method.Write(line, access.Request.Method);
        line.Append(" \""u8);
        QueryText.WriteMasked(line, record.Target, s_text);
        line.Append("\"\n"u8);
        for (var i = 0; i < record.Errors.Length; i++)
        {
            line.Append("Error #"u8);
            line.AppendPadded(i + 1, 2);
            line.Append(": "u8);
            QueryText.WriteMasked(line, record.Errors[i], s_text);
            line.Append('\n');
        }
    }

    private static void WriteDuration(Utf8Line line, double milliseconds)
    {
        line.Fill(' ', milliseconds switch { < 10 => 1, _ => 0 });
        line.AppendFixed(milliseconds, 3);
        line.Append("ms"u8);
    }
}
