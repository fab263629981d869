using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Calls;
using KrakenPlugins.Sidecar.Places;

namespace KrakenPlugins.Sidecar.Pipelines;

/// <summary>A call of a component of the proxy and backend pipelines, of a middleware, or of an executor.</summary>
internal sealed class ProxyCall(IProxyMiddleware middleware, CallStream stream, ulong id, ComponentPlace place, CallStart start) : DataCall(stream, id, place, start)
{
    private readonly List<WalkedResponse> _outcomes = [];
    private WalkedRequest _walked = null!;
    private bool _isLast;

    protected override async ValueTask RunAsync()
    {
        _walked = NewRequest();
        var result = await middleware.InvokeAsync(_walked.Request, NextAsync, Cancelled).ConfigureAwait(false);
        Own(result.Response);
        if (!_isLast && !IsOver)
            SendFinish(await FinishOfAsync(result).ConfigureAwait(false));
    }

    private async ValueTask<ProxyResult> NextAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        if (Place.Layer == Layer.Executor)
            return new GatewayError(GatewayErrorKind.Internal, $"{Place.Name} is an executor: there is nothing behind it");
        var (attempt, response, error) = await ProceedAsync(_walked, request, cancellationToken).ConfigureAwait(false);
        if (error is not null)
            return error;
        if (response is null)
        {
            _isLast = true;
            return new ProxyResponse { IsComplete = true };
        }
        var outcome = await ReadAsync(attempt, response).ConfigureAwait(false);
        lock (_outcomes)
            _outcomes.Add(outcome);
        return new ProxyResult(outcome.Response, outcome.Error);
    }

    private async ValueTask<Finish> FinishOfAsync(ProxyResult result)
    {
        var (response, error) = result;
        if (Find(response, error) is { } outcome)
            return new Finish { Change = await ChangeOfAsync(outcome, error).ConfigureAwait(false) };
        if (response is null)
            return new Finish { Failure = Failures.ToMessage(error ?? new GatewayError(GatewayErrorKind.Internal, $"{Place.Name} gave neither an answer nor a failure")) };
        var message = await MessageOfAsync(response).ConfigureAwait(false);
        if (error is not null)
            message.Failure = Failures.ToMessage(error);
        return new Finish { Response = message };
    }

    // The outcome of an attempt, unless the component changed what a change cannot say.
    private WalkedResponse? Find(ProxyResponse? response, GatewayError? error)
    {
        lock (_outcomes)
        {
            foreach (var outcome in _outcomes)
            {
                if (ReferenceEquals(outcome.Response, response) && (ReferenceEquals(outcome.Error, error) || (error is null && response is not null)))
                    return CanBeChange(outcome) ? outcome : null;
            }
        }
        return null;
    }
}
