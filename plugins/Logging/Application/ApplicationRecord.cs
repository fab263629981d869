using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Logging.Application;

/// <summary>One record of the application log.</summary>
internal readonly struct ApplicationRecord
{
    /// <summary>Number of the record in the process, from 1.</summary>
    public required long Id { get; init; }

    /// <summary>Local time.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Severity.</summary>
    public required LogLevel Level { get; init; }

    /// <summary>Text, as it was logged.</summary>
    public required string Message { get; init; }

    /// <summary>What went with it, or <see langword="null"/>.</summary>
    public Exception? Exception { get; init; }

    /// <summary>The trace that it belongs to, or <see langword="null"/>.</summary>
    public Activity? Activity { get; init; }

    /// <summary>Text and exception as they are, line breaks included.</summary>
    public string FullText => Exception is null ? Message : $"{Message}\n{Exception}";

    /// <summary>A text on one line: what a client sent must not be able to forge a line of its own.</summary>
    public static string OneLine(string text)
    {
        var control = text.AsSpan().IndexOfAnyInRange('\0', '\u001f');
        if (control < 0 && !text.Contains('\u007f', StringComparison.Ordinal))
            return text;
        var line = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (c is >= ' ' and not '\u007f' or '\t')
                line.Append(c);
            else if (c == '\n')
                line.Append("\\n");
            else
                line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
        }
        return line.ToString();
    }
}
