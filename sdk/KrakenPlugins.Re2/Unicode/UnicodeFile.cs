using System.Globalization;

namespace KrakenPlugins.Re2.Unicode;

/// <summary>What .NET does not know of Unicode: scripts, a few properties, and simple case folding, from the embedded <c>unicode.txt</c>.</summary>
internal static class UnicodeFile
{
    private static readonly Lazy<Content> s_content = new(Read);

    private sealed record Content(Dictionary<string, string> Scripts, Dictionary<string, string> Properties, string Fold);

    /// <summary>The code points of a script by its long or short name, spelt loosely; <see langword="null"/> when there is none.</summary>
    public static CodePointSet? Script(string looseName) =>
        s_content.Value.Scripts.TryGetValue(looseName, out var ranges) ? Parse(ranges) : null;

    /// <summary>The code points with a binary property by its long or short name, spelt loosely.</summary>
    public static CodePointSet? Property(string looseName) =>
        s_content.Value.Properties.TryGetValue(looseName, out var ranges) ? Parse(ranges) : null;

    /// <summary>Every code point that simple case folding changes, and into what.</summary>
    public static IEnumerable<(int From, int To)> Folds()
    {
        foreach (var run in s_content.Value.Fold.Split(' '))
        {
            var arrow = run.IndexOf('>', StringComparison.Ordinal);
            var slash = run.IndexOf('/', StringComparison.Ordinal);
            var (first, last) = Range(run.AsSpan(0, slash < 0 ? arrow : slash));
            var step = slash < 0 ? 1 : Hex(run.AsSpan(slash + 1, arrow - slash - 1));
            var distance = Hex(run.AsSpan(arrow + 1)) - first;
            for (var c = first; c <= last; c += step) yield return (c, c + distance);
        }
    }

    /// <summary>A name without what loose spelling ignores: case, spaces, hyphens, underscores (UTS #18).</summary>
    public static string Loose(ReadOnlySpan<char> name)
    {
        Span<char> buffer = stackalloc char[64];
        var length = 0;
        foreach (var c in name)
        {
            if (c is ' ' or '-' or '_') continue;
            if (length == buffer.Length) return "";
            buffer[length++] = char.ToLowerInvariant(c);
        }
        return new string(buffer[..length]);
    }

    private static Content Read()
    {
        using var stream = typeof(UnicodeFile).Assembly.GetManifestResourceStream("unicode.txt")!;
        using var reader = new StreamReader(stream);
        var content = new Content([], [], "");
        while (reader.ReadLine() is { } line)
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0 || line[0] == '#') continue;
            var (head, ranges) = (line[..colon], line[(colon + 2)..]);
            var space = head.IndexOf(' ', StringComparison.Ordinal);
            if (space < 0)
            {
                content = content with { Fold = ranges };
                continue;
            }
            var names = head[..space] == "script" ? content.Scripts : content.Properties;
            foreach (var name in head[(space + 1)..].Split(',')) names[Loose(name)] = ranges;
        }
        return content;
    }

    private static CodePointSet Parse(string ranges)
    {
        var builder = new CodePointSetBuilder();
        foreach (var range in ranges.Split(' '))
        {
            var (first, last) = Range(range);
            builder.Add(first, last);
        }
        return builder.ToSet();
    }

    private static (int First, int Last) Range(ReadOnlySpan<char> text)
    {
        var dash = text.IndexOf('-');
        return dash < 0 ? (Hex(text), Hex(text)) : (Hex(text[..dash]), Hex(text[(dash + 1)..]));
    }

    private static int Hex(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
