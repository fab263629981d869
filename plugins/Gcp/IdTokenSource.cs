using System.Buffers.Text;
using System.Text.Json;
using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Gcp;

/// <summary>A way to an ID token: its compact text, or why there is none, without secrets.</summary>
internal interface ITokenOrigin
{
    ValueTask<(string? Token, GatewayError? Error)> AskAsync(CancellationToken cancellationToken);
}

/// <summary>No way to a token; says why.</summary>
internal sealed class NoTokens(string reason) : ITokenOrigin
{
    public ValueTask<(string? Token, GatewayError? Error)> AskAsync(CancellationToken cancellationToken) => new((null, new GatewayError(GatewayErrorKind.Internal, reason)));
}

/// <summary>ID tokens as credentials of a backend: until shortly before their <c>exp</c> (AUT-138, AUT-142).</summary>
internal sealed partial class IdTokenSource(ITokenOrigin origin, IBackendContext context) : IRenewalSource<AccessToken>
{
    private readonly TimeProvider _time = context.Time;
    private readonly ILogger _logger = context.Logger;
    private readonly string _prefix = context.LogPrefix;

    public TimeSpan Limit { get; } = context.Timeout;

    public async ValueTask<Fetched<AccessToken>> FetchAsync(CancellationToken cancellationToken)
    {
        var (token, error) = await origin.AskAsync(cancellationToken).ConfigureAwait(false);
        if (token is not null)
        {
            if (AccessToken.IsPlain(token) && ExpiryOf(token) is { } expiry)
                return new(new AccessToken($"Bearer {token}"), DateTimeOffset.FromUnixTimeSeconds(expiry) - _time.GetUtcNow(), null);
            error = new GatewayError(GatewayErrorKind.Payload, "Google's answer holds no ID token");
        }
        Log.NoToken(_logger, _prefix, error!.Message);
        return new GatewayError(error.Kind, $"no Google ID token: {error.Message}");
    }

    /// <summary>The <c>exp</c> of a token's claims; it comes from Google over TLS or from the machine's own link, and is not verified again.</summary>
    private static long? ExpiryOf(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
            return null;
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]), new JsonDocumentOptions { MaxDepth = 32 });
            return claims.RootElement.ValueKind == JsonValueKind.Object && claims.RootElement.TryGetProperty("exp", out var exp) && exp.TryGetInt64(out var seconds)
                && seconds is > 0 and < 253402300800 ? seconds : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[GCP] no ID token: {Reason}")]
        public static partial void NoToken(ILogger logger, string prefix, string reason);
    }
}
