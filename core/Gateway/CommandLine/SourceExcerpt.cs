using System.Buffers;
using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.CommandLine;

/// <summary>The line of the file that a finding is about, with a caret below the place.</summary>
internal sealed class SourceExcerpt
{
    private const int Width = 100;

    // Hashes of passwords (bcrypt), which somebody could try passwords against.
    private static readonly SearchValues<string> s_hashes = SearchValues.Create(["$2a$", "$2b$", "$2y$"], StringComparison.Ordinal);

    private readonly Dictionary<string, string[]> _files = new(StringComparer.Ordinal);

    /// <summary>Two lines of text, or an empty one when the place is unknown, or when the line might show a secret.</summary>
    public string Of(ConfigDiagnostic finding)
    {
        var position = finding.Position;
        var lines = LinesOf(position);
        if (position.Line < 1 || position.Line > lines.Length || NamesSecret(finding.Path))
            return "";
        var line = lines[position.Line - 1].TrimEnd('\r');
        var column = Math.Clamp(position.Column - 1, 0, line.Length);

        // A configuration on one line is cut to what surrounds the place.
        var start = line.Length <= Width ? 0 : Math.Clamp(column - (Width / 2), 0, line.Length - Width);
        var shown = line.Substring(start, Math.Min(Width, line.Length - start));
        if (ShowsSecret(line))
            return "";
        var number = position.Line.ToString(CultureInfo.InvariantCulture);
        var before = start > 0 ? "…" : "";
        var after = start + shown.Length < line.Length ? "…" : "";
        return $"  {number} | {before}{Printable(shown)}{after}\n  {new string(' ', number.Length)} | {new string(' ', before.Length + column - start)}^\n";
    }

    private string[] LinesOf(SourcePosition position)
    {
        if (position.Line < 1)
            return [];
        if (_files.TryGetValue(position.File, out var lines))
            return lines;
        try
        {
            // A named pipe was read already, and would wait for somebody to write to it again.
            lines = new FileInfo(position.File) is { Exists: true, Length: 0 } ? [] : File.ReadAllText(position.File).Split('\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The finding was made already; the file may be gone or be a pipe that was read.
            lines = [];
        }
        _files.Add(position.File, lines);
        return lines;
    }

    private static bool NamesSecret(string path)
    {
        foreach (var step in path.Split('.', '[', ']'))
        {
            if (ConfigText.IsSecret(step.Trim('"')))
                return true;
        }
        return false;
    }

    // The whole line is searched for names, not only what is shown: the name of a value may have been cut off.
    private static bool ShowsSecret(string line)
    {
        if (ConfigText.WithoutCredentials(line) != line || line.AsSpan().ContainsAny(s_hashes))
            return true;
        var from = 0;
        for (var quote = line.IndexOf('"', StringComparison.Ordinal); quote >= 0; quote = line.IndexOf('"', quote + 1))
        {
            var name = line.AsSpan(from, quote - from);
            if (name.Length is > 0 and < 64 && ConfigText.IsSecret(name.ToString()))
                return true;
            from = quote + 1;
        }
        return NamesBareSecret(line);
    }

    // YAML, TOML, HCL and properties have names without quotes.
    private static bool NamesBareSecret(string line)
    {
        for (var sign = line.AsSpan().IndexOfAny(':', '='); sign >= 0; sign = line.IndexOfAny([':', '='], sign + 1))
        {
            var name = line.AsSpan(0, sign).TrimEnd();
            name = name[(name.LastIndexOfAny(" \t,{[\"'") + 1)..];
            if (name.Length < 64 && NamesSecret(name.ToString()))
                return true;
        }
        return false;
    }

    private static string Printable(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
            clean.Append(c == '\t' ? ' ' : char.IsControl(c) ? '?' : c);
        return clean.ToString();
    }
}
