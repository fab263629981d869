using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Calls;
using KrakenPlugins.Sidecar.Places;

namespace KrakenPlugins.Sidecar.Pipelines;

/// <summary>What calls on decoded data have in common.</summary>
internal abstract class DataCall : PipelineCall
{
    protected DataCall(CallStream stream, ulong id, ComponentPlace place, CallStart start)
        : base(stream, id, place, start)
    {
    }

    /// <summary>A response for the component.</summary>
    protected async ValueTask<WalkedResponse> ReadAsync(uint attempt, Response response)
    {
        if (!response.IsData || response.IsFinal)
            return new WalkedResponse(attempt, response, default, response.Failure is not null && response.Status == 0 ? null : RawOf(attempt, response));
        if (OpenIncoming(response.Body) is not { } incoming)
            return new WalkedResponse(attempt, response, response.Body?.Whole.Memory ?? default, null);
        using var bytes = new MemoryStream();
        await incoming.CopyToAsync(bytes, Cancelled).ConfigureAwait(false);
        return new WalkedResponse(attempt, response, bytes.ToArray(), null);
    }

    /// <summary>Whether what became of an outcome is the same kind of answer as before.</summary>
    protected static bool CanBeChange(WalkedResponse outcome)
    {
        if (outcome.Response is not { } now)
            return true;
        if (outcome.Message.IsFinal)
            return now.Final is not null;
        return now.Final is null && outcome.Message.IsData == (now.Raw is null);
    }

    /// <summary>What changed of an outcome.</summary>
    protected async ValueTask<ResponseChange> ChangeOfAsync(WalkedResponse outcome, GatewayError? error)
    {
        var change = new ResponseChange { Attempt = outcome.Attempt, ClearsFailure = outcome.Error is not null && error is null };
        if (outcome.Response is not { } now)
            return change;
        if ((now.Raw ?? now.Final) is not { } raw)
        {
            outcome.WriteDataChanges(change, DataOf);
            return change;
        }
        if (now.IsComplete != outcome.Message.IsComplete)
            change.IsComplete = now.IsComplete;
        if (AttemptResponse.Within(raw, out var hasItsBody) is { } attempt && attempt.Attempt == outcome.Attempt)
        {
            await WriteChangesAsync(attempt, raw, hasItsBody, change).ConfigureAwait(false);
            return change;
        }
        return await ReplaceAsync(outcome, raw, change).ConfigureAwait(false);
    }

    /// <summary>A response with all that it has.</summary>
    protected async ValueTask<Response> MessageOfAsync(ProxyResponse response)
    {
        Response message;
        if ((response.Final ?? response.Raw) is { } raw)
        {
            message = await MessageOfAsync(raw).ConfigureAwait(false);
            message.IsFinal = response.Final is not null;
        }
        else
        {
            message = new Response { Status = (uint)response.StatusCode, IsData = true, Body = DataOf(response.Data) };
            if (response.Headers is { } headers)
                HeaderLists.Write(headers, message.Headers);
        }
        message.IsComplete = response.IsComplete;
        return message;
    }

    // Another raw answer in place of the one that came.
    private async ValueTask<ResponseChange> ReplaceAsync(WalkedResponse outcome, ClientResponse raw, ResponseChange change)
    {
        var message = await MessageOfAsync(raw).ConfigureAwait(false);
        if (message.Status != outcome.Message.Status)
            change.Status = message.Status;
        HeaderLists.WriteChanges(HeaderLists.Read(outcome.Message.Headers), raw.Headers, change.Headers);
        change.Body = message.Body;
        HeaderLists.WriteEncoding(raw.Headers.Get("Content-Encoding"), change.Headers);
        return change;
    }
}
