using Gateway.Core.Proxy;
using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

// The times that a request goes on while the plugin waits for what comes of it.
internal abstract partial class PipelineWalk<TResult>
{
    /// <summary>Bytes of a streaming body that is held, so that the request can go on more than once.</summary>
    private const int SmallBody = 64 << 10;

    private readonly Lock _gate = new();
    private List<Attempt>? _attempts;
    private List<TResult>? _losers;
    private bool _isBodyPassedOn;

    /// <summary>What the plugin is told of a result; <see langword="null"/> when it needs nothing of it.</summary>
    /// <param name="result">The result.</param>
    /// <param name="source">Set when the plugin may ask for a body.</param>
    protected abstract Response? Describe(in TResult result, out AnswerSource? source);

    /// <summary>Reads a body that is sent as a whole. The result belongs to what is returned.</summary>
    protected abstract ValueTask<TResult> PrepareAsync(TResult result, CancellationToken cancellationToken);

    /// <summary>Whether a body of it still streams.</summary>
    protected abstract bool IsStreaming(in TResult result);

    /// <summary>Disposes of a result.</summary>
    protected abstract void Discard(in TResult result);

    private async ValueTask BeginAsync(Proceed proceed, CancellationToken cancellationToken)
    {
        CheckCanGoOn();
        var error = await BufferSmallAsync(proceed, cancellationToken).ConfigureAwait(false);
        var fork = Request.Fork();
        // A connection is for one call after the other.
        if (_attempts is null)
            fork.Affinity = Request.Affinity;
        if (proceed.Change is { } change)
            RequestChanges.Apply(change, fork);
        fork.Body = BodyFor(proceed, out var refusal);
        // An attempt that is given up may outlast the request.
        var body = fork.Body;
        body.Retain();
        var attempt = new Attempt(proceed.Attempt, fork, CancellationTokenSource.CreateLinkedTokenSource(cancellationToken));
        lock (_gate)
            (_attempts ??= []).Add(attempt);
        attempt.Running = RunAsync(attempt, body, error ?? refusal);
    }

    private async Task RunAsync(Attempt attempt, RequestBody body, GatewayError? refusal)
    {
        var (result, response) = await MakeAsync(attempt, refusal).ConfigureAwait(false);
        body.Dispose();
        bool isGivenUp;
        lock (_gate)
        {
            attempt.Result = result;
            attempt.IsDone = true;
            isGivenUp = attempt.IsGivenUp;
        }
        if (isGivenUp)
        {
            Discard(result);
            return;
        }
        if (!IsStreaming(result))
            attempt.End.Dispose();
        Call.SendResult(new CallResult { Attempt = attempt.Number, Response = response });
    }

    private async ValueTask<(TResult Result, Response? Response)> MakeAsync(Attempt attempt, GatewayError? refusal)
    {
        var result = default(TResult);
        try
        {
            result = refusal is null ? await GoOnAsync(attempt.Request, attempt.End.Token).ConfigureAwait(false) : From(refusal);
            result = await PrepareAsync(result, attempt.End.Token).ConfigureAwait(false);
            return (result, DescribeFor(attempt, result));
        }
        catch (Exception exception)
        {
            Discard(result);
            result = From(PipelineFault.Of(exception));
            return (result, DescribeFor(attempt, result));
        }
    }

    private Response? DescribeFor(Attempt attempt, in TResult result)
    {
        var response = Describe(result, out var source);
        attempt.Source = source;
        return response;
    }

    /// <summary>The body that an attempt goes on with, or why it cannot.</summary>
    private RequestBody BodyFor(Proceed proceed, out GatewayError? error)
    {
        error = null;
        if (proceed.Change?.Body is { } body)
            return RequestChanges.BodyOf(Call, body, Work.Place.MaxWholeBody);
        if (_source is { IsTaken: true })
            return RequestBody.Empty;
        _source?.Release();
        if (!Request.Body.IsBuffered && _isBodyPassedOn)
        {
            error = new GatewayError(GatewayErrorKind.Internal, $"plugin {Work.Place.Sidecar.Id}: the body of the request went with an earlier attempt") { IsUnsent = true, IsNeutral = true };
            return RequestBody.Empty;
        }
        _isBodyPassedOn = true;
        return Request.Body;
    }

    private ValueTask<GatewayError?> BufferSmallAsync(Proceed proceed, CancellationToken cancellationToken)
    {
        var body = Request.Body;
        if (body.IsBuffered || _isBodyPassedOn || _source is { IsTaken: true } || proceed.Change?.Body is not null)
            return default;
        var limit = Work.Place.Layer == Layer.Middleware ? Work.Place.MaxWholeBody : SmallBody;
        if (body.Length is null || body.Length > limit)
            return default;
        _source?.Release();
        return BodyBuffer.FillAsync(Request, limit, cancellationToken);
    }

    private Attempt AttemptOf(uint number)
    {
        lock (_gate)
        {
            foreach (var attempt in _attempts ?? [])
            {
                if (attempt.Number == number && attempt.IsDone)
                    return attempt;
            }
        }
        throw new ViolationException($"the outcome of attempt {number}, which has none");
    }

    private Attempt? Newest()
    {
        lock (_gate)
            return _attempts is [.., var newest] ? newest : null;
    }

    /// <summary>Gives up all attempts but one.</summary>
    private void GiveUp(Attempt? winner)
    {
        if (_attempts is null)
            return;
        List<Attempt>? running = null;
        lock (_gate)
        {
            foreach (var attempt in _attempts)
            {
                if (ReferenceEquals(attempt, winner) || attempt.IsGivenUp)
                    continue;
                attempt.IsGivenUp = true;
                if (attempt.IsDone)
                {
                    (_losers ??= []).Add(attempt.Result);
                    continue;
                }
                attempt.Request.IsAbandoned = true;
                (running ??= []).Add(attempt);
            }
        }
        foreach (var attempt in running ?? [])
            attempt.End.Cancel();
    }

    private void DiscardLosers()
    {
        foreach (var loser in _losers ?? [])
            Discard(loser);
        _losers = null;
    }

    /// <summary>A time that the request goes on.</summary>
    private sealed class Attempt(uint number, ProxyRequest request, CancellationTokenSource end)
    {
        public uint Number => number;

        public ProxyRequest Request => request;

        public CancellationTokenSource End => end;

        public TResult Result { get; set; }

        public AnswerSource? Source { get; set; }

        public Task Running { get; set; } = Task.CompletedTask;

        public bool IsDone { get; set; }

        public bool IsGivenUp { get; set; }
    }
}
