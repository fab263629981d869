using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>One call of a modifier: it begins with what there is to modify, and ends with the changes.</summary>
internal abstract class ModifierStep(PlaceWork work, ProxyRequest request) : ICallHolder, IDisposable
{
    private SidecarCall? _call;
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

    /// <inheritdoc/>
    public HeldCall Hold()
    {
        _isHeld = true;
        return new HeldCall(Call, this);
    }

    /// <summary>Makes the call; returns the failure that it ends with, or <see langword="null"/>.</summary>
    public async ValueTask<GatewayError?> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await Work.FindAsync(cancellationToken).ConfigureAwait(false) is not { } calls)
                return Lose(Work.Absent());
            _call = calls.NewCall();
            return await FollowAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _call?.Cancel(Endings.ReasonOf(Request));
            return Endings.ErrorOf(Request);
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
    public void DisposeLater(IDisposable ended) => (_ended ??= []).Add(ended);

    /// <summary>Ends what the call may have been reading.</summary>
    public void Dispose()
    {
        End();
        foreach (var ended in _ended ?? [])
            ended.Dispose();
        _ended = null;
    }

    /// <summary>Adds what is modified to the start; returns why it cannot be sent.</summary>
    protected abstract ValueTask<GatewayError?> PrepareAsync(CallStart start, CancellationToken cancellationToken);

    /// <summary>Makes the changes. Throws <see cref="ViolationException"/>.</summary>
    protected abstract ValueTask ApplyAsync(Finish finish, CancellationToken cancellationToken);

    /// <summary>Whether what is modified is still whole, so that it can go on as it is.</summary>
    protected abstract bool TryPassBy();

    /// <summary>Ends what belongs to the call.</summary>
    protected abstract void End();

    private async ValueTask<GatewayError?> FollowAsync(CancellationToken cancellationToken)
    {
        var start = Work.NewStart();
        start.TimeoutMs = Endings.TimeLeftFor(Request);
        if (Needs.RequestHead)
            start.Request = Heads.Of(Request, Needs, Work.Place);
        if (Needs.Claims)
            start.ClaimsJson = JsonClaims.Write(Request.Claims);
        if (await PrepareAsync(start, cancellationToken).ConfigureAwait(false) is { } error)
            return error;
        try
        {
            if (await Call.StartAsync(start, cancellationToken).ConfigureAwait(false) is { } refused)
                return Lose(refused);
            var step = await Call.NextAsync(cancellationToken).ConfigureAwait(false);
            if (step.Loss is { } loss)
                return Lose(loss);
            if (step.Finish is not { } finish)
                throw new ViolationException("a Proceed of a modifier, which has nothing to go on to");
            if (finish.OutcomeCase == Finish.OutcomeOneofCase.Failure)
            {
                var failure = Failures.Read(finish.Failure);
                Work.Note(finish.Failure);
                return failure;
            }
            await ApplyAsync(finish, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (ViolationException exception)
        {
            Call.Cancel(CancelReason.ProtocolError);
            return Lose(new CallLoss(LossReason.Protocol, exception.Message));
        }
        catch (IOException exception)
        {
            Call.Cancel(CancelReason.Unspecified);
            return Lose(new CallLoss(LossReason.Gone, exception.Message));
        }
    }

    private GatewayError? Lose(CallLoss loss)
    {
        Work.Note(loss);
        return Work.IsPassedBy(loss) && TryPassBy() ? null : Work.ErrorOf(loss, isUnsent: false);
    }
}
