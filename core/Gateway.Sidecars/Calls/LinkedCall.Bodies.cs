using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Calls;

// The bodies of a call, both ways.
internal sealed partial class LinkedCall
{
    private List<InboundBody>? _inbound;
    private List<OutboundBody>? _outbound;
    private CancellationTokenSource? _reading;
    private Task _stopped = Task.CompletedTask;
    // The stream id of the request's body; 0 when it was not offered.
    private uint _requestBody;

    /// <summary>A token that fires when bytes for the sidecar are no longer wanted; under the lock. Most calls end without one.</summary>
    public CancellationToken BeginReading() => (_reading ??= new CancellationTokenSource()).Token;

    /// <summary>The stream that carries it.</summary>
    public CallStream Stream => _stream;

    /// <inheritdoc/>
    public override Body Announce(BodySource source, long? length)
    {
        ArgumentNullException.ThrowIfNull(source);
        lock (_gate)
        {
            _outbound ??= [];
            var body = new OutboundBody(this, (uint)_outbound.Count + 1, source, length);
            _outbound.Add(body);
            return new Body { StreamId = body.StreamId, Length = (ulong)(length ?? 0) };
        }
    }

    /// <inheritdoc/>
    public override SidecarBody Open(Body body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (body.ContentCase != Body.ContentOneofCase.StreamId)
            return new WholeBody(body.Whole.Memory);
        lock (_gate)
        {
            var inbound = Inbound(body.StreamId) ?? throw new InvalidOperationException($"the sidecar announced no body {body.StreamId}");
            inbound.Open();
            return inbound;
        }
    }

    /// <summary>Lets the sidecar send more of a body.</summary>
    public void Grant(uint streamId, int bytes)
    {
        lock (_gate)
        {
            if (_phase != Phase.Open)
                return;
        }
        _stream.SendControl(Id, GatewayFrames.Credit, streamId, (uint)bytes);
    }

    // Few: one for each attempt that replaces the body, and one for the answer.
    private InboundBody? Inbound(uint streamId)
    {
        if (_inbound is null)
            return null;
        foreach (var body in _inbound)
        {
            if (body.StreamId == streamId)
                return body;
        }
        return null;
    }

    // Under the lock.
    private bool AwaitsSource()
    {
        if (_outbound is null)
            return false;
        foreach (var body in _outbound)
        {
            if (body.AwaitsSource)
                return true;
        }
        return false;
    }

    // The call is over: nothing more is sent, and what has not come whole never will.
    private void EndBodies()
    {
        lock (_gate)
        {
            if (_inbound is not null)
            {
                foreach (var body in _inbound)
                    body.Break(_loss?.Message ?? "the sidecar ended the call");
            }
            if (_reading is not null)
                _stopped = _reading.CancelAsync();
        }
    }

    private ValueTask ReleaseBodiesAsync()
    {
        lock (_gate)
        {
            if (_inbound is not null)
            {
                foreach (var body in _inbound)
                    body.Abandon();
            }
            return _reading is null ? ValueTask.CompletedTask : new(StopSendingAsync(_outbound!));
        }
    }

    private async Task StopSendingAsync(List<OutboundBody> bodies)
    {
        foreach (var body in bodies)
            await body.Sending.ConfigureAwait(false);
        await _stopped.ConfigureAwait(false);
    }
}
