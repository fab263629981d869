using Gateway.Core.Configuration;
using Gateway.Core.Transport;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Server;

/// <summary>
/// Calls of components over the transport of their configuration. One that outlives the configuration still ends well: its connection is
/// closed behind it.
/// </summary>
internal sealed class OutgoingCalls : IOutgoingCalls
{
    private static readonly BackendHttpClientConfig s_options = new() { NoRedirect = true };

    private ClientHandler? _proxied;
    private ClientHandler? _direct;
    private TimeProvider _time = TimeProvider.System;

    /// <summary>No calls before <see cref="Use"/>.</summary>
    public OutgoingCalls()
    {
    }

    /// <summary>Calls with the settings of a backend's client.</summary>
    public OutgoingCalls(HttpTransport transport, BackendHttpClientConfig options)
    {
        _time = transport.Time;
        _direct = transport.CreateDirectHandler(options);
        _proxied = transport.CreateHandler(options);
    }

    /// <summary>Makes calls possible.</summary>
    public void Use(HttpTransport transport)
    {
        _time = transport.Time;
        _direct = transport.CreateDirectHandler(s_options);
        _proxied = transport.CreateHandler(s_options);
    }

    public async ValueTask<OutgoingResult> SendAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(call.Timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(call.MaxAnswer);
        if ((call.IsDirect ? _direct : _proxied) is not { } send)
            return new GatewayError(GatewayErrorKind.Internal, "there is no transport yet");
        using var limit = new CancellationTokenSource(call.Timeout, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var (response, error) = await send(RequestOf(call), end.Token).ConfigureAwait(false);
        if (response is null)
            return error!;
        using (response)
            return await ReadAsync(call, response, end.Token).ConfigureAwait(false);
    }

    private static async ValueTask<OutgoingResult> ReadAsync(OutgoingCall call, ClientResponse response, CancellationToken cancellationToken)
    {
        try
        {
            using var body = await response.ReadAllAsync(call.MaxAnswer, cancellationToken).ConfigureAwait(false);
            return new OutgoingAnswer(response.StatusCode, response.Headers.Fork(), body.Span.ToArray());
        }
        catch (BufferLimitException)
        {
            return new GatewayError(GatewayErrorKind.Payload, $"the answer of {call.Address.Host} is larger than {call.MaxAnswer} bytes");
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            return cancellationToken.IsCancellationRequested
                ? new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded)
                : new GatewayError(GatewayErrorKind.Connection, exception.Message, exception: exception);
        }
    }

    private static ProxyRequest RequestOf(OutgoingCall call) => new()
    {
        Method = call.Method,
        Host = call.Address.Host,
        Target = call.Address.Target,
        Headers = call.Headers.Fork(),
        Query = new NameValueList(ignoreCase: false),
        Parameters = new NameValueList(ignoreCase: false),
        Body = RequestBody.Of(call.Body),
    };
}
