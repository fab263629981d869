using KrakenPlugins.Quota.Counting;
using KrakenPlugins.Quota.Rejections;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Quota.Processors;

/// <summary>The limits of a rule for the clients of a tier.</summary>
/// <param name="processor">The processor.</param>
/// <param name="rule">The rule.</param>
/// <param name="tierValue">The tier.</param>
/// <param name="prefix">What the clients' keys begin with.</param>
internal sealed class BoundQuota(QuotaProcessor processor, QuotaRule rule, string tierValue, string prefix) : IQuota
{
    // Whole numbers are exact up to here, in Redis' scripts too.
    private const double MostWeight = 1L << 53;

    private const int CountsInReply = 3;

    private readonly RejecterCache? _rejections = processor.Rejections;

    /// <inheritdoc/>
    public string Rule => rule.Name;

    /// <inheritdoc/>
    public string TierValue => tierValue;

    /// <summary>Whether clients are stored as digests anyway.</summary>
    public bool HashesClients => processor.HashesKeys;

    /// <inheritdoc/>
    public ValueTask<QuotaDecision> TakeAsync(string client, double weight, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var key = KeyOf(client, weight);
        if (processor.State.IsOut)
            return new(Failed);
        var identity = Identify(key);
        return RefuseFromMemory(identity) is { } refused ? new(refused) : AskAsync(QuotaScript.Take, key, identity, weight, timeout, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<QuotaDecision> ChargeAsync(string client, double weight, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var key = KeyOf(client, weight);
        return processor.State.IsOut ? new(Failed) : AskAsync(QuotaScript.Charge, key, Identify(key), weight, timeout, cancellationToken);
    }

    private QuotaDecision Failed => new(processor.State.Allows ? QuotaOutcome.Uncounted : QuotaOutcome.Unavailable, TimeSpan.Zero, default);

    private string KeyOf(string client, double weight)
    {
        ArgumentException.ThrowIfNullOrEmpty(client);
        if (weight is not (>= 0 and <= MostWeight))
            throw new ArgumentOutOfRangeException(nameof(weight), weight, "expected 0 to 2^53");
        return prefix + processor.KeyOf(client);
    }

    private UInt128 Identify(string key) => _rejections?.Identify(rule.Name, key) ?? default;

    private QuotaDecision? RefuseFromMemory(UInt128 identity)
    {
        if (_rejections is null)
            return null;
        var now = _rejections.Now;
        var end = 0L;
        foreach (var limit in rule.Limits)
        {
            var window = limit.Unit.WindowOf(now);
            if (_rejections.IsExhausted(identity, limit.Unit, window.Start))
                end = Math.Max(end, window.End);
        }
        return end == 0 ? null : new QuotaDecision(QuotaOutcome.Exhausted, Until(end, now), default);
    }

    private async ValueTask<QuotaDecision> AskAsync(string action, string key, UInt128 identity, double weight, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var reply = await processor.Pool.EvaluateAsync(processor.Script, [key], rule.Arguments(action, weight), new RedisCall(timeout), cancellationToken).ConfigureAwait(false);
        if (!reply.IsFailed && !IsDecision(reply.Items.Span))
            reply = RedisReply.Failed(RedisFailure.Error, "the script's answer cannot be read");
        if (reply.IsFailed)
        {
            processor.State.NoteFailure(reply);
            return Failed;
        }
        processor.State.NoteAnswer();
        return action == QuotaScript.Charge ? Read(reply.Items.Span, identity, 0, isCharged: true) : Read(reply.Items.Span, identity, weight, isCharged: false);
    }

    private bool IsDecision(ReadOnlySpan<RedisReply> items) => items.Length == CountsInReply + rule.Limits.Length && items[1].TryGetInteger(out _);

    // What was charged is in the counts, whether there was room for it or not.
    private QuotaDecision Read(ReadOnlySpan<RedisReply> items, UInt128 identity, double weight, bool isCharged)
    {
        items[0].TryGetInteger(out var isAllowed);
        items[1].TryGetInteger(out var now);
        items[2].TryGetInteger(out var microsecond);
        _rejections?.NoteTime(now, microsecond);
        var windows = new QuotaWindow[rule.Limits.Length];
        var end = 0L;
        for (var i = 0; i < windows.Length; i++)
        {
            var limit = rule.Limits[i];
            var window = limit.Unit.WindowOf(now);
            var consumed = Number(items[CountsInReply + i]);
            var hasRoom = isAllowed != 0 || (weight == 0 ? consumed < limit.Amount : consumed + weight <= limit.Amount);
            windows[i] = new QuotaWindow(limit.Unit.Name, tierValue, limit.Amount, consumed, Until(window.End, now), hasRoom);
            if (hasRoom)
                continue;
            end = Math.Max(end, window.End);
            // A smaller request may still fit into a window that is not full.
            if (consumed >= limit.Amount)
                _rejections?.Add(identity, limit.Unit, window.Start);
        }
        var isAdmitted = isAllowed != 0 || isCharged;
        return new QuotaDecision(isAdmitted ? QuotaOutcome.Allowed : QuotaOutcome.Exhausted, isAdmitted ? TimeSpan.Zero : Until(end, now), windows);
    }

    // The server's microseconds are left out, which rounds up.
    private static TimeSpan Until(long end, long now) => TimeSpan.FromSeconds(Math.Max(1, end - now));

    private static double Number(in RedisReply reply) =>
        System.Buffers.Text.Utf8Parser.TryParse(reply.Bytes.Span, out double number, out var read) && read == reply.Bytes.Length ? number : 0;
}
