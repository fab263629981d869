using KrakenPlugins.AwsSigV4.Credentials;
using KrakenPlugins.AwsSigV4.Signing;
using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.AwsSigV4;

/// <summary>
/// Signs each call as it goes out (AUT-144 to 148). A body is hashed, for which one that streams is read into memory within the gateway's limit; for S3
/// over TLS one of known length goes out unread, with <c>UNSIGNED-PAYLOAD</c> in the hash's place (AUT-288).
/// </summary>
internal sealed partial class SigV4Middleware : IClientMiddleware
{
    private readonly RequestSigner _signer;
    private readonly Renewed<AwsCredentials> _credentials;
    private readonly IRenewalSource<AwsCredentials> _source;
    private readonly TimeProvider _time;
    private readonly bool _isS3;
    private readonly bool _sendsHash;
    private readonly Action<string, string>? _trace;

    public SigV4Middleware(RequestSigner signer, Renewed<AwsCredentials> credentials, IRenewalSource<AwsCredentials> source, AwsSigV4Settings settings, IBackendContext context)
    {
        _signer = signer;
        _credentials = credentials;
        _source = source;
        _time = context.Time;
        _isS3 = RequestSigner.IsS3(settings.Service);
        // The others take the hash from the body; for these it must be in a header.
        _sendsHash = _isS3 || settings.Service is "glacier" or "aoss" or "vpc-lattice-svcs";
        var (logger, prefix) = (context.Logger, context.LogPrefix);
        if (settings.Debug)
            _trace = (canonical, text) => Log.Steps(logger, prefix, SigningTrace.Hide(canonical), text);
    }

    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        if (_credentials.Current is { } credentials && (request.Body.IsBuffered || StaysUnsigned(request)))
        {
            Sign(request, credentials);
            return next(request, cancellationToken);
        }
        return PrepareAndSendAsync(request, next, cancellationToken);
    }

    private async ValueTask<ClientResult> PrepareAndSendAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        var fetched = await _credentials.GetAsync(_source, cancellationToken).ConfigureAwait(false);
        if (fetched.Value is not { } credentials)
            return fetched.Error!;
        if (!request.Body.IsBuffered && !StaysUnsigned(request) && await BufferAsync(request.Body, cancellationToken).ConfigureAwait(false) is { } error)
            return error;
        Sign(request, credentials);
        return await next(request, cancellationToken).ConfigureAwait(false);
    }

    private bool StaysUnsigned(ProxyRequest request) => _isS3 && request.Host is { IsSecure: true } && !request.Body.IsBuffered && request.Body.Length is not null;

    private static async ValueTask<GatewayError?> BufferAsync(RequestBody body, CancellationToken cancellationToken)
    {
        try
        {
            await body.BufferAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (BufferLimitException exception)
        {
            return new GatewayError(GatewayErrorKind.Rejected, $"request body too large to be signed: {exception.Message}", 413);
        }
        catch (BadHttpRequestException exception)
        {
            return new GatewayError(GatewayErrorKind.Rejected, exception.Message, exception.StatusCode);
        }
        catch (IOException exception)
        {
            return new GatewayError(GatewayErrorKind.ClientAborted, exception.Message, exception: exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded);
        }
    }

    private void Sign(ProxyRequest request, AwsCredentials credentials)
    {
        var headers = request.Headers;
        HopByHop.Settle(headers);
        headers.Remove("Authorization");
        headers.Remove(SigV4Headers.SecurityToken);
        headers.Remove(SigV4Headers.ContentHash);
        var stamp = RequestSigner.Stamp(_time.GetUtcNow());
        var hash = StaysUnsigned(request) ? RequestSigner.Unsigned : RequestSigner.Hash(request.Body.IsBuffered ? request.Body.Bytes.Span : default);
        headers.Set(SigV4Headers.Date, stamp);
        if (_sendsHash)
            headers.Set(SigV4Headers.ContentHash, hash);
        if (credentials.SessionToken is { } token)
            headers.Set(SigV4Headers.SecurityToken, token);
        request.Target = SignedTarget.Of(request.Target);
        request.StopsAtRedirect = true;
        var host = request.Host;
        var signed = new SignedRequest(request.Method, request.HostHeader ?? host?.Authority ?? "", host?.BasePath ?? "", request.Target, headers, hash);
        headers.Set("Authorization", _signer.Sign(signed, credentials, stamp, _trace));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[AWS SigV4] canonical request:\n{Canonical}\nstring to sign:\n{Text}")]
        public static partial void Steps(ILogger logger, string prefix, string canonical, string text);
    }
}
