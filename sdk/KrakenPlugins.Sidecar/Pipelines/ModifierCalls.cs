using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Calls;
using KrakenPlugins.Sidecar.Places;

namespace KrakenPlugins.Sidecar.Pipelines;

/// <summary>A call of a request modifier.</summary>
internal sealed class RequestModifierCall(IRequestModifier modifier, CallStream stream, ulong id, ComponentPlace place, CallStart start) : PipelineCall(stream, id, place, start)
{
    protected override async ValueTask RunAsync()
    {
        var walked = NewRequest();
        var error = await modifier.ModifyAsync(walked.Request, Cancelled).ConfigureAwait(false);
        if (!IsOver)
            SendFinish(error is null ? new Finish { Request = walked.ChangeOf(walked.Request, this) ?? new RequestChange() } : new Finish { Failure = Failures.ToMessage(error) });
    }
}

/// <summary>A call of a response modifier.</summary>
internal sealed class ResponseModifierCall(IResponseModifier modifier, CallStream stream, ulong id, ComponentPlace place, CallStart start) : DataCall(stream, id, place, start)
{
    // Data in place of a raw answer, or the other way round.
    private async ValueTask<ResponseChange> InsteadAsync(ProxyResponse response)
    {
        var message = await MessageOfAsync(response).ConfigureAwait(false);
        var change = new ResponseChange { Status = message.Status, Body = message.Body, IsData = message.IsData, IsComplete = message.IsComplete };
        foreach (var header in message.Headers)
            change.Headers.Add(new HeaderChange { Name = header.Name, Operation = HeaderOperation.Add, Value = header.Value });
        return change;
    }

    protected override async ValueTask RunAsync()
    {
        var walked = await ReadAsync(0, Start.Response ?? new Response { IsData = true }).ConfigureAwait(false);
        var response = walked.Response ?? new ProxyResponse();
        var error = await modifier.ModifyAsync(NewRequest().Request, response, Cancelled).ConfigureAwait(false);
        if (IsOver)
            return;
        if (error is not null)
            SendFinish(new Finish { Failure = Failures.ToMessage(error) });
        else if (walked.Response is not null && CanBeChange(walked))
            SendFinish(new Finish { Change = await ChangeOfAsync(walked, walked.Error).ConfigureAwait(false) });
        else
            SendFinish(new Finish { Change = await InsteadAsync(response).ConfigureAwait(false) });
    }
}
