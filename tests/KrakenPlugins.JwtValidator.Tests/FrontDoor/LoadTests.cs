using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;
using static KrakenPlugins.JwtValidator.Tests.Issuer;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.JwtValidator.Tests.FrontDoor;

/// <summary>What becomes of configurations when the gateway starts.</summary>
public sealed class LoadTests
{
    [Theory]
    [InlineData("\"alg\":\"none\",\"jwk_url\":\"https://a/\"", "is no alg")]
    [InlineData("\"alg\":\"RS265\",\"jwk_url\":\"https://a/\"", "did you mean \"RS256\"")]
    [InlineData("\"jwk_url\":\"https://a/\"", "\"alg\" is required")]
    [InlineData("\"alg\":\"RS256\"", "the keys are missing")]
    [InlineData("\"alg\":\"RS256\",\"jwk_local_path\":\"/nowhere/keys.json\"", "jwk_local_path")]
    [InlineData("\"alg\":\"RS256\",\"jwk_local_path\":\"$PEM\"", "PEM")]
    [InlineData("\"alg\":\"RS256\",\"jwk_local_path\":\"$KEYS\",\"cache\":true", "never cached")]
    [InlineData("\"alg\":\"RS256\",\"jwk_local_path\":\"$KEYS\",\"secret_url\":\"base64key://AAAA\",\"cypher_key\":\"AAAA\"", "secret_url")]
    [InlineData("\"alg\":\"RS256\",\"jwk_url\":\"https://a/\",\"jwk_fingerprints\":[\"*\"]", "jwk_fingerprints")]
    [InlineData("\"alg\":\"RS256\",\"jwk_url\":\"https://a/\",\"jwk_local_ca\":\"/nowhere/ca.pem\"", "jwk_local_ca")]
    [InlineData("\"alg\":\"RS256\",\"jwk_url\":\"https://a/\",\"propagate_claims\":[[\"sub\",\"X User\"]]", "no name of a header")]
    [InlineData("\"alg\":\"RS256\",\"jwk_url\":\"https://a/\",\"propagate_claims\":[[\"sub\",\"connection\"]]", "belongs to the connection")]
    [InlineData("\"alg\":\"RS256\",\"jwk_url\":\"https://a/\",\"propagate_claims\":[[\"sub\",\"Content-Length\"]]", "belongs to the connection")]
    [InlineData("\"alg\":\"RS256\",\"jwk_url\":\"https://a/\",\"issuers\":[{\"issuer\":\"i\",\"jwk_url\":\"https://a/\"}]", "cannot stand beside \"issuers\"")]
    [InlineData("\"alg\":\"RS256\",\"issuers\":[{\"issuer\":\"i\"}]", "the keys are missing")]
    [InlineData("\"alg\":\"RS256\",\"issuers\":[{\"issuer\":\"i\",\"jwk_url\":\"https://a/\"},{\"issuer\":\"i\",\"jwk_url\":\"https://b/\"}]", "listed twice")]
    [InlineData("\"alg\":\"RS256\",\"jwk_url\":\"https://a/\",\"roles\":{\"a\":1}", "roles")]
    [InlineData("\"alg\":\"RS256\",\"jwk_url\":\"https://a/\",\"token_cache\":-1", "token_cache")]
    [InlineData("\"alg\":\"RS256\",\"jwk_url\":\"https://a/\",\"audience_matcher\":\"some\"", "audience_matcher")]
    [Spec("AUT-008", "AUT-026", "AUT-229")]
    public async Task A_validator_that_cannot_be_built_stops_the_start(string attributes, string reason)
    {
        using var files = new PemFolder();
        attributes = attributes.Replace("$PEM", files.Write("key.pem", Key.Pem()), StringComparison.Ordinal).Replace("$KEYS", files.Write("keys.json", Set(Key)), StringComparison.Ordinal);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAllAsync(Front.Endpoint("/e", attributes) + """,{"endpoint":"/open","backend":[{"url_pattern":"/b"}]}"""));

        Assert.Contains(reason, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-024")]
    public async Task Plain_http_without_the_flag_refuses_everything_at_that_endpoint_alone()
    {
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", "\"alg\":\"RS256\",\"jwk_url\":\"$UPSTREAM/jwks\",\"cache\":true") + "," + Front.Endpoint("/good", Front.Usual));

        Assert.Equal((401, 200), (await front.StatusAsync(Good()), await front.StatusAsync(Good(), "/good")));
        Assert.Contains(front.Gateway.Diagnostics.All, static f => f.Message.Contains("disable_jwk_security", StringComparison.Ordinal));
        Assert.Equal(1, front.Downloads);
    }

    [Fact]
    [Spec("AUT-025", "AUT-043", "AUT-029")]
    public async Task A_file_works_without_the_flag_and_is_read_once()
    {
        using var files = new PemFolder();
        var path = files.Write("keys.json", $$"""{"keys":[{"kty":"?"},{{Key.Jwk()}}]}""");
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", $"\"alg\":\"RS256\",\"jwk_local_path\":\"{path}\",\"jwk_url\":\"$UPSTREAM/jwks\""));
        File.Delete(path);

        Assert.Equal((200, 401), (await front.StatusAsync(Good()), await front.StatusAsync(Good(key: Other))));
        Assert.Equal(0, front.Downloads);
        Assert.Contains(front.Gateway.Diagnostics.All, static f => f.Message.Contains("key 0", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("AUT-032")]
    public async Task The_log_says_which_endpoints_are_guarded()
    {
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Front.Usual) + """,{"endpoint":"/open","backend":[{"url_pattern":"/b"}]}""");

        await front.Gateway.WaitForLogAsync("DEBUG: [ENDPOINT: /e][JWTValidator] Validator enabled for this endpoint");
        await front.Gateway.WaitForLogAsync("INFO: [ENDPOINT: /open][JWTValidator] Validator disabled for this endpoint");
    }

    [Fact]
    [Spec("AUT-159", "AUT-157", "AUT-038")]
    public async Task The_gateway_starts_before_its_provider_and_can_stand_in_front_of_it()
    {
        await using var provider = await Upstream.StartAsync();
        var host = provider.Host;
        provider.Answer("/token", """{"access_token":"x"}""");
        await using var gateway = await Front.GatewayAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[
              {"endpoint":"/token","output_encoding":"no-op","backend":[{"url_pattern":"/token","encoding":"no-op"}]},
              {"endpoint":"/e","extra_config":{"auth/validator":{"alg":"RS256","jwk_url":"$UPSTREAM/v2/keys/p","disable_jwk_security":true,"cache":true}},"backend":[{"url_pattern":"/token"}]}]}
            """, host);

        Assert.Equal("""{"access_token":"x"}""", await gateway.Client.GetStringAsync("/token"));
        Assert.Equal(401, await StatusAsync());
        provider.Answer("/v2/keys/p", Set(Key), contentType: "application/jwk-set+json");
        Assert.Equal(200, await StatusAsync());

        async Task<int> StatusAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/e") { Headers = { { "Authorization", $"Bearer {Good()}" } } };
            using var response = await gateway.Client.SendAsync(request);
            return (int)response.StatusCode;
        }
    }

    [Fact]
    [Spec("AUT-154", "AUT-156", "AUT-157")]
    public async Task Tokens_of_well_known_providers_work()
    {
        await using var front = await Front.StartAllAsync(
            Front.Endpoint("/auth0", Front.Usual + ",\"operation_debug\":true,\"audience\":[\"http://api.example.com\"],\"roles_key\":\"http://api.example.com/custom/roles\",\"roles\":[\"user\"],\"propagate_claims\":[[\"http://api.example.com/custom/roles\",\"X-Roles\"]]", "\"input_headers\":[\"X-Roles\"],") + ","
            + Front.Endpoint("/keycloak", Front.Usual + ",\"roles_key\":\"realm_access.roles\",\"roles_key_is_nested\":true,\"roles\":[\"offline_access\"]") + ","
            + Front.Endpoint("/descope", Front.Usual));
        front.Keys = $$"""{"keys":[{{Other.Jwk(",\"use\":\"enc\",\"alg\":\"RSA-OAEP\"")}},{{Key.Jwk(",\"use\":\"sig\",\"alg\":\"RS256\"")}}]}""";
        var auth0 = Good("\"aud\":[\"http://api.example.com\",\"https://x.auth0.com/userinfo\"],\"http://api.example.com/custom/roles\":[\"user\",\"admin\"],");

        Assert.Equal((401, 200, 200), ((await front.GetAsync("/auth0")).Status, await front.StatusAsync(auth0, "/auth0"), await front.StatusAsync(Good("\"realm_access\":{\"roles\":[\"offline_access\"]},"), "/keycloak")));
        Assert.Equal("user,admin", front.Upstream.Received.Last(static r => r.Header("X-Roles") is not null).Header("X-Roles"));
        Assert.Equal(200, await front.StatusAsync(Good(), "/descope"));
        await front.Gateway.WaitForLogAsync("[ENDPOINT: /auth0][JWTValidator] token not found");
    }

    [Fact]
    [Spec("AUT-006")]
    public async Task A_validator_of_an_agent_is_reported()
    {
        var registry = new PluginRegistry();
        registry.Agent("async/amqp", static (_, _, _) => new IdleAgent());
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Front.Usual),
            "\"async_agent\":[{\"name\":\"a\",\"connection\":{},\"consumer\":{\"topic\":\"t\"},\"backend\":[{\"url_pattern\":\"/b\"}],\"extra_config\":{\"async/amqp\":{},\"auth/validator\":{\"alg\":\"RS256\"}}}],",
            new TestGatewayOptions { Plugins = registry });

        Assert.Contains(front.Gateway.Diagnostics.All, static f => f.Path.Contains("async_agent", StringComparison.Ordinal) && f.Message.Contains("auth/validator", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"alg":"RS256","jwk_url":"https://a/"}""", "jwt-validator.implied-cookie jwt-validator.no-key-cache")]
    [InlineData("""{"alg":"RS256","jwk_url":"https://a/","cache":true,"cookie_key":"c"}""", "jwt-validator.unknown-key-flood")]
    [InlineData("""{"alg":"RS256","jwk_local_path":"k","cookie_key":"c"}""", "")]
    [InlineData("""{"alg":"RS256","cookie_key":"c","issuers":[{"issuer":"a","jwk_local_path":"k"},{"issuer":"b","jwk_url":"https://b/"}]}""", "jwt-validator.no-key-cache")]
    [InlineData("""{"alg":"RS256","cookie_key":"c","issuers":[{"issuer":"a","jwk_local_path":"k"}]}""", "")]
    [InlineData("""{"alg":"RS256","jwk_url":"https://a/","cache":true,"failed_jwk_key_cooldown":"10s","cookie_key":"c","scopes":["r"],"allow_anonymous":true}""", "jwt-validator.anonymous jwt-validator.unchecked-scopes")]
    [InlineData("""{"alg":"RS256","jwk_url":"https://a/","cache":true,"failed_jwk_key_cooldown":"10s","cookie_key":"c","scopes":["r"],"scopes_key":"s"}""", "")]
    [Spec("AUT-011", "AUT-021")]
    public void The_audit_points_out_what_is_easily_overlooked(string validator, string expected)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(PluginFolder.File("plugin.json")));
        using var document = JsonDocument.Parse(validator);

        var fired = manifest.RootElement.GetProperty("audit").EnumerateArray()
            .Where(rule => Schema.Compile(rule.GetProperty("when")).Validate(document.RootElement).Count == 0)
            .Select(static rule => rule.GetProperty("rule").GetString()).Order(StringComparer.Ordinal);

        Assert.Equal(expected, string.Join(' ', fired));
    }

    [Theory]
    [InlineData("""{"alg":"RS256","jwk_url":"https://a/"}""", "")]
    [InlineData("""{"alg":"RS256","jwk_local_path":"k"}""", "")]
    [InlineData("""{"alg":"RS256","jwk_local_path":"k","secret_url":""}""", "")]
    [InlineData("""{"alg":"RS256","jwk_local_path":"k","secret_url":"awskms://k","cypher_key":"AAAA"}""", "secret_url")]
    [InlineData("""{"alg":"RS256","jwk_local_path":"k","secret_url":"base64key://k","cypher_key":"AAAA"}""", "secret_url")]
    [InlineData("""{"alg":"RS256","issuers":[{"issuer":"a","jwk_url":"https://a/"},{"issuer":"b","jwk_local_path":"k","secret_url":"base64key://k"}]}""", "issuers")]
    [InlineData("""{"alg":"RS256","issuers":[{"issuer":"a","jwk_local_path":"k"}]}""", "")]
    [Spec("SEC-057")]
    public void Under_fips_encrypted_key_files_are_refused(string validator, string expected)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(PluginFolder.File("plugin.json")));
        using var document = JsonDocument.Parse(validator);

        var fired = manifest.RootElement.GetProperty("fips").EnumerateArray()
            .Where(rule => Schema.Compile(rule.GetProperty("when")).Validate(document.RootElement).Count == 0)
            .Select(static rule => rule.GetProperty("attribute").GetString());

        Assert.Equal(expected, string.Join(' ', fired));
    }

    [Fact]
    public async Task The_examples_of_the_readme_work_and_are_valid()
    {
        var readme = await File.ReadAllTextAsync(PluginFolder.File("README.md"));
        var schema = Schema.Compile(JsonDocument.Parse(await File.ReadAllTextAsync(PluginFolder.File("validator.schema.json"))).RootElement);
        var examples = Regex.Matches(readme, "```json\n(.*?)```", RegexOptions.Singleline);

        Assert.NotEmpty(examples);
        foreach (Match example in examples)
        {
            using var document = JsonDocument.Parse(example.Groups[1].Value);
            foreach (var endpoint in document.RootElement.GetProperty("endpoints").EnumerateArray())
                Assert.Empty(schema.Validate(endpoint.GetProperty("extra_config").GetProperty("auth/validator")));
            await using var gateway = await Front.GatewayAsync(example.Groups[1].Value, "http://127.0.0.1:1");
            Assert.Empty(gateway.Diagnostics.All);
            using var response = await gateway.Client.GetAsync("/orders");
            Assert.Equal(401, (int)response.StatusCode);
        }
    }

    [Fact]
    public void Every_attribute_of_the_schemas_is_described_and_every_setting_has_one()
    {
        foreach (var name in (string[])["validator.schema.json", "shared-cache.schema.json"])
        {
            var schema = JsonDocument.Parse(File.ReadAllText(PluginFolder.File(name))).RootElement;
            foreach (var property in schema.GetProperty("properties").EnumerateObject())
                Assert.True(property.Value.TryGetProperty("description", out _), property.Name);
        }
        var validator = JsonDocument.Parse(File.ReadAllText(PluginFolder.File("validator.schema.json"))).RootElement.GetProperty("properties").EnumerateObject().Select(static p => p.Name).Order(StringComparer.Ordinal);
        var settings = typeof(Settings.ValidatorSettings).GetProperties().Where(static p => p.Name is not ("Source" or "IsRemote" or "IsRefused")).Select(static p => Regex.Replace(p.Name, "(?<!^)([A-Z])", "_$1").ToLowerInvariant()).Order(StringComparer.Ordinal);
        Assert.Equal(settings, validator);
    }

    private sealed class IdleAgent : IAgent
    {
        public Task RunAsync(CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
