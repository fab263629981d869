using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace KrakenPlugins.Jose;

/// <summary><c>gcpkms://projects/P/locations/L/keyRings/R/cryptoKeys/K</c>, with Google's application default credentials.</summary>
internal static class GoogleCloudKms
{
    private const string Service = "Google Cloud KMS";
    private const string Issuer = "Google's token service";
    private const string TokenUrl = "https://oauth2.googleapis.com/token";
    private const string Scope = "https://www.googleapis.com/auth/cloudkms";

    public static byte[] Decrypt(SecretUrl url, byte[] cipher, SecretHttp http)
    {
        var path = url.Path.Trim('/');
        if (!path.StartsWith("projects/", StringComparison.Ordinal))
            throw new JwkException("expected gcpkms://projects/…/locations/…/keyRings/…/cryptoKeys/…");
        var request = SecretHttp.Post($"https://cloudkms.googleapis.com/v1/{path}:decrypt", JsonSerializer.Serialize(new Dictionary<string, string> { ["ciphertext"] = Convert.ToBase64String(cipher) }));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Token(http));
        return SecretUrl.Base64(Service, SecretHttp.Member(Service, http.Json(Service, request), "plaintext"));
    }

    /// <summary>The file that the environment names, the one of <c>gcloud auth application-default login</c>, or the metadata server.</summary>
    private static string Token(SecretHttp http)
    {
        var surroundings = http.Surroundings;
        var file = surroundings.First("GOOGLE_APPLICATION_CREDENTIALS");
        if (file is null && surroundings.First("HOME") is { } home)
        {
            var known = Path.Combine(surroundings.First("CLOUDSDK_CONFIG") ?? Path.Combine(home, ".config", "gcloud"), "application_default_credentials.json");
            file = File.Exists(known) ? known : null;
        }
        if (file is not null)
            return TokenOfFile(http, file);
        var request = SecretHttp.Get($"http://{surroundings.First("GCE_METADATA_HOST") ?? "169.254.169.254"}/computeMetadata/v1/instance/service-accounts/default/token");
        request.Headers.TryAddWithoutValidation("Metadata-Flavor", "Google");
        return SecretHttp.Member("Google's metadata server", http.Json("Google's metadata server", request), "access_token");
    }

    private static string TokenOfFile(SecretHttp http, string file)
    {
        JsonElement credentials;
        try
        {
            using var document = JsonDocument.Parse(SecretSurroundings.ReadText(file));
            credentials = document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new JwkException($"{file} is no JSON file of credentials");
        }
        return Member("type") switch
        {
            "service_account" => Token(SecretHttp.Form(TokenUri(), ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", Assertion()))),
            "authorized_user" => Token(SecretHttp.Form(TokenUrl, ("grant_type", "refresh_token"), ("client_id", Member("client_id")), ("client_secret", Member("client_secret")), ("refresh_token", Member("refresh_token")))),
            var type => throw new JwkException($"credentials of type {JwkMembers.Shown(type)} are not supported; expected service_account or authorized_user"),
        };

        string Member(string name) => SecretHttp.Member(file, credentials, name);

        string TokenUri() => credentials.TryGetProperty("token_uri", out _) ? Member("token_uri") : TokenUrl;

        string Token(HttpRequestMessage request) => SecretHttp.Member(Issuer, http.Json(Issuer, request), "access_token");

        // RFC 7523: the account proves itself by a token of its own.
        string Assertion()
        {
            var now = http.Surroundings.Time.GetUtcNow().ToUnixTimeSeconds();
            var claims = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
            {
                ["iss"] = Member("client_email"),
                ["scope"] = Scope,
                ["aud"] = TokenUri(),
                ["iat"] = now,
                ["exp"] = now + 3600,
            });
            try
            {
                using var key = RSA.Create();
                key.ImportFromPem(Member("private_key"));
                var input = $"{Encode("""{"alg":"RS256","typ":"JWT"}"""u8)}.{Encode(claims)}";
                return $"{input}.{Encode(key.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
            }
            catch (Exception exception) when (exception is CryptographicException or ArgumentException)
            {
                throw new JwkException(string.Create(CultureInfo.InvariantCulture, $"{file}: \"private_key\" is no RSA key in PEM form"));
            }
        }

        static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }
}
