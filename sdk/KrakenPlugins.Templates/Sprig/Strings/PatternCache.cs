using System.Collections.Concurrent;
using KrakenPlugins.Re2;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Parsed patterns, kept because parsing costs far more than matching. A pattern may come from a request, so the cache is small and forgets.</summary>
internal sealed class PatternCache
{
    private const int MostPatterns = 256;
    private const int LongestPattern = 4096;

    private readonly ConcurrentDictionary<string, Re2Regex> _patterns = new(StringComparer.Ordinal);
    private int _count;

    /// <exception cref="TemplateFunctionException">The pattern does not parse.</exception>
    public Re2Regex Get(string pattern)
    {
        if (_patterns.TryGetValue(pattern, out var known)) return known;
        if (!Re2Regex.TryParse(pattern, Re2Dialect.Re2, out var regex, out var error)) throw new TemplateFunctionException(error);
        if (pattern.Length <= LongestPattern) Keep(pattern, regex);
        return regex;
    }

    private void Keep(string pattern, Re2Regex regex)
    {
        if (Volatile.Read(ref _count) >= MostPatterns)
        {
            _patterns.Clear();
            Volatile.Write(ref _count, 0);
        }
        if (_patterns.TryAdd(pattern, regex)) Interlocked.Increment(ref _count);
    }
}
