using System.Buffers.Text;
using System.Text.Json;

namespace KrakenPlugins.Jose;

/// <summary><c>azurekeyvault://VAULT.vault.azure.net/keys/KEY[/VERSION]</c>: RSA-OAEP-256 unless <c>?algorithm=</c> says otherwise.</summary>
internal static class AzureKeyVault
{
    private const string Service = "Azure Key Vault";
    private const string Resource = "https://vault.azure.net";

    public static byte[] Decrypt(SecretUrl url, byte[] cipher, SecretHttp http)
    {
        var path = url.Path.Trim('/');
        var request = SecretHttp.Post($"https://{path}/decrypt?api-version=7.4", JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["alg"] = url.Parameter("algorithm") ?? "RSA-OAEP-256",
            ["value"] = Base64Url.EncodeToString(cipher),
        }));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Token(http));
        return SecretUrl.Base64(Service, SecretHttp.Member(Service, http.Json(Service, request), "value"));
    }

    /// <summary>The command line when it is asked for; else an application's secret, a workload's token, or the machine's identity.</summary>
    private static string Token(SecretHttp http)
    {
        var surroundings = http.Surroundings;
        if (string.Equals(surroundings.First("AZURE_KEYVAULT_AUTH_VIA_CLI"), "true", StringComparison.OrdinalIgnoreCase))
            return TokenOfCommandLine(surroundings);
        if (surroundings.First("AZURE_TENANT_ID") is { } tenant && surroundings.First("AZURE_CLIENT_ID") is { } client)
        {
            var authority = $"{(surroundings.First("AZURE_AUTHORITY_HOST") ?? "https://login.microsoftonline.com").TrimEnd('/')}/{Uri.EscapeDataString(tenant)}/oauth2/v2.0/token";
            (string, string)[] common = [("grant_type", "client_credentials"), ("client_id", client), ("scope", Resource + "/.default")];
            if (surroundings.First("AZURE_CLIENT_SECRET") is { } secret)
                return Token(http, SecretHttp.Form(authority, [.. common, ("client_secret", secret)]));
            if (surroundings.First("AZURE_FEDERATED_TOKEN_FILE") is { } file)
                return Token(http, SecretHttp.Form(authority, [.. common, ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", SecretSurroundings.ReadText(file).Trim())]));
        }
        return TokenOfMachine(http);
    }

    private static string TokenOfMachine(SecretHttp http)
    {
        var resource = Uri.EscapeDataString(Resource);
        var client = http.Surroundings.First("AZURE_CLIENT_ID") is { } id ? "&client_id=" + Uri.EscapeDataString(id) : "";
        HttpRequestMessage request;
        if (http.Surroundings.First("IDENTITY_ENDPOINT") is { } endpoint && http.Surroundings.First("IDENTITY_HEADER") is { } header)
        {
            request = SecretHttp.Get($"{endpoint}?api-version=2019-08-01&resource={resource}{client}");
            request.Headers.TryAddWithoutValidation("X-IDENTITY-HEADER", header);
        }
        else
        {
            request = SecretHttp.Get($"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource={resource}{client}");
            request.Headers.TryAddWithoutValidation("Metadata", "true");
        }
        return Token(http, request);
    }

    private static string Token(SecretHttp http, HttpRequestMessage request) => SecretHttp.Member("Azure's identity service", http.Json("Azure's identity service", request), "access_token");

    private static string TokenOfCommandLine(SecretSurroundings surroundings)
    {
        var output = surroundings.Run("az", ["account", "get-access-token", "--resource", Resource, "--output", "json"]);
        try
        {
            using var document = JsonDocument.Parse(output);
            return SecretHttp.Member("az", document.RootElement, "accessToken");
        }
        catch (JsonException)
        {
            throw new JwkException("az answered with something that is no JSON");
        }
    }
}
