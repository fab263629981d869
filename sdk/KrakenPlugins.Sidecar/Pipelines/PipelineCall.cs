using System.IO.Pipelines;
using Google.Protobuf.Collections;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Calls;
using KrakenPlugins.Sidecar.Places;

namespace KrakenPlugins.Sidecar.Pipelines;

/// <summary>What calls below the HTTP exchange have in common: the request, answers, and what changed of both.</summary>
internal abstract class PipelineCall : PluginCall, IBodySink
{
    protected PipelineCall(CallStream stream, ulong id, ComponentPlace place, CallStart start)
        : base(stream, id, place, start)
    {
    }

    /// <summary>A body of bytes.</summary>
    public Body Whole(ReadOnlyMemory<byte> bytes) => BodyOf(bytes);

    /// <summary>A body in chunks.</summary>
    public Body Stream(PipeReader reader, long? length) => BodyOf(reader, length);

    /// <summary>The request of the call.</summary>
    protected WalkedRequest NewRequest()
    {
        var head = Start.Request;
        return new WalkedRequest(Start, OpenIncoming(Start.RequestBody), head is null ? null : Place.HostOf(head.Scheme, head.Authority), MaxWholeBody, Cancelled);
    }

    /// <summary>Goes on with a request; the error says why nothing can come of it.</summary>
    protected async ValueTask<(uint Attempt, Response? Response, GatewayError? Error)> ProceedAsync(WalkedRequest walked, ProxyRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var (attempt, response) = await ProceedAsync(new Proceed { Change = walked.ChangeOf(request, this) }, cancellationToken).ConfigureAwait(false);
            return (attempt, response, null);
        }
        catch (OperationCanceledException)
        {
            return (0, null, IsOver ? CancelledError() : new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded));
        }
    }

    /// <summary>A raw answer as the SDK has it.</summary>
    protected AttemptResponse RawOf(uint attempt, Response response) => new(attempt, response, OpenIncoming(response.Body));

    /// <summary>A raw answer as the protocol has it: the outcome of an attempt with what changed of it, or all of it.</summary>
    protected async ValueTask<Finish> FinishOfAsync(ClientResponse raw)
    {
        if (AttemptResponse.Within(raw, out var hasItsBody) is not { } attempt)
            return new Finish { Response = await MessageOfAsync(raw).ConfigureAwait(false) };
        var change = new ResponseChange { Attempt = attempt.Attempt };
        await WriteChangesAsync(attempt, raw, hasItsBody, change).ConfigureAwait(false);
        return new Finish { Change = change };
    }

    /// <summary>Notes what a raw answer has other than that of an attempt.</summary>
    protected async ValueTask WriteChangesAsync(AttemptResponse attempt, ClientResponse now, bool hasItsBody, ResponseChange change)
    {
        if (now.StatusCode != attempt.StatusCode)
            change.Status = (uint)now.StatusCode;
        attempt.WriteChanges(now.Headers, change.Headers);
        if (!hasItsBody && (attempt.HasBody || !ReferenceEquals(now, attempt)))
        {
            change.Body = await RawBodyAsync(now).ConfigureAwait(false);
            HeaderLists.WriteEncoding(now.Headers.Get("Content-Encoding"), change.Headers);
        }
    }

    /// <summary>A raw answer with all that it has.</summary>
    protected async ValueTask<Response> MessageOfAsync(ClientResponse raw)
    {
        var message = new Response { Status = (uint)raw.StatusCode };
        HeaderLists.Write(raw.Headers, message.Headers);
        message.Body = await RawBodyAsync(raw).ConfigureAwait(false);
        return message;
    }

    /// <summary>Data as the protocol has it.</summary>
    protected Body DataOf(Payload? data)
    {
        if (data is null)
            return new Body { Whole = s_null };
        using var bytes = new PooledBytes();
        data.WriteJson(bytes);
        return bytes.Length <= SmallBody ? BodyOf(bytes.Memory) : BodyOf(bytes.Span.ToArray());
    }

    private static readonly Google.Protobuf.ByteString s_null = Google.Protobuf.ByteString.CopyFromUtf8("null");

    // A short one goes with the message, whatever it is read from.
    private async ValueTask<Body> RawBodyAsync(ClientResponse raw)
    {
        if (raw.ContentLength is not { } length || length > SmallBody)
            return BodyOf(ResponseStream.ReaderOf(raw), raw.ContentLength);
        using var bytes = await raw.ReadAllAsync(SmallBody, Cancelled).ConfigureAwait(false);
        return BodyOf(bytes.Memory);
    }
}
