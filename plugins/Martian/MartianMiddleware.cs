using System.Runtime.CompilerServices;
using KrakenPlugins.Martian.Definitions;
using KrakenPlugins.Martian.Messages;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Martian;

/// <summary>Runs the compiled modifiers of one backend around its raw HTTP call. Without response modifiers it leaves the call alone.</summary>
internal sealed class MartianMiddleware(Component component, int stashCount) : IClientMiddleware
{
    private readonly Modifier? _request = component.Request;
    private readonly Modifier? _response = component.Response;

    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        var call = new Call(request, stashCount);
        if (_request?.Apply(ref call) is { } reason)
            return new(Failure(reason));
        return _response is null ? next(request, cancellationToken) : RespondAsync(call, _response, next, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<ClientResult> RespondAsync(Call call, Modifier modifier, ClientHandler next, CancellationToken cancellationToken)
    {
        var result = await next(call.Request, cancellationToken).ConfigureAwait(false);
        if (result.Response is null)
            return result;
        call.Response = result.Response;
        string? reason;
        try
        {
            reason = modifier.Apply(ref call);
        }
        catch
        {
            call.Response!.Dispose();
            throw;
        }
        var response = call.Response!;
        if (reason is null)
            return response;
        response.Dispose();
        return Failure(reason);
    }

    private static GatewayError Failure(string reason) => new(GatewayErrorKind.Internal, reason);
}
