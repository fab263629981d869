using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Bench;

/// <summary>What <c>auth/validator</c> costs: one endpoint without it, and with it for RS256 tokens that come again after ten thousand others.</summary>
internal static class TokensBench
{
    private const int Pool = 10_000;
    private const string KeyId = "bench";

    /// <summary>Runs everything and returns the report as Markdown.</summary>
    /// <exception cref="BenchException">Something cannot be measured.</exception>
    public static async Task<string> RunAsync(BenchOptions options, TextWriter progress, CancellationToken cancellationToken)
    {
        await using Workbench workbench = await Workbench.SetUpAsync(cancellationToken);
        GatewayProcess gateway = GatewayProcess.Find(options.GatewayPath, workbench.Folder);
        progress.WriteLine($"signing {Pool} tokens");
        string keys = Path.Combine(workbench.Folder, "keys.json"), tokens = Path.Combine(workbench.Folder, "tokens.txt");
        string token = await WriteAsync(keys, tokens, cancellationToken);
        Wrk wrk = workbench.Wrk.WithTokens(tokens);

        (string What, string Path, JsonObject? Validator)[] endpoints =
        [
            ("without", "/open", null),
            ("RS256", "/guarded", Validator(keys, cache: 0)),
            ("RS256 with token_cache", "/cached", Validator(keys, cache: 2 * Pool)),
        ];
        // One process, so that all three run the same code in the same state.
        Subject subject = workbench.Keep(await gateway.StartAsync(
            new JsonArray([.. endpoints.Select(static each => (JsonNode)Endpoint(each.Path, each.Validator))]), workbench.UpstreamPort, probed: true, cancellationToken));
        var cases = endpoints.Select(each => (each.What, Case: new Case(Scenario.Baseline, subject, each.Path))).ToList();
        foreach ((string what, Case item) in cases)
        {
            if (what != cases[0].What && (await subject.GetAsync(item.Path, cancellationToken)).Status != System.Net.HttpStatusCode.Unauthorized)
                throw new BenchException($"{item.Path} is not guarded: has the gateway the plugin jwt-validator?");
            await item.VerifyAsync(cancellationToken, token);
            progress.WriteLine($"warm-up {what}");
            await item.RunAsync(wrk, options.Warmup, cancellationToken);
        }
        for (int round = 1; round <= options.Rounds; round++)
        {
            foreach ((string what, Case item) in cases)
            {
                progress.WriteLine($"round {round} {what}");
                item.Runs.Add(await item.RunAsync(wrk, options.Duration, cancellationToken));
            }
        }
        return Report.Tokens(options, cases);
    }

    private static JsonObject Endpoint(string path, JsonObject? validator)
    {
        JsonObject endpoint = GatewayProcess.Endpoint(Scenario.Baseline, path);
        if (validator is not null)
            endpoint["extra_config"] = new JsonObject { ["auth/validator"] = validator };
        return endpoint;
    }

    private static JsonObject Validator(string keys, int cache) => new()
    {
        ["alg"] = "RS256",
        ["jwk_local_path"] = keys,
        ["issuer"] = "https://idp.example.com/",
        ["audience"] = new JsonArray("https://api.example.com"),
        ["roles"] = new JsonArray("user"),
        ["token_cache"] = cache,
    };

    /// <summary>Writes the key set and the tokens; returns one of them.</summary>
    private static async Task<string> WriteAsync(string keys, string tokens, CancellationToken cancellationToken)
    {
        using RSA rsa = RSA.Create(2048);
        RSAParameters key = rsa.ExportParameters(false);
        await File.WriteAllTextAsync(keys,
            $$"""{"keys":[{"kty":"RSA","kid":"{{KeyId}}","n":"{{Base64Url.EncodeToString(key.Modulus)}}","e":"{{Base64Url.EncodeToString(key.Exponent)}}"}]}""", cancellationToken);
        string header = Base64Url.EncodeToString(Encoding.ASCII.GetBytes($$"""{"alg":"RS256","typ":"JWT","kid":"{{KeyId}}"}"""));
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var lines = new string[Pool];
        for (int i = 0; i < Pool; i++)
        {
            string payload = $$"""{"iss":"https://idp.example.com/","sub":"user-{{i}}","aud":["https://api.example.com"],"iat":{{now}},"exp":{{now + 86_400}},"scope":"read write","roles":["user","editor"]}""";
            string input = $"{header}.{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(payload))}";
            lines[i] = $"{input}.{Base64Url.EncodeToString(rsa.SignData(Encoding.ASCII.GetBytes(input), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        }
        await File.WriteAllLinesAsync(tokens, lines, cancellationToken);
        return lines[0];
    }
}
