using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>
/// One request of the pipelines on its way through a component. The plugin may let it go on several times; what comes of each is kept until one is
/// the outcome, and the others are given up.
/// </summary>
/// <typeparam name="TResult">What the layer answers with.</typeparam>
internal abstract partial class PipelineWalk<TResult>(PlaceWork work, ProxyRequest request) : ICallHolder, IDisposable
    where TResult : struct
{
    private SidecarCall? _call;
    private RequestSource? _source;
    private RequestBody? _retained;
    private List<IDisposable>? _ended;
    private bool _isHeld;

    /// <inheritdoc/>
    public SidecarCall Call => _call!;

    /// <summary>The place.</summary>
    protected PlaceWork Work { get; } = work;

    /// <summary>The request.</summary>
    protected ProxyRequest Request { get; } = request;

    /// <summary>What the place needs.</summary>
    protected PlaceNeeds Needs { get; } = work.Needs;

    /// <summary>Whether a request can go on at all.</summary>
    protected virtual bool CanGoOn => true;

    /// <summary>Walks through.</summary>
    public async ValueTask<TResult> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await Work.FindAsync(cancellationToken).ConfigureAwait(false) is not { } calls)
                return await LoseAsync(Work.Absent(), cancellationToken).ConfigureAwait(false);
            if (Needs.RequestBody == BodyNeed.Buffered && await BodyBuffer.FillAsync(Request, Work.Place.MaxWholeBody, cancellationToken).ConfigureAwait(false) is { } error)
                return From(error);
            _call = calls.NewCall();
            return await FollowAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _call?.Cancel(Endings.ReasonOf(Request));
            GiveUp(null);
            return From(Endings.ErrorOf(Request));
        }
        finally
        {
            if (!_isHeld)
            {
                if (_call is not null)
                    await _call.DisposeAsync().ConfigureAwait(false);
                Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public HeldCall Hold()
    {
        _isHeld = true;
        return new HeldCall(Call, this);
    }

    /// <inheritdoc/>
    public void DisposeLater(IDisposable ended) => (_ended ??= []).Add(ended);

    /// <summary>Ends what the call may have been reading.</summary>
    public void Dispose()
    {
        DiscardLosers();
        foreach (var ended in _ended ?? [])
            ended.Dispose();
        _ended = null;
        _retained?.Dispose();
        _retained = null;
    }

    /// <summary>Goes on with a request.</summary>
    protected abstract ValueTask<TResult> GoOnAsync(ProxyRequest request, CancellationToken cancellationToken);

    /// <summary>A failure as a result.</summary>
    protected abstract TResult From(GatewayError error);

    /// <summary>The outcome that a plugin made itself. Throws <see cref="ViolationException"/>.</summary>
    protected abstract ValueTask<TResult> CreateAsync(Response response, CancellationToken cancellationToken);

    /// <summary>
    /// Changes the outcome of an attempt, which then belongs to what is returned. Throws <see cref="ViolationException"/>, and then the outcome is
    /// still the caller's.
    /// </summary>
    protected abstract ValueTask<TResult> ChangeAsync(ResponseChange change, TResult result, AnswerSource? source, CancellationToken cancellationToken);

    private async ValueTask<TResult> FollowAsync(CancellationToken cancellationToken)
    {
        CallLoss? loss;
        try
        {
            loss = await Call.StartAsync(CreateStart(), cancellationToken).ConfigureAwait(false);
            while (loss is null)
            {
                var step = await Call.NextAsync(cancellationToken).ConfigureAwait(false);
                if (step.Finish is { } finish)
                    return await ConcludeAsync(finish, cancellationToken).ConfigureAwait(false);
                if (step.Proceed is { IsLast: true } last)
                {
                    if (PassOn(last) is { } error)
                        return From(error);
                    break;
                }
                if (step.Proceed is { } proceed)
                    await BeginAsync(proceed, cancellationToken).ConfigureAwait(false);
                else
                    loss = step.Loss;
            }
        }
        catch (ViolationException exception)
        {
            Call.Cancel(CancelReason.ProtocolError);
            loss = new CallLoss(LossReason.Protocol, exception.Message);
        }
        catch (IOException exception)
        {
            // Of a body that the plugin sends: nothing else is read up to here.
            Call.Cancel(CancelReason.Unspecified);
            loss = new CallLoss(LossReason.Gone, exception.Message);
        }
        return loss is null
            ? await GoOnAsync(Request, cancellationToken).ConfigureAwait(false)
            : await LoseAsync(loss, cancellationToken).ConfigureAwait(false);
    }

    private CallStart CreateStart()
    {
        var start = Work.NewStart();
        start.TimeoutMs = Endings.TimeLeftFor(Request);
        if (Needs.RequestHead)
            start.Request = Heads.Of(Request, Needs, Work.Place);
        if (Needs.Claims)
            start.ClaimsJson = JsonClaims.Write(Request.Claims);
        if (Needs.RequestBody == BodyNeed.Unspecified || Request.Body.IsEmpty)
            return start;
        if (Needs.RequestBody == BodyNeed.Buffered)
        {
            start.RequestBody = DataBody.Wrap(Request.Body.Bytes);
            return start;
        }
        // The call may read it a moment longer than the request lasts.
        _retained = Request.Body;
        _retained.Retain();
        _source = RequestSource.Of(_retained);
        start.RequestBody = Call.Announce(_source, _retained.Length);
        return start;
    }

    // The plugin has no say in what comes of it: the request itself goes on, and nothing comes back to the plugin.
    private GatewayError? PassOn(Proceed proceed)
    {
        CheckCanGoOn();
        if (proceed.Change is { } change)
            RequestChanges.Apply(change, Request);
        var body = BodyFor(proceed, out var error);
        GiveUp(null);
        if (error is not null)
            return error;
        Request.Body = body;
        return null;
    }

    private async ValueTask<TResult> ConcludeAsync(Finish finish, CancellationToken cancellationToken)
    {
        switch (finish.OutcomeCase)
        {
            case Finish.OutcomeOneofCase.Response:
                var created = await CreateAsync(finish.Response, cancellationToken).ConfigureAwait(false);
                GiveUp(null);
                return created;
            case Finish.OutcomeOneofCase.Failure:
                var error = Failures.Read(finish.Failure);
                Work.Note(finish.Failure);
                GiveUp(null);
                return From(error);
            case Finish.OutcomeOneofCase.Change:
                var attempt = AttemptOf(finish.Change.Attempt);
                var changed = await ChangeAsync(finish.Change, attempt.Result, attempt.Source, cancellationToken).ConfigureAwait(false);
                GiveUp(attempt);
                return changed;
            default:
                throw new ViolationException($"a Finish with {finish.OutcomeCase} where an answer was due");
        }
    }

    private async ValueTask<TResult> LoseAsync(CallLoss loss, CancellationToken cancellationToken)
    {
        Work.Note(loss);
        var newest = Newest();
        if (!CanGoOn || !Work.IsPassedBy(loss) || (newest is null && _source is { IsTaken: true }))
        {
            GiveUp(null);
            return From(Work.ErrorOf(loss, isUnsent: CanGoOn && newest is null));
        }
        if (newest is null)
        {
            _source?.Release();
            return await GoOnAsync(Request, cancellationToken).ConfigureAwait(false);
        }
        GiveUp(newest);
        await newest.Running.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (newest.Source is { IsTaken: true })
        {
            GiveUp(null);
            return From(Work.ErrorOf(loss, isUnsent: false));
        }
        newest.Source?.Release();
        return newest.Result;
    }

    private void CheckCanGoOn()
    {
        if (!CanGoOn)
            throw new ViolationException("a Proceed where there is nothing to go on to");
    }
}
