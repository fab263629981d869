using System.Globalization;
using System.Text;

namespace Gateway.Core.Diagnostics;

/// <summary>
/// The access log in its built-in form (OBS-013): <c>[GIN] yyyy/mm/dd - hh:mm:ss | status | duration | client ip | METHOD "path"</c>.
/// </summary>
/// <param name="sink">Where lines go; not disposed.</param>
/// <param name="skipPaths">Request paths without line, compared exactly (RTE-042).</param>
public sealed class AccessLog(LogSink sink, IReadOnlyList<string> skipPaths)
{
    /// <summary>Printed characters of a method, a target or an error, escapes included; <c>...</c> stands for what follows.</summary>
    public const int MaxText = 8192;

    private const int MethodWidth = 7;
    private const int EscapeWidth = 6;

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _skip =
        new HashSet<string>(skipPaths, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    [ThreadStatic]
    private static StringBuilder? t_line;

    /// <summary>Writes the line of one finished request.</summary>
    /// <param name="status">Status sent to the client.</param>
    /// <param name="milliseconds">Duration in milliseconds.</param>
    /// <param name="clientIp">Resolved client address.</param>
    /// <param name="method">Method as received.</param>
    /// <param name="target">Request target as received: path and query.</param>
    /// <param name="errors">Gateway errors that follow on lines of their own (OBS-015), or <see langword="null"/>.</param>
    public void Write(int status, double milliseconds, string clientIp, string method, string target, List<string>? errors = null)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        if (_skip.Set.Count > 0 && _skip.Contains(query < 0 ? target : target.AsSpan(0, query)))
            return;
        var line = t_line ??= new StringBuilder(256);
        line.Clear();
        line.Append("[GIN] ").Append(CultureInfo.InvariantCulture, $"{DateTime.Now:yyyy/MM/dd - HH:mm:ss} | {status,3} | {milliseconds.ToString("F3", CultureInfo.InvariantCulture) + "ms",8} | {clientIp,15} | ");
        AppendText(line, method);
        line.Append(' ', Math.Max(MethodWidth - method.Length, 0)).Append(" \"");
        AppendText(line, target);
        line.Append("\"\n");
        for (var i = 0; i < errors?.Count; i++)
        {
            line.Append(CultureInfo.InvariantCulture, $"Error #{i + 1:00}: ");
            AppendText(line, errors[i]);
            line.Append('\n');
        }
        WriteAscii(line);
    }

    private static void AppendText(StringBuilder line, string text)
    {
        var left = MaxText;
        foreach (var c in text)
        {
            var width = c is '"' or '\\' ? 2 : c is >= ' ' and < '\u007f' ? 1 : EscapeWidth;
            left -= width;
            if (left < 0)
            {
                line.Append("...");
                return;
            }
            if (width == EscapeWidth)
            {
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
                continue;
            }
            if (width == 2)
                line.Append('\\');
            line.Append(c);
        }
    }

    private void WriteAscii(StringBuilder line)
    {
        Span<byte> bytes = line.Length <= 512 ? stackalloc byte[512] : new byte[line.Length];
        var length = 0;
        foreach (var chunk in line.GetChunks())
            length += Encoding.ASCII.GetBytes(chunk.Span, bytes[length..]);
        sink.Write(bytes[..length]);
    }
}
