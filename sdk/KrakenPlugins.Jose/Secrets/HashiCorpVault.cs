using System.Text;
using System.Text.Json;

namespace KrakenPlugins.Jose;

/// <summary><c>hashivault://KEY</c>: the transit engine of HashiCorp Vault.</summary>
internal static class HashiCorpVault
{
    private const string Service = "HashiCorp Vault";

    public static byte[] Decrypt(SecretUrl url, byte[] cipher, SecretHttp http)
    {
        var server = http.Surroundings.First("VAULT_SERVER_URL", "VAULT_ADDR") ?? throw new JwkException("hashivault:// takes the address of the server from VAULT_SERVER_URL or VAULT_ADDR, which are not set");
        var token = http.Surroundings.First("VAULT_SERVER_TOKEN", "VAULT_TOKEN") ?? throw new JwkException("hashivault:// takes its token from VAULT_SERVER_TOKEN or VAULT_TOKEN, which are not set");
        var engine = url.Parameter("engine") ?? "transit";
        var request = SecretHttp.Post(
            $"{server.TrimEnd('/')}/v1/{engine.Trim('/')}/decrypt/{Uri.EscapeDataString(url.Path.Trim('/'))}",
            JsonSerializer.Serialize(new Dictionary<string, string> { ["ciphertext"] = Encoding.UTF8.GetString(cipher) }));
        request.Headers.TryAddWithoutValidation("X-Vault-Token", token);
        return SecretUrl.Base64(Service, SecretHttp.Member(Service, http.Json(Service, request), "data", "plaintext"));
    }
}
