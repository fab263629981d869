using System.Globalization;
using Gateway.Sidecars.Calls;
using KrakenPlugins.Plugin.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Sidecars.Components;

// The answer: what the plugin hears of it, and what it makes of it.
internal sealed partial class HttpWalk
{
    /// <inheritdoc/>
    public void AnswerBegan(PipedAnswer? body)
    {
        var response = Head();
        if (body is not null)
            response.Body = Call.Announce(body, _tap!.RealHead.Headers.ContentLength);
        Call.SendResult(new CallResult { Attempt = _attempt, Response = response });
    }

    /// <inheritdoc/>
    public void AnswerCame(ReadOnlyMemory<byte> body)
    {
        var response = Head();
        if (body.Length > 0)
            response.Body = DataBody.Wrap(body);
        Call.SendResult(new CallResult { Attempt = _attempt, Response = response });
    }

    /// <inheritdoc/>
    public void AnswerWasTooLong()
    {
        _isTooLong = true;
        // The plugin never sees it, and the client gets a failure.
        Call.Cancel(CancelReason.Unspecified);
    }

    private Response Head()
    {
        var response = new Response();
        if (!_needs.ResponseHead)
            return response;
        response.Status = (uint)_tap!.RealHead.StatusCode;
        Heads.Write(_tap.RealHead.Headers, response.Headers, _needs);
        return response;
    }

    // All that can be wrong is found before anything is done.
    private void Check(Finish finish)
    {
        switch (finish.OutcomeCase)
        {
            case Finish.OutcomeOneofCase.Response:
                if (finish.Response.Status != 0)
                    Answers.StatusOf(finish.Response.Status);
                HeaderRules.Read(finish.Response.Headers);
                if (finish.Response.Failure is { } beside)
                    Failures.Read(beside);
                break;
            case Finish.OutcomeOneofCase.Change when _attempt != 0 && finish.Change.Attempt == _attempt:
                if (finish.Change.Status != 0)
                    Answers.StatusOf(finish.Change.Status);
                HeaderRules.Check(finish.Change.Headers);
                break;
            case Finish.OutcomeOneofCase.Failure:
                Failures.Read(finish.Failure);
                break;
            default:
                throw new ViolationException($"a Finish with {finish.OutcomeCase} where an answer was due");
        }
    }

    private Task ConcludeAsync(Finish finish, CancellationToken aborted) => finish.OutcomeCase switch
    {
        Finish.OutcomeOneofCase.Response when finish.Response is { Failure: { } failure, Body: null } => FailAsync(failure, aborted),
        Finish.OutcomeOneofCase.Response => AnswerAsync(finish.Response, aborted),
        Finish.OutcomeOneofCase.Failure => FailAsync(finish.Failure, aborted),
        _ => ChangeAsync(finish.Change, aborted),
    };

    private async Task FailAsync(CallFailure failure, CancellationToken aborted)
    {
        work.Note(failure);
        work.NoteError(context, Failures.MessageOf(failure));
        await StopPassingAsync().ConfigureAwait(false);
        Refuse(Failures.StatusOf(failure));
        var response = context.Response;
        if (response.HasStarted)
            return;
        HttpChanges.Append(HeaderRules.Read(failure.Headers), response.Headers);
        if (!failure.IsBodyPublic || failure.Body.IsEmpty || Answers.IsBodiless(response.StatusCode))
        {
            if (response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)
                response.ContentLength = null;
            return;
        }
        response.ContentType = Failures.ContentTypeOf(failure) ?? "text/plain; charset=utf-8";
        response.ContentLength = failure.Body.Length;
        await response.BodyWriter.WriteAsync(failure.Body.Memory, aborted).ConfigureAwait(false);
    }

    private async Task AnswerAsync(Response answer, CancellationToken aborted)
    {
        using var body = answer.Body is null ? null : Call.Open(answer.Body);
        // Who has begun an answer touches the head no more, and may still be writing what the plugin reads.
        if (_tap is { HasStarted: false } idle)
            await DropAsync(idle).ConfigureAwait(false);
        if (IsTooLate())
            return;
        if (_tap is not null)
            ResetHead(_tap);
        RealHead().StatusCode = answer.Status == 0 ? StatusCodes.Status200OK : (int)answer.Status;
        HttpChanges.Append(HeaderRules.Read(answer.Headers), RealHead().Headers);
        await SendAsync(body, aborted).ConfigureAwait(false);
    }

    private async Task ChangeAsync(ResponseChange change, CancellationToken aborted)
    {
        var tap = _tap!;
        var replaces = change.Body is not null || tap.Body is { IsTaken: true } || (change.Status != 0 && Answers.IsBodiless((int)change.Status));
        if (replaces || change.Status != 0 || change.Headers.Count > 0)
        {
            if (IsTooLate())
                return;
            ChangeHead(change, tap, replaces);
        }
        if (!replaces)
        {
            await PassAnswerAsync(tap).ConfigureAwait(false);
            return;
        }
        using var body = change.Body is null ? null : Call.Open(change.Body);
        await SendAsync(body, aborted).ConfigureAwait(false);
    }

    // A connection was taken over, or a file sent around those in between.
    private bool IsTooLate()
    {
        if (!RealHead().HasStarted)
            return false;
        work.Note(new CallLoss(LossReason.Protocol, "a change of an answer that the client already has"));
        AbortClient();
        return true;
    }

    private static void ChangeHead(ResponseChange change, ResponseTap tap, bool replaces)
    {
        var head = tap.RealHead;
        if (replaces)
            head.Headers.ContentEncoding = default;
        if (change.Status != 0 && change.Status != head.StatusCode)
        {
            head.StatusCode = (int)change.Status;
            head.ReasonPhrase = null;
        }
        HttpChanges.Apply(change.Headers, head.Headers);
    }

    /// <summary>Sends a body of the plugin to the client, flush by flush, and ends those further in.</summary>
    private async Task SendAsync(SidecarBody? body, CancellationToken aborted)
    {
        var head = RealHead();
        var length = body is null ? 0 : body.Length;
        // Unless the plugin reads what those further in write, nobody does.
        if (_tap is { Body: not { IsTaken: true } } unread)
            unread.Decide(drops: true);
        try
        {
            if (Answers.IsBodiless(head.StatusCode))
                head.Headers.ContentLength = head.StatusCode == StatusCodes.Status205ResetContent ? 0 : null;
            else
                head.Headers.ContentLength = length;
            if (body is not null && !Answers.IsBodiless(head.StatusCode) && !HttpMethods.IsHead(context.Request.Method))
                await CopyAsync(body, length, _tap?.RealBody ?? context.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), aborted).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            work.Note(new CallLoss(LossReason.Gone, exception.Message));
            work.NoteError(context, $"plugin {work.Place.Sidecar.Id}: {exception.Message}");
            // The client must be able to tell that the body ends too early.
            AbortClient();
        }
        if (_tap is not null)
            await DropAsync(_tap).ConfigureAwait(false);
    }

    private IHttpResponseFeature RealHead() => _tap?.RealHead ?? context.Features.GetRequiredFeature<IHttpResponseFeature>();

    private void AbortClient()
    {
        if (_tap is null)
            context.Abort();
        else
            _tap.AbortClient();
    }

    private static async ValueTask CopyAsync(SidecarBody body, long? length, IHttpResponseBodyFeature to, CancellationToken aborted)
    {
        var writer = to.Writer;
        long sent = 0;
        while (true)
        {
            var read = await body.ReadAsync(writer.GetMemory(4096), aborted).ConfigureAwait(false);
            sent += read;
            if (sent > length || (read == 0 && sent < length))
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"a body of {length} bytes was announced, and {sent} came"));
            if (read == 0)
                return;
            writer.Advance(read);
            var flush = await writer.FlushAsync(aborted).ConfigureAwait(false);
            if (flush.IsCompleted)
                return;
        }
    }
}
