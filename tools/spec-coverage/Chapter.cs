using System.Text.RegularExpressions;

namespace SpecCoverage;

/// <summary>One behaviour of the specification.</summary>
/// <param name="Id">Such as <c>RTE-014</c>.</param>
/// <param name="Section">The text of the <c>##</c> heading above it, empty before the first one.</param>
/// <param name="Text">The rest of the item's first line.</param>
internal sealed record SpecItem(string Id, string Section, string Text)
{
    /// <summary>The letters before the hyphen.</summary>
    public string Prefix => Id[..Id.IndexOf('-', StringComparison.Ordinal)];
}

/// <summary>One file of <c>docs/spec</c>: its name without extension and its items in the order of the file.</summary>
internal sealed record Chapter(string Name, IReadOnlyList<SpecItem> Items)
{
    /// <summary>Reads every <c>*.md</c> of a folder, in the order of their names.</summary>
    /// <exception cref="SpecException">The folder does not exist or defines nothing, or two items share an ID.</exception>
    public static IReadOnlyList<Chapter> ReadFolder(string folder)
    {
        if (!Directory.Exists(folder))
            throw new SpecException($"{folder}: no such folder; expected the chapters of the specification");
        Chapter[] chapters = [.. Directory.GetFiles(folder, "*.md").Order(StringComparer.Ordinal)
            .Select(path => Parse(Path.GetFileNameWithoutExtension(path), File.ReadLines(path)))];

        var definedIn = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Chapter chapter in chapters)
        {
            foreach (SpecItem item in chapter.Items)
            {
                if (!definedIn.TryAdd(item.Id, chapter.Name))
                    throw new SpecException($"{item.Id} is defined in {definedIn[item.Id]} and again in {chapter.Name}");
            }
        }
        if (definedIn.Count == 0)
            throw new SpecException($"{folder}: no item of the form '- **RTE-014** text' in any *.md");
        return chapters;
    }

    /// <summary>Finds the items in the lines of one chapter; lines within a code fence define nothing.</summary>
    public static Chapter Parse(string name, IEnumerable<string> lines)
    {
        var items = new List<SpecItem>();
        string section = "";
        bool fenced = false;
        foreach (string line in lines)
        {
            if (line.StartsWith("```", StringComparison.Ordinal))
                fenced = !fenced;
            if (fenced)
                continue;
            if (line.StartsWith("## ", StringComparison.Ordinal))
                section = line[3..].Trim();
            else if (SpecGrammar.Item().Match(line) is { Success: true } match)
                items.Add(new SpecItem(match.Groups["id"].Value, section, match.Groups["text"].Value.Trim()));
        }
        return new Chapter(name, items);
    }
}

internal static partial class SpecGrammar
{
    [GeneratedRegex(@"^- \*\*(?<id>[A-Z]{2,5}-[0-9]{3,4})\*\*(?<text>.*)$", RegexOptions.CultureInvariant)]
    public static partial Regex Item();
}

/// <summary>The specification or the test assemblies cannot be read; the message says what and where.</summary>
internal sealed class SpecException(string message) : Exception(message);
