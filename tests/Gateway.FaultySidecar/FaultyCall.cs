using System.Text.Json.Nodes;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;

namespace Gateway.FaultySidecar;

/// <summary>
/// One call. A good one marks the answer with what the request has as <c>X-Marker</c> or <c>marker</c>: a guard in the header <c>X-Sidecar-Marker</c>,
/// the others in the data, under <c>sidecar</c>.
/// </summary>
internal sealed class FaultyCall
{
    private readonly ulong _id;
    private readonly CallStart _start;
    private readonly CallStream _stream;
    private readonly Layer _layer;
    private readonly string _marker;
    private readonly CallFault _fault;

    public FaultyCall(ulong id, CallStart start, CallStream stream)
    {
        (_id, _start, _stream) = (id, start, stream);
        var place = stream.Surroundings.Places.GetValueOrDefault(start.PlaceId) ?? new ConfiguredFaults(Layer.Unspecified, "");
        _layer = place.Layer;
        _marker = CallFault.Asked(start.Request, "marker") ?? "";
        _fault = CallFault.Of(start.Request, place.Fault);
    }

    /// <summary>Whether it has nothing more to say.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Whether its answers are data.</summary>
    public bool HasData => _layer is not (Layer.Server or Layer.Endpoint or Layer.Client);

    public CallStream Stream => _stream;

    public CallStart Start => _start;

    public void Begin()
    {
        if (!_fault.IsAfter && !Misbehaviour.GoesOn(this, _fault))
            return;
        if (_layer == Layer.Executor)
            Finish(new Finish { Response = Marked(new JsonObject { ["marker"] = _marker }) });
        else
            Proceed(1);
    }

    public void Take(CallResult result)
    {
        if (HasEnded || (_fault.IsAfter && !Misbehaviour.GoesOn(this, _fault)))
            return;
        Answer(result);
    }

    /// <summary>Nothing is expected of it any more.</summary>
    public void Cancel()
    {
        HasEnded = true;
        _stream.End(_id);
    }

    /// <summary>Goes on with the request as it is.</summary>
    public void Proceed(uint attempt, bool isLast = false)
    {
        Send(new PluginFrame { Proceed = new() { Attempt = attempt, IsLast = isLast } });
        if (isLast)
            Cancel();
    }

    /// <summary>Sends the end of the call.</summary>
    public void Finish(Finish finish)
    {
        Send(new PluginFrame { Finish = finish });
        Cancel();
    }

    /// <summary>Sends a frame of the call.</summary>
    public void Send(PluginFrame frame)
    {
        frame.CallId = _id;
        _stream.Send(frame);
    }

    /// <summary>The end that a good call of an executor or a guard would have.</summary>
    public Finish GoodFinish() => _layer is Layer.Server or Layer.Endpoint
        ? new Finish { Response = new() { Status = 200, Body = new() { Whole = ByteString.CopyFromUtf8(_marker) } } }
        : new Finish { Response = Marked(new JsonObject { ["marker"] = _marker }) };

    private void Answer(CallResult result)
    {
        var change = new ResponseChange { Attempt = result.Attempt };
        if (_layer is Layer.Server or Layer.Endpoint)
            change.Headers.Add(new HeaderChange { Name = "X-Sidecar-Marker", Operation = HeaderOperation.Set, Value = _marker });
        // An answer without data, a failure for one, stays as it is.
        else if (result.Response?.Body is { Whole.Length: > 0 } body && JsonNode.Parse(body.Whole.Span) is JsonObject document)
            (change.Body, change.IsData) = (Marked(document).Body, result.Response.IsData);
        Finish(new Finish { Change = change });
    }

    private Response Marked(JsonObject document)
    {
        document["sidecar"] = _marker;
        return new() { Status = 200, IsData = true, IsComplete = true, Body = new() { Whole = ByteString.CopyFromUtf8(document.ToJsonString()) } };
    }
}
