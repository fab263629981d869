using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Gateway.Corpus;

/// <summary>The identity provider of the world: one RSA key, whose set is at every address that a validator names, and tokens that fit validators.</summary>
internal sealed class Issuer : IDisposable
{
    private const string KeyId = "corpus";

    private readonly RSA _key = RSA.Create(2048);

    /// <summary>The key set.</summary>
    public string KeySet
    {
        get
        {
            var key = _key.ExportParameters(includePrivateParameters: false);
            return $$"""{"keys":[{"kty":"RSA","use":"sig","kid":"{{KeyId}}","alg":"RS256","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"}]}""";
        }
    }

    public void Dispose() => _key.Dispose();

    /// <summary>A token that a validator with these settings should let pass.</summary>
    public string TokenFor(JsonElement validator)
    {
        var claims = new JsonObject { ["sub"] = "1", ["exp"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds() };
        if (Text(validator, "issuer") is { Length: > 0 } issuer)
            claims["iss"] = issuer;
        if (List(validator, "audience") is { } audience)
            claims["aud"] = audience;
        if (List(validator, "roles") is { } roles)
            Set(claims, Text(validator, "roles_key") is { Length: > 0 } key ? key : "roles", Flag(validator, "roles_key_is_nested"), roles);
        if (List(validator, "scopes") is { } scopes && Text(validator, "scopes_key") is { Length: > 0 } scopesKey)
            Set(claims, scopesKey, isNested: true, scopes);
        foreach (var pair in List(validator, "propagate_claims") as JsonArray ?? [])
        {
            // Claims that become headers tell clients apart; those that mean something are there already.
            if (pair?[0] is JsonValue name && Get(claims, name.ToString()) is null)
                Set(claims, name.ToString(), isNested: true, "corpus");
        }
        var content = Encode($$"""{"alg":"RS256","typ":"JWT","kid":"{{KeyId}}"}""") + "." + Encode(claims.ToJsonString());
        return content + "." + Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static void Set(JsonObject claims, string path, bool isNested, JsonNode value)
    {
        var steps = isNested && !path.StartsWith("http", StringComparison.Ordinal) ? path.Split('.') : [path];
        foreach (var step in steps[..^1])
            claims = (JsonObject)(claims[step] ??= new JsonObject());
        claims[steps[^1]] = value;
    }

    private static JsonNode? Get(JsonObject claims, string path)
    {
        JsonNode? node = claims;
        foreach (var step in path.Split('.'))
            node = (node as JsonObject)?[step];
        return node;
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static string? Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool Flag(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static JsonNode? List(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? JsonNode.Parse(value.GetRawText()) : null;
}
