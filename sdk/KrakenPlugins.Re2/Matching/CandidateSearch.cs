using System.Buffers;
using System.Text;
using KrakenPlugins.Re2.Unicode;

namespace KrakenPlugins.Re2.Matching;

/// <summary>Finds, with .NET's vectorised searches, the next place where a match can start: by the literal or the character it starts with.</summary>
internal sealed class CandidateSearch
{
    private const int MaxCharacters = 64;

    private readonly string? _prefix;
    private readonly SearchValues<char>? _first;

    private CandidateSearch(string? prefix, SearchValues<char>? first)
    {
        _prefix = prefix;
        _first = first;
    }

    /// <param name="program">The instructions.</param>
    /// <param name="first">The characters that a match starts with, or <see langword="null"/> when it may have none.</param>
    /// <returns><see langword="null"/> when nothing narrows the search down.</returns>
    public static CandidateSearch? TryCreate(Instruction[] program, CodePointSet? first)
    {
        if (first is null) return null;
        var prefix = Prefix(program);
        if (prefix.Length > 1) return new CandidateSearch(prefix, null);
        var characters = new HashSet<char>();
        var bounds = first.Bounds;
        for (var i = 0; i < bounds.Length; i += 2)
        {
            for (var c = bounds[i]; c <= bounds[i + 1]; c++)
            {
                characters.Add(c > 0xFFFF ? char.ConvertFromUtf32(c)[0] : (char)c);
                // Half of a pair is found as part of one; the search would have to look twice.
                if (characters.Count > MaxCharacters || c is >= 0xD800 and <= 0xDFFF) return null;
            }
        }
        char[] values = [.. characters];
        return new CandidateSearch(null, SearchValues.Create(values));
    }

    /// <summary>The first position from <paramref name="at"/> on where a match can start, or -1.</summary>
    public int Next(ReadOnlySpan<char> text, int at)
    {
        var rest = text[at..];
        var distance = _prefix is not null ? rest.IndexOf(_prefix, StringComparison.Ordinal) : rest.IndexOfAny(_first!);
        return distance < 0 ? -1 : at + distance;
    }

    private static string Prefix(Instruction[] program)
    {
        var prefix = new StringBuilder();
        for (var at = 0; prefix.Length < 64;)
        {
            var instruction = program[at];
            if (instruction.Operation is Operation.Split or Operation.Set or Operation.Match) break;
            if (instruction.Operation == Operation.Character)
            {
                if (instruction.Argument is >= 0xD800 and <= 0xDFFF) break;
                prefix.Append(char.ConvertFromUtf32(instruction.Argument));
            }
            at = instruction.Next;
        }
        return prefix.ToString();
    }
}
