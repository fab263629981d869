using System.Globalization;
using System.Text.Json;
using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Gcp;

/// <summary>ID tokens for the assertion of a service account, from the key's <c>token_uri</c> (AUT-138, AUT-141).</summary>
internal sealed class ServiceAccountTokens(ServiceAccountKey key, GcpSettings settings, IBackendContext context) : ITokenOrigin
{
    private readonly IOutgoingCalls _calls = context.Outgoing;
    private readonly TimeProvider _time = context.Time;
    private readonly TimeSpan _limit = context.Timeout;
    private readonly string _audience = settings.Audience;
    private readonly ConfigNode? _claims = settings.CustomClaims;

    public async ValueTask<(string? Token, GatewayError? Error)> AskAsync(CancellationToken cancellationToken)
    {
        var assertion = key.Assert(_audience, _claims, _time.GetUtcNow());
        var call = new OutgoingCall
        {
            Method = "POST",
            Address = key.TokenEndpoint,
            Body = FormText.Write([new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), new("assertion", assertion)]),
            Timeout = _limit,
        };
        call.Headers.Add("Content-Type", "application/x-www-form-urlencoded");
        var (answer, error) = await _calls.SendAsync(call, cancellationToken).ConfigureAwait(false);
        if (answer is null)
            return (null, new GatewayError(error!.Kind, $"{key.TokenEndpoint}: {error.Message}"));
        var fields = Read(answer.Body);
        if (answer.StatusCode == 200 && fields.Token is not null)
            return (fields.Token, null);
        var reason = $"{key.TokenEndpoint} answers {answer.StatusCode.ToString(CultureInfo.InvariantCulture)}{(fields.Error.Length == 0 ? " without \"id_token\"" : ": " + new ProviderText([assertion]).Clean(fields.Error))}";
        return (null, new GatewayError(GatewayErrorKind.Status, reason));
    }

    private static (string? Token, string Error) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return (null, "");
            var error = Text(document.RootElement, "error");
            var description = Text(document.RootElement, "error_description");
            return error is null ? (Text(document.RootElement, "id_token"), "") : (null, description is null ? error : $"{error} ({description})");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, "");
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
