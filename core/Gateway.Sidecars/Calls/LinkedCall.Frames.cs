using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Calls;

// What the sidecar sends for a call. Called by the reader of the stream, one frame after the other. Each returns what breaks the protocol, or null.
internal sealed partial class LinkedCall
{
    // The stream id of the body whose end is the end of the call; 0 while there is none.
    private uint _lastBody;

    /// <summary>The sidecar goes on.</summary>
    /// <param name="proceed">How.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="wakes">Whether the reader has to <see cref="Execute"/> the call.</param>
    public string? On(Proceed proceed, int size, ref bool wakes)
    {
        bool isDone;
        lock (_gate)
        {
            if (_phase != Phase.Open)
                return null;
            if ((Check(proceed) ?? Announced(proceed.Change?.Body, proceed.IsLast, size)) is { } fault)
                return fault;
            _owedSince = 0;
            // What becomes of the body is settled here, in the order of the stream: credit that comes before the walk has acted on it is too late.
            if (_requestBody != 0 && proceed.Change?.Body is null)
                _outbound![(int)_requestBody - 1].Leave();
            isDone = proceed.IsLast && Conclude();
            wakes = Post(new(proceed, null, null), size);
        }
        if (isDone)
            Leave();
        return null;
    }

    /// <summary>The sidecar is done.</summary>
    /// <inheritdoc cref="On(Proceed, int, ref bool)"/>
    public string? On(Finish finish, int size, ref bool wakes)
    {
        bool isDone;
        lock (_gate)
        {
            if (_phase != Phase.Open)
                return null;
            if ((Check(finish) ?? Announced(BodyOf(finish), true, size)) is { } fault)
                return fault;
            _owedSince = 0;
            isDone = Conclude();
            wakes = Post(new(null, finish, null), size);
        }
        if (isDone)
            Leave();
        return null;
    }

    /// <summary>A part of a body.</summary>
    public string? OnChunk(uint streamId, ReadOnlySpan<byte> data, bool isLast, bool isBroken)
    {
        var isDone = false;
        lock (_gate)
        {
            if (_phase != Phase.Open)
                return null;
            if (data.Length > _stream.Limits.MaxChunk)
                return $"a chunk of {data.Length} bytes; the limit is {_stream.Limits.MaxChunk}";
            if (Inbound(streamId) is not { } body)
                return $"a chunk of body {streamId}, which it did not announce";
            if (body.Take(data, isLast, isBroken) is { } fault)
                return fault;
            if ((isLast || isBroken) && _hasOutcome && streamId == _lastBody)
            {
                _phase = Phase.Done;
                isDone = true;
            }
        }
        if (isDone)
            Leave();
        return null;
    }

    /// <summary>Leave to send more of a body.</summary>
    public string? OnCredit(uint streamId, uint bytes)
    {
        lock (_gate)
        {
            if (_phase != Phase.Open)
                return null;
            if (streamId == 0 || streamId > (uint)(_outbound?.Count ?? 0))
                return $"credit for body {streamId}, which there is not";
            if (!_outbound![(int)streamId - 1].Grant(bytes))
                return null;
        }
        _stream.SendBroken(Id, streamId);
        return null;
    }

    private string? Check(Proceed proceed)
    {
        if (_hasOutcome)
            return "a Proceed after the end";
        if (proceed.Attempt == 0 || !_attempts.TryAdd(proceed.Attempt))
            return $"a second attempt {proceed.Attempt}, or one without a number";
        if (_attempts.Total > CallLimits.MaxAttempts)
            return $"more than {CallLimits.MaxAttempts} attempts";
        if (_attempts.Outstanding > CallLimits.MaxOutstandingAttempts)
            return $"more than {CallLimits.MaxOutstandingAttempts} attempts at a time";
        _hasOutcome = proceed.IsLast;
        return null;
    }

    private string? Check(Finish finish)
    {
        if (_hasOutcome)
            return "a Finish after the end";
        if (finish.OutcomeCase == Finish.OutcomeOneofCase.Change && finish.Change.Attempt is not 0 and var attempt && !_attempts.IsAnswered(attempt))
            return $"the outcome of attempt {attempt}, which has none";
        _hasOutcome = true;
        return null;
    }

    // Under the lock. The call has its outcome; whether nothing of it is missing.
    private bool Conclude()
    {
        if (_lastBody == 0)
            _phase = Phase.Done;
        return _lastBody == 0;
    }

    private string? Announced(Body? body, bool isLast, int size)
    {
        if (_steps.Bytes > 0 && _steps.Bytes + size > 2L * _stream.Limits.MaxMessage)
            return "more than the gateway keeps of what it has not acted on yet";
        switch (body?.ContentCase)
        {
            case Body.ContentOneofCase.Whole when body.Whole.Length > _stream.Limits.MaxWholeBody:
                return $"a body of {body.Whole.Length} bytes as a whole; the limit is {_stream.Limits.MaxWholeBody}";
            case Body.ContentOneofCase.StreamId when body.StreamId == 0 || Inbound(body.StreamId) is not null:
                return $"a second body {body.StreamId}, or one without a number";
            case Body.ContentOneofCase.StreamId:
                (_inbound ??= []).Add(new InboundBody(this, body.StreamId, body.Length, _stream.Limits.InitialCredit));
                if (isLast)
                    _lastBody = body.StreamId;
                return null;
            default:
                return null;
        }
    }

    private static Body? BodyOf(Finish finish) => finish.OutcomeCase switch
    {
        Finish.OutcomeOneofCase.Response => finish.Response.Body,
        Finish.OutcomeOneofCase.Change => finish.Change.Body,
        Finish.OutcomeOneofCase.Request => finish.Request.Body,
        _ => null,
    };
}
