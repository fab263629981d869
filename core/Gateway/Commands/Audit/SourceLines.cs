using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Audit;

/// <summary>Tells values that stand in a file from those that a template puts there while it is rendered.</summary>
internal sealed class SourceLines
{
    private readonly Dictionary<string, string[]> _files = new(StringComparer.Ordinal);

    /// <summary>Whether the line that a value comes from has a template action in it, or no line is known.</summary>
    public bool IsRendered(SourcePosition position)
    {
        // Variables of the environment have a name for a file.
        if (position.Line < 1)
            return true;
        var lines = LinesOf(position.File);
        return position.Line <= lines.Length && lines[position.Line - 1].Contains("{{", StringComparison.Ordinal);
    }

    private string[] LinesOf(string file)
    {
        if (_files.TryGetValue(file, out var lines))
            return lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The configuration was read already; what cannot be looked at again counts as written.
            lines = [];
        }
        _files.Add(file, lines);
        return lines;
    }
}
