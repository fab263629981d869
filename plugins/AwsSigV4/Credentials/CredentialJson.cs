using System.Globalization;
using System.Text.Json;
using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.AwsSigV4.Credentials;

/// <summary>The document that containers and instances answer with: <c>AccessKeyId</c>, <c>SecretAccessKey</c>, <c>Token</c>, <c>Expiration</c>.</summary>
internal static class CredentialJson
{
    /// <summary>Bytes that such an answer may have.</summary>
    public const int MaxBytes = 64 << 10;

    public static Fetched<AwsCredentials> Read(OutgoingAnswer answer, string peer, TimeProvider time)
    {
        if (answer.StatusCode != 200)
            return new GatewayError(GatewayErrorKind.Status, $"{peer} answers {answer.StatusCode.ToString(CultureInfo.InvariantCulture)}");
        try
        {
            using var document = JsonDocument.Parse(answer.Body, new JsonDocumentOptions { MaxDepth = 16 });
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && Text(root, "AccessKeyId") is { } id && Text(root, "SecretAccessKey") is { } key)
                return new(new AwsCredentials(id, key, Text(root, "Token")), Lifetime(Text(root, "Expiration"), time), null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Said below: it is no such document.
        }
        return new GatewayError(GatewayErrorKind.Payload, $"{peer} answers with no credentials");
    }

    /// <summary>Time until an ISO 8601 date; <see langword="null"/> when there is none.</summary>
    public static TimeSpan? Lifetime(string? expiration, TimeProvider time) =>
        DateTimeOffset.TryParse(expiration, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end) ? end - time.GetUtcNow() : null;

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
}
