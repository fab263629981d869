using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Expressions.Requests;

/// <summary>
/// What expressions ask quotas, and the answers (<c>quotaProcessor</c>, TRF-441). Evaluations do not wait: one that asks something new fails, and is
/// made again when the answer is there. Equal questions are asked once. Belongs to one decision about one request or answer.
/// </summary>
/// <param name="processors">Who answers; <see langword="null"/> without quotas.</param>
/// <param name="timeout">How long one answer may take.</param>
public sealed class QuotaQuestions(IQuotaProcessors? processors, TimeSpan timeout)
{
    /// <summary>Questions of one decision.</summary>
    public const int Most = 16;

    private static readonly CelValue s_waiting = CelValue.Error(CelErrorCode.Other, "the quota has not answered yet");

    private readonly List<(Question Question, CelValue Answer)> _answers = [];
    private Question? _open;

    /// <summary>Whether a question waits for its answer, without which the result of the evaluation means nothing.</summary>
    public bool HasOpen => _open is not null;

    /// <summary>Gets the answer to the open question.</summary>
    public async ValueTask AnswerAsync(CancellationToken cancellationToken)
    {
        if (_open is not { } question)
            return;
        _open = null;
        _answers.Add((question, await FindAsync(question, cancellationToken).ConfigureAwait(false)));
    }

    internal CelValue Ask(string processor, string rule, string tier, string client, long weight)
    {
        var question = new Question(processor, rule, tier, client, weight);
        foreach (var (known, answer) in _answers)
        {
            if (known == question)
                return answer;
        }
        if (_answers.Count == Most)
            return CelValue.Error(CelErrorCode.BadArgument, "quotaProcessor is called with more than 16 different arguments");
        _open ??= question;
        return s_waiting;
    }

    private async ValueTask<CelValue> FindAsync(Question question, CancellationToken cancellationToken)
    {
        if (question.Client.Length == 0)
            return CelValue.Error(CelErrorCode.BadArgument, "quotaProcessor needs a client");
        if (question.Weight is < 0 or > 1L << 53)
            return CelValue.Error(CelErrorCode.BadArgument, "quotaProcessor takes weights from 0 to 2^53");
        if (processors?.Find(question.Processor)?.Bind(question.Rule, question.Tier) is not { } quota)
            return CelValue.Error(CelErrorCode.BadArgument, "quotaProcessor names a processor or rule that does not exist");
        var decision = await quota.TakeAsync(question.Client, question.Weight, timeout, cancellationToken).ConfigureAwait(false);
        return CelValue.Of(decision.IsAllowed);
    }

    private sealed record Question(string Processor, string Rule, string Tier, string Client, long Weight);
}
