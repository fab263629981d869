using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Gcp;

/// <summary>The key file of a Google service account.</summary>
internal sealed class ServiceAccountKey
{
    private const int MaxBytes = 64 << 10;
    private const string DefaultTokenUri = "https://oauth2.googleapis.com/token";

    private static readonly string[] s_reserved = ["iss", "sub", "aud", "iat", "exp", "target_audience"];

    private readonly RSA _key;
    private readonly string _id;
    private readonly string _email;
    private readonly string _tokenUri;

    private ServiceAccountKey(RSA key, string id, string email, string tokenUri, OutgoingAddress endpoint)
    {
        _key = key;
        _id = id;
        _email = email;
        _tokenUri = tokenUri;
        TokenEndpoint = endpoint;
    }

    /// <summary>Where tokens come from: <c>token_uri</c>.</summary>
    public OutgoingAddress TokenEndpoint { get; }

    /// <summary>Whether a claim is the gateway's to set.</summary>
    public static bool IsReserved(string claim) => s_reserved.Contains(claim, StringComparer.Ordinal);

    /// <summary>Reads a file; <see langword="null"/> with the reason, which holds nothing of the file, when it is no such key.</summary>
    public static ServiceAccountKey? Read(string file, out string? problem)
    {
        try
        {
            if (new FileInfo(file).Length > MaxBytes)
            {
                problem = $"{ConfigText.Quote(file)} is larger than a key of a service account can be";
                return null;
            }
            var findings = new ConfigDiagnostics();
            if (JsonConfigReader.Read(file, File.ReadAllBytes(file), findings) is { } node && !findings.HasErrors)
                return Of(node, out problem);
            problem = $"{ConfigText.Quote(file)} is no JSON";
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = $"{ConfigText.Quote(file)} cannot be read: {exception.Message}";
            return null;
        }
    }

    /// <summary>Reads the object of a key; <see langword="null"/> with the reason when it is none.</summary>
    public static ServiceAccountKey? Of(ConfigNode node, out string? problem)
    {
        if (Text(node, "type") != "service_account")
        {
            problem = $"credentials of the type {ConfigText.Quote(Text(node, "type"))} cannot make ID tokens; expected the key of a service account (\"type\": \"service_account\")";
            return null;
        }
        if (Text(node, "client_email").Length == 0 || Text(node, "private_key").Length == 0)
        {
            problem = "\"client_email\" and \"private_key\" are required in the key of a service account";
            return null;
        }
        var uri = Text(node, "token_uri") is { Length: > 0 } written ? written : DefaultTokenUri;
        if (!OutgoingAddress.TryParse(uri, out var endpoint))
        {
            problem = $"\"token_uri\" {ConfigText.Quote(uri)} is no URL";
            return null;
        }
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(Text(node, "private_key"));
            // A key that cannot sign shows here, and not at the first request.
            key.SignData([], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException)
        {
            key.Dispose();
            problem = "\"private_key\" is no private RSA key in PEM form";
            return null;
        }
        problem = null;
        return new ServiceAccountKey(key, Text(node, "private_key_id"), Text(node, "client_email"), uri, endpoint);
    }

    /// <summary>The assertion that asks for an ID token (RFC 7523), signed with RS256.</summary>
    /// <param name="audience">Of the ID token.</param>
    /// <param name="custom">Further claims, or <see langword="null"/>.</param>
    /// <param name="now">Time of issue; the assertion holds for an hour.</param>
    public string Assert(string audience, ConfigNode? custom, DateTimeOffset now)
    {
        var signed = $"{Encode(WriteHeader)}.{Encode(json => WriteClaims(json, audience, custom, now))}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private void WriteHeader(Utf8JsonWriter json)
    {
        json.WriteString("alg", "RS256");
        json.WriteString("typ", "JWT");
        if (_id.Length > 0)
            json.WriteString("kid", _id);
    }

    private void WriteClaims(Utf8JsonWriter json, string audience, ConfigNode? custom, DateTimeOffset now)
    {
        json.WriteString("iss", _email);
        json.WriteString("sub", _email);
        json.WriteString("aud", _tokenUri);
        json.WriteNumber("iat", now.ToUnixTimeSeconds());
        json.WriteNumber("exp", now.AddHours(1).ToUnixTimeSeconds());
        json.WriteString("target_audience", audience);
        foreach (var claim in custom?.Members ?? [])
        {
            json.WritePropertyName(claim.Name);
            ClaimJson.Write(json, claim.Value);
        }
    }

    private static string Encode(Action<Utf8JsonWriter> members)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Base64Url.EncodeToString(bytes.WrittenSpan);
    }

    private static string Text(ConfigNode node, string name) => node[name] is { Kind: ConfigKind.String } value ? value.Text : "";
}

/// <summary>Values of the configuration as JSON.</summary>
internal static class ClaimJson
{
    public static void Write(Utf8JsonWriter json, ConfigNode value)
    {
        switch (value.Kind)
        {
            case ConfigKind.Boolean:
                json.WriteBooleanValue(value.Text == "true");
                break;
            case ConfigKind.Number:
                json.WriteRawValue(value.Text);
                break;
            case ConfigKind.String:
                json.WriteStringValue(value.Text);
                break;
            case ConfigKind.Array:
                json.WriteStartArray();
                foreach (var item in value.Items)
                    Write(json, item);
                json.WriteEndArray();
                break;
            case ConfigKind.Object:
                json.WriteStartObject();
                foreach (var member in value.Members)
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value);
                }
                json.WriteEndObject();
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }
}
