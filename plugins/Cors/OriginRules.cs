using System.Collections.Frozen;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Cors;

/// <summary>The origins of <c>allow_origins</c> (SEC-009, SEC-010).</summary>
internal sealed class OriginRules
{
    /// <summary>A host name has 253 characters at most; what is far longer is no origin.</summary>
    private const int Longest = 2048;

    private readonly FrozenSet<string> _exact;
    private readonly (string Prefix, string Suffix)[] _patterns;

    private OriginRules(IReadOnlyList<string> entries)
    {
        AllowsAny = entries.Count == 0 || entries.Contains("*");
        _exact = entries.Where(static e => !e.Contains('*', StringComparison.Ordinal)).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _patterns = [.. entries.Where(static e => e.Contains('*', StringComparison.Ordinal)).Select(static e => (e[..e.IndexOf('*')], e[(e.IndexOf('*') + 1)..]))];
    }

    /// <summary>Whether every origin may call.</summary>
    public bool AllowsAny { get; }

    /// <summary>Compiles the entries and says what is dangerous about them; <see langword="null"/> after an error.</summary>
    public static OriginRules? Compile(CorsSettings settings, ConfigDiagnostics diagnostics)
    {
        var good = true;
        for (var i = 0; i < settings.AllowOrigins.Count; i++)
        {
            var entry = settings.AllowOrigins[i];
            if (entry.Length == 0 || entry.Length > Longest || entry.Count('*') > 1)
            {
                settings.Source!.Error(diagnostics, "allow_origins", i, $"{ConfigText.Quote(entry)} is no origin; expected scheme, host and port such as \"https://shop.example.com\", with one * at most");
                good = false;
            }
            else if (WarningAbout(entry, settings.AllowCredentials) is { } warning)
            {
                var node = settings.Source!.Find("allow_origins")!;
                diagnostics.Warning(node.Items[i].Position, settings.Source.Path.Member("allow_origins").Item(i).ToString(), warning);
            }
        }
        var rules = new OriginRules(settings.AllowOrigins);
        if (rules.AllowsAny && settings.AllowCredentials)
            settings.Source!.Warning(diagnostics, "allow_credentials", "browsers refuse credentials together with the origin *; list the origins in \"allow_origins\"");
        return good ? rules : null;
    }

    /// <summary>Whether scripts of an origin may call. Costs nothing that grows with the origin beyond its length.</summary>
    public bool Allows(string origin)
    {
        if (AllowsAny)
            return true;
        if (!IsSerialised(origin))
            return false;
        if (_exact.Contains(origin))
            return true;
        foreach (var (prefix, suffix) in _patterns)
        {
            if (origin.Length >= prefix.Length + suffix.Length && origin.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && origin.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }

    // RFC 6454, section 6.2: scheme, host, port and nothing else. A path, a query or user information would let a pattern match in the wrong place.
    private static bool IsSerialised(string origin)
    {
        if (origin.Length > Longest)
            return false;
        var scheme = origin.IndexOf("://", StringComparison.Ordinal);
        foreach (var c in origin.AsSpan(scheme < 0 ? 0 : scheme + 3))
        {
            if (c is <= ' ' or >= '\x7f' or '/' or '\\' or '?' or '#' or '@' or ',' or ';' or '"')
                return false;
        }
        return scheme < 0 || origin.AsSpan(0, scheme).IndexOfAnyExceptInRange('!', '~') < 0;
    }

    private static string? WarningAbout(string entry, bool allowsCredentials)
    {
        if (entry is "null")
            return "every sandboxed document of any site has the origin null; whoever wants to can send it";
        if (entry is "*")
            return null;
        var scheme = entry.IndexOf("://", StringComparison.Ordinal);
        var star = entry.IndexOf('*', StringComparison.Ordinal);
        if (star < 0)
        {
            return scheme >= 0 && entry.AsSpan(scheme + 3).ContainsAny('/', '?', '#')
                ? $"{ConfigText.Quote(entry)} never matches: the origin that browsers send has no path, not even a final slash"
                : null;
        }
        if (star == entry.Length - 1)
            return WarningAboutEnd(entry, scheme + 3 == star, allowsCredentials);
        return star == scheme + 3 && scheme >= 0 && entry[star + 1] is not ('.' or ':')
            ? $"{ConfigText.Quote(entry)} also lets in {entry[..star]}evil-{entry[(star + 1)..]}; write a dot behind the * to let in subdomains only"
            : null;
    }

    private static string? WarningAboutEnd(string entry, bool isWholeScheme, bool allowsCredentials)
    {
        if (isWholeScheme)
            return allowsCredentials ? $"{ConfigText.Quote(entry)} lets every site act with the credentials of its visitors" : null;
        var stem = entry[..^1];
        // A port may stand behind a colon; everything else may be followed by the rest of somebody's name.
        return stem.EndsWith(':')
            ? null
            : $"{ConfigText.Quote(entry)} also lets in {ConfigText.Inline(stem)}{(stem.EndsWith('.') ? "" : ".")}attacker.net; write the whole origin";
    }
}
