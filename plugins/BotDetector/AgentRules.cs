using System.Collections.Frozen;
using System.Globalization;
using KrakenPlugins.Re2;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.BotDetector;

/// <summary>The compiled rules of one place (TRF-126 to TRF-131). Safe for concurrent use.</summary>
internal sealed class AgentRules
{
    // What is longer is judged anew each time, so that what clients send bounds the memory of the cache.
    private const int LongestCached = 512;

    private readonly FrozenSet<string> _allow;
    private readonly FrozenSet<string> _deny;
    private readonly Re2Regex[] _patterns;
    private readonly VerdictCache? _cache;
    private readonly bool _emptyIsBot;

    private AgentRules(BotDetectorSettings settings, Re2Regex[] patterns)
    {
        _allow = settings.Allow.ToFrozenSet(StringComparer.Ordinal);
        _deny = settings.Deny.ToFrozenSet(StringComparer.Ordinal);
        _patterns = patterns;
        _emptyIsBot = settings.EmptyUserAgentIsBot;
        // Names are found as quickly as verdicts are.
        _cache = settings.CacheSize > 0 && patterns.Length > 0 ? new VerdictCache((int)settings.CacheSize) : null;
    }

    /// <summary>Compiles an object; <see langword="null"/> after errors were reported.</summary>
    public static AgentRules? Compile(ConfigNode config, ConfigDiagnostics diagnostics)
    {
        var path = ConfigPath.Root.Member(BotDetectorPlugin.Namespace);
        if (!new ConfigBinder(diagnostics).TryBind<BotDetectorSettings>(config, path, out var settings))
            return null;
        var good = settings.CacheSize is >= 0 and <= BotDetectorSettings.LargestCache;
        if (!good)
            settings.Source!.Error(diagnostics, "cache_size", string.Create(CultureInfo.InvariantCulture, $"expected 0 to {BotDetectorSettings.LargestCache} entries, found {settings.CacheSize}"));
        var patterns = new List<Re2Regex>(settings.Patterns.Count);
        for (var i = 0; i < settings.Patterns.Count; i++)
        {
            if (Re2Regex.TryParse(settings.Patterns[i], Re2Dialect.Re2, out var pattern, out var error))
            {
                patterns.Add(pattern);
                continue;
            }
            settings.Source!.Error(diagnostics, "patterns", i, $"{ConfigText.Quote(settings.Patterns[i])} is no regular expression: {error}");
            good = false;
        }
        return good ? new AgentRules(settings, [.. patterns]) : null;
    }

    /// <summary>Whether a client is a bot.</summary>
    /// <param name="agent">Its User-Agent; absent and empty are the same.</param>
    public bool IsBot(string? agent)
    {
        if (string.IsNullOrEmpty(agent))
            return _emptyIsBot;
        if (_cache is null || agent.Length > LongestCached)
            return Judge(agent);
        if (_cache.TryGet(agent, out var known))
            return known;
        var isBot = Judge(agent);
        _cache.Add(agent, isBot);
        return isBot;
    }

    private bool Judge(string agent)
    {
        if (_allow.Contains(agent))
            return false;
        if (_deny.Contains(agent))
            return true;
        foreach (var pattern in _patterns)
        {
            if (pattern.IsMatch(agent))
                return true;
        }
        return false;
    }
}
