using System.Runtime.ExceptionServices;
using Gateway.Core.Server;
using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Gateway.Sidecars.Components;

/// <summary>
/// One exchange on its way through a component. It goes on once at most; what is made of it further in is always awaited, because the exchange is used
/// again for another request afterwards.
/// </summary>
internal sealed partial class HttpWalk(PlaceWork work, HttpContext context, RequestDelegate next) : IAnswerListener
{
    private readonly PlaceNeeds _needs = work.Needs;
    private SidecarCall? _call;
    private ExchangeBody? _body;
    private ResponseTap? _tap;
    private Task? _passing;
    private ExceptionDispatchInfo? _fault;
    private KeyValuePair<string, StringValues>[]? _kept;
    private int _loggedStatus;
    private uint _attempt;
    private bool _isTooLong;

    private SidecarCall Call => _call!;

    /// <summary>Walks through.</summary>
    public async Task RunAsync()
    {
        var aborted = context.RequestAborted;
        try
        {
            if (await work.FindAsync(aborted).ConfigureAwait(false) is not { } calls)
            {
                await LoseAsync(work.Absent()).ConfigureAwait(false);
                return;
            }
            _call = calls.NewCall();
            await FollowAsync(aborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            _call?.Cancel(CancelReason.ClientGone);
            throw;
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
        }
    }

    private async Task FollowAsync(CancellationToken aborted)
    {
        var start = work.NewStart();
        if (_needs.RequestHead)
            start.Request = Heads.Of(context, ExchangeTarget.Of(context), _needs, work.Place);
        if (_needs.Claims)
            start.ClaimsJson = JsonClaims.Write(context.Features.Get<KrakenPlugins.Sdk.Proxy.IClaims>());
        if (_needs.RequestBody != BodyNeed.Unspecified && !await AddBodyAsync(start, aborted).ConfigureAwait(false))
        {
            Refuse(StatusCodes.Status413PayloadTooLarge);
            return;
        }
        Proceed? last = null;
        Finish? finish = null;
        CallLoss? loss;
        try
        {
            loss = await Call.StartAsync(start, aborted).ConfigureAwait(false);
            while (loss is null && last is null && finish is null)
            {
                var step = await Call.NextAsync(_tap?.Ended ?? aborted).ConfigureAwait(false);
                (finish, loss) = (step.Finish, step.Loss);
                if (step.Proceed is { } proceed && GoesOnAlone(proceed))
                    last = proceed;
            }
            if (finish is not null)
                Check(finish);
        }
        catch (ViolationException exception)
        {
            Call.Cancel(CancelReason.ProtocolError);
            (loss, finish) = (new CallLoss(LossReason.Protocol, exception.Message), null);
        }
        catch (OperationCanceledException) when (_fault is not null)
        {
            Call.Cancel(CancelReason.Unspecified);
            return;
        }
        if (loss is not null)
            await LoseAsync(loss).ConfigureAwait(false);
        else if (last is not null)
            await GoOnAloneAsync(last, aborted).ConfigureAwait(false);
        else
            await ConcludeAsync(finish!, aborted).ConfigureAwait(false);
    }

    private async ValueTask<bool> AddBodyAsync(CallStart start, CancellationToken aborted)
    {
        var body = new ExchangeBody(context);
        if (!body.CanBe)
            return true;
        _body = body;
        start.RequestBody = _needs.RequestBody == BodyNeed.Buffered
            ? await body.BufferAsync(work.Place.MaxWholeBody, aborted).ConfigureAwait(false)
            : body.Offer(Call);
        return start.RequestBody is not null;
    }

    /// <summary>Lets the exchange go on; whether the plugin has no say in the answer.</summary>
    private bool GoesOnAlone(Proceed proceed)
    {
        if (_attempt != 0)
            throw new ViolationException("a second Proceed: an exchange goes on once");
        var kept = HttpChanges.Keep(context.Response.Headers);
        HttpChanges.Apply(proceed, context);
        _kept = kept;
        _attempt = proceed.Attempt;
        if (proceed.Change?.Body is not null || _body is not null)
            (_body ??= new ExchangeBody(context)).Settle(Call, proceed.Change?.Body);
        if (proceed.IsLast || !_needs.Response)
            return true;
        _loggedStatus = context.Features.Get<Exchange>()?.LoggedStatus ?? 0;
        _tap = new ResponseTap(context, this, _needs.ResponseBody, work.Place.MaxWholeBody);
        _passing = PassAsync(_tap);
        return false;
    }

    private async Task PassAsync(ResponseTap tap)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            await tap.EndAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _fault = ExceptionDispatchInfo.Capture(exception);
            tap.Body?.Break();
            // Wakes who waits for the plugin.
            tap.Cancel();
        }
    }

    private async Task GoOnAloneAsync(Proceed proceed, CancellationToken aborted)
    {
        await next(context).ConfigureAwait(false);
        if (proceed.IsLast)
            return;
        // It asked to hear of the end, and for nothing of the answer.
        Call.SendResult(new CallResult { Attempt = proceed.Attempt });
        var step = await Call.NextAsync(aborted).ConfigureAwait(false);
        if (step.Loss is { } loss)
            work.Note(loss);
        else if (step.Finish is not { OutcomeCase: Finish.OutcomeOneofCase.Change, Change: { Body: null, Status: 0, Headers.Count: 0 } })
            work.Note(new CallLoss(LossReason.Protocol, "a change of an answer that was not asked for"));
    }

    private async Task LoseAsync(CallLoss loss)
    {
        if (_isTooLong)
            loss = new(LossReason.Overloaded, $"the answer is longer than the {work.Place.MaxWholeBody} bytes that it takes");
        work.Note(loss);
        if (work.IsPassedBy(loss) && !_isTooLong && CanPassBy())
        {
            if (_tap is null)
                await next(context).ConfigureAwait(false);
            else
                await PassAnswerAsync(_tap).ConfigureAwait(false);
            return;
        }
        work.NoteError(context, $"plugin {work.Place.Sidecar.Id}: {loss.Message}");
        await StopPassingAsync().ConfigureAwait(false);
        Refuse(_isTooLong ? StatusCodes.Status500InternalServerError : PlaceWork.StatusOf(loss.Reason));
    }

    // A body that the plugin took cannot be brought back.
    private bool CanPassBy()
    {
        if (_tap is not null)
            return _tap.Body is not { IsTaken: true };
        if (_body is { IsTaken: true })
            return false;
        _body?.Source?.Release();
        return true;
    }

    private async ValueTask PassAnswerAsync(ResponseTap tap)
    {
        tap.Body?.Release();
        tap.Decide(drops: false);
        await _passing!.ConfigureAwait(false);
    }

    /// <summary>Ends those further in without their answer, and makes the head again what it was before them.</summary>
    private async ValueTask StopPassingAsync()
    {
        if (_tap is not { } tap)
            return;
        await DropAsync(tap).ConfigureAwait(false);
        tap.Uninstall();
        if (!context.Response.HasStarted)
            ResetHead(tap);
    }

    private void ResetHead(ResponseTap tap)
    {
        tap.RealHead.StatusCode = StatusCodes.Status200OK;
        tap.RealHead.ReasonPhrase = null;
        HttpChanges.Restore(tap.RealHead.Headers, _kept);
    }

    /// <summary>Ends those further in, whatever they still write.</summary>
    private async ValueTask DropAsync(ResponseTap tap)
    {
        tap.Decide(drops: true);
        if (!_passing!.IsCompleted)
        {
            if (tap.Body is { } body)
            {
                // The plugin's reading has to end before the pipe that it reads from.
                await Call.DisposeAsync().ConfigureAwait(false);
                body.Drop();
            }
            // Who writes an answer learns at the next flush that nobody reads it; who has not begun might not write for long.
            if (tap.HasStarted)
                await _passing.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_passing.IsCompleted)
                tap.Cancel();
            await _passing.ConfigureAwait(false);
        }
        _fault = null;
        // What they have noted of themselves is not how the exchange ends, unless the client ended it.
        if (context.Features.Get<Exchange>() is { } exchange && !tap.IsClientGone)
            exchange.LoggedStatus = _loggedStatus;
    }

    private void Refuse(int status)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return;
        }
        response.StatusCode = status;
        response.ContentLength = 0;
    }

    private async ValueTask EndAsync()
    {
        try
        {
            if (_passing is { IsCompleted: false })
                await DropAsync(_tap!).ConfigureAwait(false);
            if (_call is not null)
                await _call.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _tap?.Dispose();
            _body?.Dispose();
        }
        _fault?.Throw();
    }
}
