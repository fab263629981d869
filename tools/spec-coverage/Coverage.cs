namespace SpecCoverage;

/// <summary>The specification held against the tests that name its items.</summary>
internal sealed class Coverage(IReadOnlyList<Chapter> chapters, IEnumerable<Proof> proofs)
{
    private const int ExcerptLength = 100;
    private readonly ILookup<string, Proof> _proofs = proofs.ToLookup(proof => proof.Id, StringComparer.Ordinal);

    /// <summary>Lines of <c>name proven/total</c> for each chapter, and the total last.</summary>
    public IEnumerable<string> ByChapter() =>
        Table([.. chapters.Select(chapter => (chapter.Name, chapter.Items))]);

    /// <summary>The same for each <c>##</c> section that has items and whose heading contains <paramref name="text"/> (case ignored).</summary>
    public IEnumerable<string> BySection(string text) =>
        Table([.. chapters.SelectMany(chapter => chapter.Items
            .Where(item => Contains(item.Section, text))
            .GroupBy(item => item.Section, StringComparer.Ordinal)
            .Select(section => ($"{chapter.Name}  {section.Key}", (IReadOnlyList<SpecItem>)[.. section])))]);

    /// <summary>
    /// Items without a test, one line each with their first words. <paramref name="filter"/> is a prefix (<c>RTE</c>) or the start of
    /// a chapter's name (<c>02</c>, <c>03b</c>), null for all; <paramref name="section"/> is a part of a section's heading, null for all.
    /// </summary>
    public IEnumerable<string> Missing(string? filter, string? section) =>
        from chapter in chapters
        from item in chapter.Items
        where !_proofs.Contains(item.Id)
        where filter is null || item.Prefix.Equals(filter, StringComparison.OrdinalIgnoreCase) || IsChapter(chapter.Name, filter)
        where section is null || Contains(item.Section, section)
        select $"{item.Id}  {Excerpt(item.Text)}";

    /// <summary>IDs on tests that no chapter defines, one line each with the tests that carry them.</summary>
    public IEnumerable<string> Unknown()
    {
        HashSet<string> defined = [.. chapters.SelectMany(chapter => chapter.Items).Select(item => item.Id)];
        return _proofs.Where(group => !defined.Contains(group.Key))
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"\"{group.Key}\" on {string.Join(", ", group.Select(proof => proof.Test))} is no item of the specification");
    }

    private IEnumerable<string> Table(IReadOnlyList<(string Name, IReadOnlyList<SpecItem> Items)> rows)
    {
        int width = rows.Select(row => row.Name.Length).Append("total".Length).Max();
        int provenInAll = 0, all = 0;
        foreach ((string name, IReadOnlyList<SpecItem> items) in rows)
        {
            int proven = items.Count(item => _proofs.Contains(item.Id));
            provenInAll += proven;
            all += items.Count;
            yield return $"{name.PadRight(width)}  {proven}/{items.Count}";
        }
        yield return $"{"total".PadRight(width)}  {provenInAll}/{all}";
    }

    // "03" means chapter 03 and not 03b: the name goes on after the filter with something that is no letter or digit.
    private static bool IsChapter(string name, string filter) =>
        name.StartsWith(filter, StringComparison.OrdinalIgnoreCase)
        && (name.Length == filter.Length || !char.IsAsciiLetterOrDigit(name[filter.Length]));

    private static bool Contains(string heading, string text) => heading.Contains(text, StringComparison.OrdinalIgnoreCase);

    private static string Excerpt(string text)
    {
        if (text.Length <= ExcerptLength)
            return text;
        int end = text.LastIndexOf(' ', ExcerptLength);
        return text[..(end > 0 ? end : ExcerptLength)] + " …";
    }
}
