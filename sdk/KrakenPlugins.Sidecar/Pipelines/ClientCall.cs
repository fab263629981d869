using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Calls;
using KrakenPlugins.Sidecar.Places;

namespace KrakenPlugins.Sidecar.Pipelines;

/// <summary>A call of a component around the raw HTTP call of a backend.</summary>
internal sealed class ClientCall(IClientMiddleware middleware, CallStream stream, ulong id, ComponentPlace place, CallStart start) : PipelineCall(stream, id, place, start)
{
    private readonly List<(uint Attempt, GatewayError Error)> _errors = [];
    private WalkedRequest _walked = null!;
    private bool _isLast;

    protected override async ValueTask RunAsync()
    {
        _walked = NewRequest();
        var result = await middleware.InvokeAsync(_walked.Request, NextAsync, Cancelled).ConfigureAwait(false);
        Own(result.Response);
        if (_isLast || IsOver)
            return;
        if (result.Response is { } response)
            SendFinish(await FinishOfAsync(response).ConfigureAwait(false));
        else
            SendFinish(FinishOf(result.Error ?? new GatewayError(GatewayErrorKind.Internal, $"{Place.Name} gave neither an answer nor a failure")));
    }

    private async ValueTask<ClientResult> NextAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        var (attempt, response, error) = await ProceedAsync(_walked, request, cancellationToken).ConfigureAwait(false);
        if (error is not null)
            return error;
        if (response is null)
        {
            _isLast = true;
            return new SyntheticResponse(ReadOnlyMemory<byte>.Empty);
        }
        if (response.Failure is not { } failure)
            return RawOf(attempt, response);
        error = Failures.ToError(failure);
        lock (_errors)
            _errors.Add((attempt, error));
        return error;
    }

    // The gateway's own failure stays what it is, with all that it knows of it.
    private Finish FinishOf(GatewayError error)
    {
        lock (_errors)
        {
            foreach (var (attempt, known) in _errors)
            {
                if (ReferenceEquals(known, error))
                    return new Finish { Change = new ResponseChange { Attempt = attempt } };
            }
        }
        return new Finish { Failure = Failures.ToMessage(error) };
    }
}
