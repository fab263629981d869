using System.Text;
using KrakenPlugins.Re2.Matching;

namespace KrakenPlugins.Re2;

public sealed partial class Re2Regex
{
    /// <summary>The leftmost match at or after <paramref name="start"/> (UTF-16 code units), or <see langword="null"/>.</summary>
    public Re2Match? Match(string text, int start = 0)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slots = new int[_program.SlotCount];
        return TryMatch(text, start, slots) ? new Re2Match(this, text, slots) : null;
    }

    /// <summary>
    /// Successive matches that do not overlap, as Go's <c>FindAll</c> gives them: an empty match directly behind another one is left out.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">The most matches to return; negative for all.</param>
    public IReadOnlyList<Re2Match> FindAll(string text, int limit = -1)
    {
        ArgumentNullException.ThrowIfNull(text);
        var matches = new List<Re2Match>();
        var (at, previousEnd) = (0, -1);
        var slots = new int[_program.SlotCount];
        while (at <= text.Length && matches.Count != limit && Search(text, at, slots))
        {
            var isRepeated = slots[1] == at && slots[0] == previousEnd;
            at = slots[1] == at ? at + WidthAt(text, at) : slots[1];
            previousEnd = slots[1];
            if (isRepeated) continue;
            matches.Add(new Re2Match(this, text, slots));
            slots = new int[_program.SlotCount];
        }
        return matches;
    }

    /// <summary>The text with every match replaced by the template, in which <c>$1</c> and <c>${name}</c> stand for groups.</summary>
    /// <seealso cref="Re2Match.Expand"/>
    public string ReplaceAll(string text, string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        if (!template.Contains('$', StringComparison.Ordinal)) return ReplaceAllLiteral(text, template);
        return Replace(text, _program.SlotCount, (result, slots) => ReplacementTemplate.Expand(result, template, this, text, slots));
    }

    /// <summary>The text with every match replaced by <paramref name="replacement"/> as it stands.</summary>
    public string ReplaceAllLiteral(string text, string replacement)
    {
        ArgumentNullException.ThrowIfNull(replacement);
        return Replace(text, 2, (result, _) => result.Append(replacement));
    }

    /// <summary>The text with every match replaced by what the function makes of it.</summary>
    public string ReplaceAll(string text, Func<Re2Match, string> replacement)
    {
        ArgumentNullException.ThrowIfNull(replacement);
        return Replace(text, _program.SlotCount, (result, slots) => result.Append(replacement(new Re2Match(this, text, (int[])slots.Clone()))));
    }

    /// <summary>The parts of the text between matches, as Go's <c>Split</c> gives them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limit">The most parts, the last of which holds the rest; 0 for none, negative for all.</param>
    public IReadOnlyList<string> Split(string text, int limit = -1)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (limit == 0) return [];
        if (text.Length == 0 && Pattern.Length > 0) return [""];
        var parts = new List<string>();
        var (begin, end) = (0, 0);
        foreach (var match in FindAll(text, limit))
        {
            if (parts.Count == limit - 1) break;
            end = match.Index;
            if (match.Index + match.Length != 0) parts.Add(text[begin..end]);
            begin = match.Index + match.Length;
        }
        if (end != text.Length) parts.Add(text[begin..]);
        return parts;
    }

    private string Replace(string text, int slotCount, Action<StringBuilder, int[]> append)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slots = new int[slotCount];
        StringBuilder? result = null;
        var (at, lastEnd) = (0, 0);
        while (at <= text.Length && Search(text, at, slots))
        {
            result ??= new StringBuilder(text.Length);
            result.Append(text, lastEnd, slots[0] - lastEnd);
            // Not for an empty match directly behind another one.
            if (slots[1] > lastEnd || slots[0] == 0) append(result, slots);
            lastEnd = slots[1];
            at = Math.Max(at + WidthAt(text, at), slots[1]);
        }
        return result is null ? text : result.Append(text, lastEnd, text.Length - lastEnd).ToString();
    }

    // How far to go on from an empty match: one character, or past the end.
    private static int WidthAt(string text, int at)
    {
        Position.CodePointAt(text, at, out var width);
        return Math.Max(width, 1);
    }
}
