using System.Globalization;
using System.Text;
using System.Text.Json;
using KrakenPlugins.Credentials;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.ClientCredentials;

/// <summary>Reads the answer of a token endpoint: JSON, or a form where its type says so (RFC 6749, 5.1 and 5.2; AUT-120).</summary>
internal static class TokenAnswer
{
    private static readonly string[] s_names = ["access_token", "token_type", "expires_in", "error", "error_description"];

    public static Fetched<AccessToken> Read(OutgoingAnswer answer, ProviderText text)
    {
        var fields = IsForm(answer.ContentType) ? FormText.Read(Encoding.UTF8.GetString(answer.Body.Span)) : ReadJson(answer.Body);
        var isSuccess = answer.StatusCode is >= 200 and < 300;
        if (fields?.GetValueOrDefault("error") is { Length: > 0 } error)
            return Refused(GatewayErrorKind.Status, $"status {Number(answer.StatusCode)}, {Quote(text.Clean(error))}{Description(fields, text)}");
        if (!isSuccess)
            return Refused(GatewayErrorKind.Status, $"status {Number(answer.StatusCode)}");
        if (fields is null)
            return Refused(GatewayErrorKind.Payload, $"the answer is neither JSON nor a form (Content-Type: {text.Clean(answer.ContentType)})");
        if (fields.GetValueOrDefault("access_token") is not { Length: > 0 } token)
            return Refused(GatewayErrorKind.Payload, "the answer has no \"access_token\"");
        var type = TypeOf(fields.GetValueOrDefault("token_type") ?? "");
        if (!AccessToken.IsPlain(token) || !type.All(HeaderName.IsTokenChar))
            return Refused(GatewayErrorKind.Payload, "\"access_token\" or \"token_type\" has characters that no header may have");
        return new(new AccessToken($"{type} {token}"), Lifetime(fields.GetValueOrDefault("expires_in")), null);
    }

    private static bool IsForm(string? contentType)
    {
        var type = contentType.AsSpan();
        var end = type.IndexOf(';');
        type = (end < 0 ? type : type[..end]).Trim();
        return type.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) || type.Equals("text/plain", StringComparison.OrdinalIgnoreCase);
    }

    private static Dictionary<string, string>? ReadJson(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            var fields = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var name in s_names)
            {
                if (!document.RootElement.TryGetProperty(name, out var value))
                    continue;
                if (value.ValueKind == JsonValueKind.String)
                    fields[name] = value.GetString()!;
                else if (value.ValueKind == JsonValueKind.Number && name == "expires_in")
                    fields[name] = value.GetRawText();
            }
            return fields;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A text that is no UTF-8 surfaces as the latter.
            return null;
        }
    }

    private static string TypeOf(string type) => type.Length == 0 || type.Equals("bearer", StringComparison.OrdinalIgnoreCase) ? "Bearer" : type;

    /// <summary>Seconds as a lifetime; <see langword="null"/>, which is for ever, when they are absent, 0 or no number (AUT-118).</summary>
    private static TimeSpan? Lifetime(string? seconds) =>
        double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0 && !double.IsInfinity(value)
            ? TimeSpan.FromSeconds(Math.Min(Math.Floor(value), int.MaxValue))
            : null;

    private static string Description(Dictionary<string, string> fields, ProviderText text) =>
        fields.GetValueOrDefault("error_description") is { Length: > 0 } description ? $" ({text.Clean(description)})" : "";

    private static string Quote(string text) => $"\"{text}\"";

    private static string Number(int status) => status.ToString(CultureInfo.InvariantCulture);

    private static GatewayError Refused(GatewayErrorKind kind, string reason) => new(kind, reason);
}
