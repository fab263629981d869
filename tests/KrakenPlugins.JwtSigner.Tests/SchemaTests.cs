using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.JwtSigner.Tests;

public sealed class SchemaTests
{
    private static readonly Schema s_schema = Schema.Compile(JsonDocument.Parse(File.ReadAllText(PluginFolder.File("signer.schema.json"))).RootElement);

    [Fact]
    public void The_readmes_example_is_valid()
    {
        using var example = JsonDocument.Parse(Regex.Match(File.ReadAllText(PluginFolder.File("README.md")), "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value);

        Assert.Empty(s_schema.Validate(example.RootElement.GetProperty("endpoints")[0].GetProperty("extra_config").GetProperty("auth/signer")));
    }

    [Theory]
    [InlineData("""{"alg":"HS256","jwk_local_path":"/f","secret_url":"base64key://k","cypher_key":"AAAA"}""", true)]
    [InlineData("""{"alg":"HS256","jwk_local_path":"/f"}""", false)]
    [InlineData("""{"alg":"HS256","jwk_url":"https://x/keys"}""", false)]
    [Spec("SEC-057")]
    public void Under_fips_encrypted_key_files_are_refused(string json, bool isRefused)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllText(PluginFolder.File("plugin.json")));
        var rule = Assert.Single(manifest.RootElement.GetProperty("fips").EnumerateArray(), static r => r.GetProperty("attribute").GetString() == "secret_url");

        Assert.Equal("auth/signer", rule.GetProperty("namespace").GetString());
        Assert.Equal(isRefused, Schema.Compile(rule.GetProperty("when")).Validate(JsonDocument.Parse(json).RootElement).Count == 0);
    }

    [Theory]
    [InlineData("""{"alg":"HS256","kid":"k","keys_to_sign":["a"],"jwk_url":"https://x/keys","@comment":"c"}""", true)]
    [InlineData("""{"alg":"none","kid":"k","keys_to_sign":["a"],"jwk_url":"https://x/keys"}""", false)]
    [InlineData("""{"alg":"HS256","kid":"k","keys_to_sign":["a"]}""", false)]
    [InlineData("""{"alg":"HS256","kid":"k","keys_to_sign":[],"jwk_url":"https://x/keys"}""", false)]
    [InlineData("""{"alg":"HS256","kid":"k","keys_to_sign":["a"],"jwk_local_path":"/f"}""", false)]
    [InlineData("""{"alg":"HS256","kid":"k","keys_to_sign":["a"],"jwk_local_path":"/f","disable_jwk_security":true}""", true)]
    [InlineData("""{"alg":"HS256","kid":"k","keys_to_sign":["a"],"jwk_local_path":"/f","disable_jwk_security":true,"secret_url":"ftp://x","cypher_key":"AAAA"}""", false)]
    [InlineData("""{"alg":"HS256","kid":"k","keys_to_sign":["a"],"jwk_local_path":"/f","disable_jwk_security":true,"secret_url":"hashivault://k","cypher_key":"AAAA"}""", true)]
    [InlineData("""{"alg":"HS256","kid":"k","keys_to_sign":["a"],"jwk_url":"https://x/keys","unknown":1}""", false)]
    [Spec("AUT-046")]
    public void The_schema_knows_what_can_work(string json, bool isValid) => Assert.Equal(isValid, s_schema.Validate(JsonDocument.Parse(json).RootElement).Count == 0);
}
