using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Proxy;

/// <summary>
/// Sends several copies of one backend call at once within 75 % of the endpoint's time; the first complete answer wins and the
/// others are cancelled (RTE-173 to 180).
/// </summary>
internal sealed class ConcurrentCalls(ProxyHandler next, int copies, TimeSpan timeout)
{
    private readonly TimeSpan _budget = timeout * TimeBudget.Concurrent;

    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        var race = new Race(copies, request.Body);
        for (var i = 0; i < copies; i++)
            _ = race.RunAsync(i, next, request.Fork(), _budget, cancellationToken);
        return new ValueTask<ProxyResult>(race.Outcome);
    }

    /// <summary>The attempts of one call. Every attempt observes its own failure; losers dispose their answers.</summary>
    private sealed class Race
    {
        private readonly TaskCompletionSource<ProxyResult> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Attempt?[] _attempts;
        private readonly RequestBody _body;
        private readonly object _gate = new();
        private int _pending;
        private bool _won;
        private ProxyResult _fallback;

        public Race(int copies, RequestBody body)
        {
            _attempts = new Attempt?[copies];
            _pending = copies;
            _body = body;
            body.Retain();
        }

        public Task<ProxyResult> Outcome => _outcome.Task;

        public async Task RunAsync(int index, ProxyHandler next, ProxyRequest request, TimeSpan budget, CancellationToken outer)
        {
            // The winner's source outlives the race: its stream may still be read, and the outer token must reach it.
            var attempt = new Attempt(request, CancellationTokenSource.CreateLinkedTokenSource(outer));
            bool lost;
            lock (_gate)
            {
                lost = _won;
                _attempts[index] = attempt;
            }
            var result = lost
                ? new GatewayError(GatewayErrorKind.Lost, GatewayError.ContextCanceled)
                : await CallAsync(attempt, next, budget).ConfigureAwait(false);
            attempt.Source.CancelAfter(Timeout.InfiniteTimeSpan);
            Settle(index, result);
        }

        private static async ValueTask<ProxyResult> CallAsync(Attempt attempt, ProxyHandler next, TimeSpan budget)
        {
            attempt.Source.CancelAfter(budget);
            try
            {
                return await next(attempt.Request, attempt.Source.Token).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                return PipelineFault.Of(exception);
            }
        }

        private void Settle(int index, ProxyResult result)
        {
            var isComplete = result.Error is null && result.Response is { } response && (response.IsComplete || response.Raw is not null);
            var wins = false;
            bool isLast;
            var discard = default(ProxyResult);
            ProxyResult? final = null;
            lock (_gate)
            {
                isLast = --_pending == 0;
                if (_won)
                {
                    discard = result;
                }
                else if (isComplete)
                {
                    _won = wins = true;
                    discard = _fallback;
                    final = result;
                }
                else if (result.Response is not null || _fallback.Response is null)
                {
                    discard = _fallback;
                    _fallback = result;
                }
                if (!_won && isLast)
                    final = _fallback;
            }
            if (!wins && final?.Response is { } partial)
                partial.IsComplete = false;
            discard.Response?.Dispose();
            if (final is { } outcome)
                _outcome.SetResult(outcome);
            if (wins)
                CancelLosers(index);
            if (isLast)
                _body.Dispose();
        }

        private void CancelLosers(int winner)
        {
            for (var i = 0; i < _attempts.Length; i++)
            {
                if (i == winner)
                    continue;
                Attempt? attempt;
                lock (_gate)
                {
                    attempt = _attempts[i];
                    if (attempt is not null)
                        attempt.Request.IsAbandoned = true;
                }
                attempt?.Source.Cancel();
            }
        }

        private sealed record Attempt(ProxyRequest Request, CancellationTokenSource Source);
    }
}
