using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Core.Diagnostics;

/// <summary>
/// The access log in its built-in form (OBS-013): <c>[GIN] yyyy/mm/dd - hh:mm:ss | status | duration | client ip | METHOD "path"</c>.
/// Values of secret query parameters are masked (<see cref="Redaction"/>).
/// </summary>
/// <param name="sink">Where lines go; not disposed.</param>
/// <param name="skipPaths">Request paths without line, compared exactly (RTE-042).</param>
/// <param name="colours">Whether status and method are coloured (OBS-018).</param>
public sealed class AccessLog(LogSink sink, IReadOnlyList<string> skipPaths, bool colours = false)
{
    /// <summary>Printed characters of a method, a target or an error, escapes included; <c>...</c> stands for what follows.</summary>
    public const int MaxText = 8192;

    private const int MethodWidth = 7;
    private const int EscapeWidth = 6;
    private const string Reset = "\u001b[0m";

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _skip =
        new HashSet<string>(skipPaths, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    [ThreadStatic]
    private static StringBuilder? t_line;

    /// <summary>Whether requests for a target leave no line.</summary>
    /// <param name="target">Request target as received.</param>
    public bool Skips(string target)
    {
        if (_skip.Set.Count == 0)
            return false;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return _skip.Contains(query < 0 ? target : target.AsSpan(0, query));
    }

    /// <summary>Writes the line of one finished request.</summary>
    /// <param name="status">Status sent to the client.</param>
    /// <param name="milliseconds">Duration in milliseconds.</param>
    /// <param name="clientIp">Resolved client address.</param>
    /// <param name="method">Method as received.</param>
    /// <param name="target">Request target as received: path and query.</param>
    /// <param name="errors">Gateway errors that follow on lines of their own (OBS-015), or <see langword="null"/>.</param>
    public void Write(int status, double milliseconds, string clientIp, string method, string target, List<string>? errors = null)
    {
        if (Skips(target))
            return;
        var line = t_line ??= new StringBuilder(256);
        line.Clear();
        line.Append(CultureInfo.InvariantCulture, $"[GIN] {DateTime.Now:yyyy/MM/dd - HH:mm:ss} |{(colours ? StatusColour(status) : "")} {status,3} {(colours ? Reset : "")}| {milliseconds,6:F3}ms | {clientIp,15} |{(colours ? MethodColour(method) : "")} ");
        AppendText(line, method);
        line.Append(' ', Math.Max(MethodWidth - method.Length, 0)).Append(colours ? " " + Reset : " ").Append('"');
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
        var position = 0;
        while (Redaction.TryFindSecret(text, position, out var secret))
        {
            if (!TryAppend(line, text.AsSpan(position, secret.Start - position), ref left))
                return;
            line.Append(Redaction.Mask);
            position = secret.Start + secret.Length;
        }
        TryAppend(line, text.AsSpan(position), ref left);
    }

    private static bool TryAppend(StringBuilder line, ReadOnlySpan<char> text, ref int left)
    {
        foreach (var c in text)
        {
            var width = c is '"' or '\\' ? 2 : c is >= ' ' and < '\u007f' ? 1 : EscapeWidth;
            left -= width;
            if (left < 0)
            {
                line.Append("...");
                return false;
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
        return true;
    }

    private static string StatusColour(int status) => status switch
    {
        >= 200 and < 300 => "\u001b[97;42m",
        >= 300 and < 400 => "\u001b[90;47m",
        >= 400 and < 500 => "\u001b[90;43m",
        _ => "\u001b[97;41m",
    };

    private static string MethodColour(string method) => method switch
    {
        "GET" => "\u001b[97;44m",
        "POST" => "\u001b[97;46m",
        "PUT" => "\u001b[90;43m",
        "DELETE" => "\u001b[97;41m",
        "PATCH" => "\u001b[97;42m",
        "HEAD" => "\u001b[97;45m",
        "OPTIONS" => "\u001b[90;47m",
        _ => Reset,
    };

    private void WriteAscii(StringBuilder line)
    {
        Span<byte> bytes = line.Length <= 512 ? stackalloc byte[512] : new byte[line.Length];
        var length = 0;
        foreach (var chunk in line.GetChunks())
            length += Encoding.ASCII.GetBytes(chunk.Span, bytes[length..]);
        sink.Write(bytes[..length]);
    }
}
