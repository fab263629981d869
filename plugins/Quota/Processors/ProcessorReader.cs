using KrakenPlugins.Quota.Counting;
using KrakenPlugins.Quota.Rejections;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Quota.Processors;

/// <summary>
/// Reads <c>governance/processors</c>. A faulty processor is left out, so that what refers to it answers 500 and nothing is let in uncounted
/// (TRF-161, TRF-177).
/// </summary>
internal sealed partial class ProcessorReader
{
    private const long MostBytes = 1L << 30;
    private const int MostWaiting = 1_000_000;

    private static readonly long s_mostBytes = MostBytesOf(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    private static readonly string[] s_strategies = ["exponential", "linear"];
    private static readonly string[] s_hashes = ["default", "optimal"];

    private readonly IServiceContext _context;
    private readonly ConfigDiagnostics _found = new();

    private ProcessorReader(IServiceContext context) => _context = context;

    /// <summary>What a filter may take: it is taken with the first rejection, when it is too late to say that there is no room.</summary>
    /// <param name="available">Bytes that the process may have.</param>
    public static long MostBytesOf(long available) => Math.Min(MostBytes, available / 2);

    /// <summary>Reads them all.</summary>
    public static QuotaProcessors Read(ConfigNode config, IServiceContext context, ConfigDiagnostics diagnostics)
    {
        var reader = new ProcessorReader(context);
        var processors = reader.ReadAll(config, out var faulty);
        foreach (var finding in reader._found.All)
        {
            diagnostics.Add(finding with { KeepsStart = true });
            if (finding.Severity == ConfigSeverity.Error)
                Log.IsFaulty(context.Logger, finding.ToString());
        }
        return new QuotaProcessors(processors, faulty);
    }

    private Dictionary<string, QuotaProcessor> ReadAll(ConfigNode config, out HashSet<string> faulty)
    {
        var processors = new Dictionary<string, QuotaProcessor>(StringComparer.Ordinal);
        faulty = new HashSet<string>(StringComparer.Ordinal);
        var place = ConfigPath.Root.Member("extra_config").Member(QuotaPlugin.ProcessorsNamespace);
        new ConfigBinder(_found).TryBind<ProcessorsSettings>(config, place, out var settings);
        if (!_found.HasErrors && settings.Quotas.Count == 0)
            settings.Source!.Error(_found, "quotas", "expected a list with a quota processor at least");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < settings.Quotas.Count; i++)
        {
            var isBound = new ConfigBinder(_found).TryBind<ProcessorSettings>(settings.Quotas[i], place.Member("quotas").Item(i), out var quota);
            var isUnique = quota.Name.Length > 0 && names.Add(quota.Name);
            if (!isUnique)
                quota.Source!.Error(_found, "name", quota.Name.Length == 0 ? "expected a name, with which the keys in Redis begin" : $"{ConfigText.Quote(quota.Name)} is used twice; every processor needs a name of its own");
            // Of two with one name nobody can tell which one is meant.
            if (!isUnique)
                processors.Remove(quota.Name);
            if (isBound && isUnique && ReadProcessor(quota) is { } processor)
                processors.Add(quota.Name, processor);
            else
                faulty.Add(quota.Name);
        }
        return processors;
    }

    private QuotaProcessor? ReadProcessor(ProcessorSettings settings)
    {
        var isGood = TryReadRules(settings, out var rules);
        isGood &= TryReadFailure(settings, out var policy);
        isGood &= TryReadRejections(settings, rules, out var rejections);
        if (_context.FindRedis(settings.Source!, "connection_name", settings.ConnectionName, _found) is not { } pool || !isGood)
            return null;
        var state = new ProcessorState(settings.Name, pool, policy, _context.Time, _context.Logger);
        return new QuotaProcessor(settings.Name, pool, state, rules)
        {
            HashesKeys = settings.HashKeys,
            Rejections = rejections is null ? null : RejectionsOf(settings, rejections),
        };
    }

    // Another Redis has other counters.
    private RejecterCache RejectionsOf(ProcessorSettings settings, RejecterOptions options)
    {
        var own = settings.Source!.Node;
        var config = ConfigNode.Array(own.Position, [own, _context.ServiceConfig("redis") ?? ConfigNode.Null(own.Position)]);
        return _context.Carry($"rejections of {settings.Name}", config, () => new RejecterCache(options, _context.Time));
    }

    private bool TryReadRules(ProcessorSettings settings, out Dictionary<string, QuotaRule> rules)
    {
        rules = new Dictionary<string, QuotaRule>(StringComparer.Ordinal);
        var isGood = settings.Rules.Count > 0;
        if (!isGood)
            settings.Source!.Error(_found, "rules", "expected a list with a rule at least, such as [{\"name\": \"gold\", \"limits\": [{\"amount\": 10, \"unit\": \"hour\"}]}]");
        foreach (var rule in settings.Rules)
        {
            if (rule.Name.Length == 0)
                rule.Source!.Error(_found, "name", "expected a name");
            else if (rules.ContainsKey(rule.Name))
                rule.Source!.Error(_found, "name", $"{ConfigText.Quote(rule.Name)} is used twice; every rule of a processor needs a name of its own");
            else if (ReadLimits(rule) is { } limits)
            {
                rules.Add(rule.Name, new QuotaRule(rule.Name, limits));
                continue;
            }
            isGood = false;
        }
        return isGood;
    }

    private List<QuotaLimit>? ReadLimits(RuleSettings rule)
    {
        var limits = new List<QuotaLimit>();
        var isGood = rule.Limits.Count > 0;
        if (!isGood)
            rule.Source!.Error(_found, "limits", "expected a list with a limit at least, such as [{\"amount\": 10, \"unit\": \"hour\"}]");
        foreach (var limit in rule.Limits)
        {
            var unit = QuotaUnit.Find(limit.Unit);
            if (unit is null)
                limit.Source!.Error(_found, "unit", limit.Unit.Length == 0 ? $"expected one of {string.Join(", ", QuotaUnit.Names)}" : QuotaUnit.Describe(limit.Unit));
            else if (limits.Exists(other => other.Unit == unit))
                limit.Source!.Error(_found, "unit", $"a rule has one limit per unit, and {ConfigText.Quote(limit.Unit)} stands above");
            else if (limit.Amount is not (>= 0 and <= 1L << 53))
                limit.Source!.Error(_found, "amount", "expected how much a window holds, 0 or more");
            else
            {
                limits.Add(new QuotaLimit(unit, limit.Amount.Value));
                continue;
            }
            isGood = false;
        }
        return isGood ? limits : null;
    }

    private bool TryReadFailure(ProcessorSettings settings, out FailurePolicy policy)
    {
        policy = new FailurePolicy(settings.OnFailureAllow, settings.OnFailureMaxRetries, settings.OnFailureBackoffStrategy == "linear", settings.OnFailureRecover);
        return Check(settings.Source!, "on_failure_max_retries", settings.OnFailureMaxRetries >= 0, "expected a number of attempts, 0 for none")
            & Check(settings.Source!, "on_failure_backoff_strategy", s_strategies.Contains(settings.OnFailureBackoffStrategy),
                $"{ConfigText.Quote(settings.OnFailureBackoffStrategy)} is no strategy{NearestName.Suggest(settings.OnFailureBackoffStrategy, s_strategies)} ({string.Join(", ", s_strategies)})");
    }

    private bool TryReadRejections(ProcessorSettings settings, Dictionary<string, QuotaRule> rules, out RejecterOptions? options)
    {
        options = null;
        var isGood = Check(settings.Source!, "deny_queue_size", settings.DenyQueueSize is >= 0 and <= MostWaiting, "expected 0 to 1000000")
            & Check(settings.Source!, "deny_queue_flush_threshold", settings.DenyQueueFlushThreshold >= 1, "expected 1 or more")
            & TryDuration(settings.Source!, "deny_queue_flush_interval", settings.DenyQueueFlushInterval, out var interval);
        if (settings.RejecterCache is not { } cache)
            return isGood;
        var source = cache.Source!;
        isGood &= Check(source, "N", cache.Expected is >= 1 and <= int.MaxValue, "expected how many clients are refused at a time, such as 100000")
            & Check(source, "P", cache.Probability is > 0 and < 1, "expected a probability between 0 and 1, such as 1e-7")
            & Check(source, "hash_name", s_hashes.Contains(cache.HashName), $"{ConfigText.Quote(cache.HashName)} is no family{NearestName.Suggest(cache.HashName, s_hashes)} ({string.Join(", ", s_hashes)})")
            & TryDuration(source, "cleanup_interval", cache.CleanupInterval, out var cleanup);
        if (!isGood)
            return false;
        // A request looks for each window of its rule, and P is of a request.
        var looks = Math.Max(1, rules.Values.Select(static rule => rule.Limits.Length).DefaultIfEmpty().Max());
        // With fewer places than the threshold, most rejections of a small machine would be lost.
        var size = settings.DenyQueueSize == 0 ? Math.Max(Environment.ProcessorCount, Math.Min(settings.DenyQueueFlushThreshold, MostWaiting)) : settings.DenyQueueSize;
        options = new RejecterOptions((long)cache.Expected, cache.Probability / looks, cleanup, size, interval, settings.DenyQueueFlushThreshold);
        return Check(source, "N", BloomFilter.BitsFor(options.Expected, options.Probability) / 8 <= s_mostBytes,
            $"a filter for so many clients and so small a P takes more than {(s_mostBytes == MostBytes ? "1 GiB" : "half of the memory of this process")}; expected a smaller N or a larger P");
    }

    private bool TryDuration(ConfigSource source, string attribute, string text, out TimeSpan duration) =>
        Check(source, attribute, GoDuration.TryParse(text, out duration) && duration >= TimeSpan.FromMilliseconds(1) && duration <= TimeSpan.FromDays(40), $"{ConfigText.Quote(text)} is no time; expected a duration such as \"1s\" or \"30m\"");

    private bool Check(ConfigSource source, string attribute, bool isGood, string message)
    {
        if (!isGood)
            source.Error(_found, attribute, message);
        return isGood;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Quota] {Finding}")]
        public static partial void IsFaulty(ILogger logger, string finding);
    }
}
