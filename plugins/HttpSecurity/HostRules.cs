using System.Buffers;
using System.Collections.Frozen;
using KrakenPlugins.Re2;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.HttpSecurity;

/// <summary>The hosts of <c>allowed_hosts</c> (SEC-043, SEC-044).</summary>
internal sealed class HostRules
{
    private readonly FrozenSet<string> _exact;
    private readonly Re2Regex[] _expressions;

    private HostRules(IEnumerable<string> exact, Re2Regex[] expressions)
    {
        _exact = exact.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _expressions = expressions;
    }

    /// <summary>Compiles the entries. <paramref name="rules"/> is <see langword="null"/> when all hosts are allowed; returns false after an error.</summary>
    public static bool TryCompile(HttpSecuritySettings settings, ConfigDiagnostics diagnostics, out HostRules? rules)
    {
        rules = null;
        if (settings.AllowedHosts.Count == 0)
            return true;
        if (!settings.AllowedHostsAreRegex)
        {
            rules = new HostRules(settings.AllowedHosts, []);
            return true;
        }
        var expressions = new List<Re2Regex>();
        for (var i = 0; i < settings.AllowedHosts.Count; i++)
        {
            // Alone first: an entry such as "a)|(b" would be valid inside of the parentheses that anchor it, and mean something else.
            if (Re2Regex.TryParse(settings.AllowedHosts[i], Re2Dialect.Re2, out _, out var error) && Re2Regex.TryParse($"\\A(?:{settings.AllowedHosts[i]})\\z", Re2Dialect.Re2, out var expression, out error))
                expressions.Add(expression);
            else
                settings.Source!.Error(diagnostics, "allowed_hosts", i, $"{ConfigText.Quote(settings.AllowedHosts[i])} is no regular expression: {error}");
        }
        rules = new HostRules([], [.. expressions]);
        return expressions.Count == settings.AllowedHosts.Count;
    }

    /// <summary>Whether requests may name a host.</summary>
    public bool Allows(string host)
    {
        foreach (var expression in _expressions)
        {
            if (expression.IsMatch(host))
                return true;
        }
        return _exact.Contains(host);
    }
}

/// <summary>What may stand where a URL has its host and port.</summary>
internal static class HostSyntax
{
    private const int Longest = 512;

    private static readonly SearchValues<char> s_allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]");

    /// <summary>Whether a text can be put behind <c>https://</c> without becoming more than a host and a port.</summary>
    public static bool IsAuthority(string text) => text.Length is > 0 and <= Longest && !text.AsSpan().ContainsAnyExcept(s_allowed);
}
