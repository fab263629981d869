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
        var race = new Race(copies);
        for (var i = 0; i < copies; i++)
            _ = race.RunAsync(i, next, request.Fork(), _budget, cancellationToken);
        return new ValueTask<ProxyResult>(race.Outcome);
    }

    /// <summary>The attempts of one call. Every attempt observes its own failure; losers dispose their answers.</summary>
    private sealed class Race(int copies)
    {
        private readonly TaskCompletionSource<ProxyResult> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly CancellationTokenSource?[] _attempts = new CancellationTokenSource?[copies];
        private readonly ProxyRequest?[] _requests = new ProxyRequest?[copies];
        private readonly object _gate = new();
        private int _pending = copies;
        private bool _won;
        private ProxyResult _fallback;

        public Task<ProxyResult> Outcome => _outcome.Task;

        public async Task RunAsync(int index, ProxyHandler next, ProxyRequest request, TimeSpan budget, CancellationToken outer)
        {
            // The winner's source outlives the race: its stream may still be read, and the outer token must reach it.
            var attempt = CancellationTokenSource.CreateLinkedTokenSource(outer);
            attempt.CancelAfter(budget);
            bool lost;
            lock (_gate)
            {
                lost = _won;
                _attempts[index] = attempt;
                _requests[index] = request;
            }
            if (lost)
            {
                Settle(index, new GatewayError(GatewayErrorKind.Lost, GatewayError.ContextCanceled));
                return;
            }
            ProxyResult result;
            try
            {
                result = await next(request, attempt.Token).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                result = PipelineFault.Of(exception);
            }
            Settle(index, result);
        }

        private void Settle(int index, ProxyResult result)
        {
            var isComplete = result.Error is null && result.Response is { } response && (response.IsComplete || response.Raw is not null);
            var wins = false;
            var discard = default(ProxyResult);
            ProxyResult? final = null;
            lock (_gate)
            {
                _pending--;
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
                if (!_won && _pending == 0)
                    final = _fallback;
            }
            discard.Response?.Dispose();
            if (wins)
            {
                _attempts[index]!.CancelAfter(Timeout.InfiniteTimeSpan);
                CancelLosers(index);
            }
            if (final is { } outcome)
                _outcome.SetResult(outcome);
        }

        private void CancelLosers(int winner)
        {
            for (var i = 0; i < _attempts.Length; i++)
            {
                if (i == winner)
                    continue;
                CancellationTokenSource? attempt;
                lock (_gate)
                {
                    attempt = _attempts[i];
                    if (_requests[i] is { } request)
                        request.IsAbandoned = true;
                }
                attempt?.Cancel();
            }
        }
    }
}
