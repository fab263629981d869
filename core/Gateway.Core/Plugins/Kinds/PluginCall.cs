using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Plugins.Kinds;

/// <summary>
/// A backend's call by a client plugin. The time limit holds whether the plugin minds it or not (EXT-037): what it answers after that is
/// disposed of.
/// </summary>
internal sealed partial class PluginCall(IClientMiddleware plugin, string name, string prefix, ILogger logger) : IClientMiddleware
{
    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        var call = plugin.InvokeAsync(request, next, cancellationToken);
        return call.IsCompletedSuccessfully ? new(Checked(call.Result)) : AwaitAsync(call.AsTask(), request.Body, cancellationToken);
    }

    private async ValueTask<ClientResult> AwaitAsync(Task<ClientResult> call, RequestBody body, CancellationToken cancellationToken)
    {
        await ((Task)call).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (call.IsCompletedSuccessfully || !cancellationToken.IsCancellationRequested)
            return Checked(await call.ConfigureAwait(false));
        // The plugin may still read the body when the client has its answer.
        body.Retain();
        _ = DiscardAsync(call, body);
        return new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded);
    }

    private async Task DiscardAsync(Task<ClientResult> call, RequestBody body)
    {
        try
        {
            var late = await call.ConfigureAwait(false);
            late.Response?.Dispose();
        }
        catch (OperationCanceledException)
        {
            // The plugin heard that the time is up.
        }
        catch (Exception exception)
        {
            Log.FailedLate(logger, prefix, name, exception);
        }
        finally
        {
            body.Dispose();
        }
    }

    private ClientResult Checked(ClientResult result)
    {
        if (result.Response is not { } response)
            return result.Error is null ? new GatewayError(GatewayErrorKind.Internal, $"the plugin {name} gave no answer") : result;
        if (RawAnswer.Refuse(response) is not { } refusal)
            return result;
        response.Dispose();
        return new GatewayError(GatewayErrorKind.Payload, $"the plugin {name} gave no HTTP answer: {refusal}");
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix} the plugin {Name} failed after the time was up")]
        public static partial void FailedLate(ILogger logger, string prefix, string name, Exception exception);
    }
}
