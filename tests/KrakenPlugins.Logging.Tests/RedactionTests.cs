using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>What never stands in a log unless it was asked for.</summary>
public sealed class RedactionTests
{
    [Theory, Spec("OBS-013", "OBS-023")]
    [InlineData("Authorization", true)]
    [InlineData("proxy-authorization", true)]
    [InlineData("COOKIE", true)]
    [InlineData("Set-Cookie", true)]
    [InlineData("X-Api-Key", true)]
    [InlineData("apikey", true)]
    [InlineData("X-Auth-Token", true)]
    [InlineData("Accept", false)]
    [InlineData("X-Key", false)]
    [InlineData("Content-Type", false)]
    public void Names_of_secret_headers(string name, bool secret) => Assert.Equal(secret, Redaction.IsSecretHeader(name));

    [Theory, Spec("OBS-013", "OBS-023")]
    [InlineData("/a?x=1&y=2", "/a?x=1&y=2")]
    [InlineData("/a?access_token=abc", "/a?access_token=***")]
    [InlineData("/a?x=1&API-Key=abc&y=2", "/a?x=1&API-Key=***&y=2")]
    [InlineData("token=a&password=b#c", "token=***&password=***#c")]
    [InlineData("/a?token=&x=1", "/a?token=&x=1")]
    [InlineData("/a?token=a=b&x", "/a?token=***&x")]
    [InlineData("get https://h/p?client_secret=s failed", "get https://h/p?client_secret=*** failed")]
    [InlineData("/token=a?x", "/token=a?x")]
    [InlineData("/a?=&jwt", "/a?=&jwt")]
    public void Values_of_secret_parameters_are_masked(string text, string expected)
    {
        var masked = "";
        var position = 0;
        while (Redaction.TryFindSecret(text, position, out var secret))
        {
            masked += text[position..secret.Start] + Redaction.Mask;
            position = secret.Start + secret.Length;
        }

        Assert.Equal(expected, masked + text[position..]);
    }

    [Theory, Spec("OBS-013", "OBS-023")]
    [InlineData("", "\"/a?x=1&access_token=***\"")]
    [InlineData("%{path}?%{query} %{header.Referer}\\n", "/a?x=1&access_token=*** http://r/?api_key=***")]
    [InlineData("%{query.access_token} %{header.Authorization}\\n", "s3cret Bearer t0ken")]
    public async Task Secrets_are_masked_unless_the_pattern_asks_for_exactly_them(string pattern, string expected)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        var format = pattern.Length == 0 ? "" : $",\"access_log_format\":\"custom\",\"access_log_custom_format\":\"{pattern}\"";
        await using var gateway = await Logged.StartAsync($"\"telemetry/logging\":{{\"level\":\"CRITICAL\",\"stdout\":true{format}}}", upstream.Host);

        await gateway.GetAsync("/a?x=1&access_token=s3cret", ("Authorization", "Bearer t0ken"), ("Referer", "http://r/?api_key=k"));
        await gateway.WaitForLogAsync("\n");

        Assert.EndsWith(expected + "\n", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-015")]
    public async Task An_error_that_quotes_a_url_is_masked_too()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "", 500);
        await using var gateway = await Logged.StartAsync("\"telemetry/logging\":{\"level\":\"CRITICAL\",\"stdout\":true}", upstream.Host);

        await gateway.GetAsync("/a?access_token=s3cret");
        await gateway.WaitForLogAsync("Error #01");

        Assert.DoesNotContain("s3cret", gateway.Log, StringComparison.Ordinal);
        Assert.Contains("/a?access_token=***", Assert.Single(gateway.Lines("Error #01")), StringComparison.Ordinal);
    }

    [Theory, Spec("OBS-018")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Colours_appear_on_a_terminal_only(bool isTerminal)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", "{}");
        await using var gateway = await Logged.StartAsync(
            "\"telemetry/logging\":{\"level\":\"CRITICAL\",\"stdout\":true}", upstream.Host, options: new TestGatewayOptions { IsTerminal = isTerminal });

        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("\n");

        if (isTerminal)
            Assert.Contains("|\u001b[97;42m 200 \u001b[0m| ", gateway.Log, StringComparison.Ordinal);
        else
            Assert.DoesNotContain('\u001b', gateway.Log);
    }
}
