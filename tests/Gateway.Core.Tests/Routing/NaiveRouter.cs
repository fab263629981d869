using System.Text.RegularExpressions;

namespace Gateway.Core.Tests.Routing;

/// <summary>The rule of precedence in the plainest form: try every route, keep the best. The measure for the tree.</summary>
internal sealed class NaiveRouter(IReadOnlyList<string> patterns)
{
    private readonly (string Pattern, Regex Expression)[] _routes = [.. patterns.Select(static p => (p, new Regex(ToExpression(p))))];

    public string? Find(string decodedPath)
    {
        string? best = null;
        foreach (var (pattern, expression) in _routes)
        {
            if (expression.IsMatch(decodedPath) && (best is null || IsBetter(pattern, best)))
                best = pattern;
        }
        return best;
    }

    private static string ToExpression(string pattern)
    {
        var segments = pattern[1..].Split('/').Select(static s => s switch
        {
            "*" => "[^\\0]*",
            _ when s.Contains('{', StringComparison.Ordinal) => Regex.Escape(s[..s.IndexOf('{', StringComparison.Ordinal)]) + "[^/]+",
            _ => Regex.Escape(s),
        });
        return $"\\A/{string.Join('/', segments)}\\z";
    }

    private static bool IsBetter(string left, string right)
    {
        var a = left[1..].Split('/');
        var b = right[1..].Split('/');
        for (var i = 0; i < Math.Min(a.Length, b.Length); i++)
        {
            var order = Rank(a[i]).CompareTo(Rank(b[i]));
            if (order != 0)
                return order > 0;
        }
        return false;
    }

    // Static above all, then the longest text in front of a value, then a value alone, then the wildcard.
    private static int Rank(string segment)
    {
        if (segment == "*")
            return -1;
        var brace = segment.IndexOf('{', StringComparison.Ordinal);
        return brace < 0 ? int.MaxValue : brace;
    }
}
