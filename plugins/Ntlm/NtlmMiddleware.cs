using System.Security.Cryptography;
using KrakenPlugins.Ntlm.Messages;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Ntlm;

/// <summary>
/// Signs in where the backend asks for it. NTLM authenticates a connection: the handshake stays on one, and one that is signed in serves
/// only further calls of this component, which then need no handshake.
/// </summary>
internal sealed partial class NtlmMiddleware(NtlmAccount account, TimeProvider time, ILogger logger, string prefix) : IClientMiddleware
{
    private const string Authorization = "Authorization";
    private const int MaxDrained = 256 << 10;

    public async ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        request.Headers.Remove(Authorization);
        if (!request.Body.IsBuffered && await BufferAsync(request.Body, cancellationToken).ConfigureAwait(false) is { } refusal)
            return refusal;
        using var affinity = new ConnectionAffinity(account) { KeepsConnection = true };
        request.Affinity = affinity;
        var first = await next(request, cancellationToken).ConfigureAwait(false);
        if (first.Response is not { StatusCode: StatusCodes.Status401Unauthorized } response || Offers.SchemeOf(response.Headers) is not { } scheme)
            return first;
        try
        {
            return await SignInAsync(request, response, scheme, affinity, next, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            request.Headers.Remove(Authorization);
        }
    }

    private async ValueTask<ClientResult> SignInAsync(
        ProxyRequest request, ClientResponse refused, string scheme, ConnectionAffinity affinity, ClientHandler next, CancellationToken cancellationToken)
    {
        await DrainAsync(refused, cancellationToken).ConfigureAwait(false);
        request.Headers.Set(Authorization, $"{scheme} {Convert.ToBase64String(NegotiateMessage.Bytes)}");
        var second = await next(request, cancellationToken).ConfigureAwait(false);
        if (second.Response is not { StatusCode: StatusCodes.Status401Unauthorized } response || Offers.ChallengeOf(response.Headers, scheme) is not { } bytes)
            return second;
        if (!ChallengeMessage.TryRead(bytes, out var challenge, out var error))
        {
            Log.Unusable(logger, prefix, error);
            return second;
        }
        await DrainAsync(response, cancellationToken).ConfigureAwait(false);
        if (!affinity.HasKept)
            return new GatewayError(GatewayErrorKind.Connection, "NTLM: the backend closed the connection in the middle of the handshake");
        // The answer to a challenge is worth something on the connection that it came on, and nowhere else.
        affinity.RequiresKept = true;
        var message = AuthenticateMessage.Create(account, NegotiateMessage.Bytes, challenge, time.GetUtcNow(), RandomNumberGenerator.GetBytes(8));
        request.Headers.Set(Authorization, $"{scheme} {Convert.ToBase64String(message)}");
        return await next(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads an answer that nobody wants, so that its connection can be used again; a long one is not worth it.</summary>
    private static async ValueTask DrainAsync(ClientResponse response, CancellationToken cancellationToken)
    {
        using (response)
        {
            var buffer = BufferPool<byte>.Shared.Rent(16 << 10);
            try
            {
                for (var read = 0; read < MaxDrained;)
                {
                    var count = await response.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                    if (count == 0)
                        return;
                    read += count;
                }
            }
            catch (IOException)
            {
                // The connection has ended; whether another one will do is decided by who needs it.
            }
            finally
            {
                BufferPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static async ValueTask<GatewayError?> BufferAsync(RequestBody body, CancellationToken cancellationToken)
    {
        try
        {
            await body.BufferAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (BufferLimitException exception)
        {
            return new GatewayError(GatewayErrorKind.Rejected, $"request body too large: {exception.Message}", StatusCodes.Status413PayloadTooLarge);
        }
        catch (BadHttpRequestException exception)
        {
            return new GatewayError(GatewayErrorKind.Rejected, exception.Message, exception.StatusCode);
        }
        catch (IOException exception)
        {
            return new GatewayError(GatewayErrorKind.ClientAborted, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[NTLM] {Reason}")]
        public static partial void Unusable(ILogger logger, string prefix, string reason);
    }
}
