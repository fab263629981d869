using Gateway.Testing;
using Xunit;
using static KrakenPlugins.JwtValidator.Tests.Issuer;

namespace KrakenPlugins.JwtValidator.Tests.FrontDoor;

/// <summary>Claims on their way to backends: as headers and in URLs.</summary>
public sealed class PropagationTests
{
    private const string Listed = "\"input_headers\":[\"X-User\",\"X-Roles\",\"X-Deep\",\"X-A-B-C-D-E-F\"],";
    private const string Claims = ",\"propagate_claims\":[[\"sub\",\"x-user\"],[\"roles\",\"X-Roles\"],[\"realm.group\",\"X-Deep\"]]";

    [Fact]
    [Spec("AUT-053", "AUT-054", "AUT-055")]
    public async Task Claims_become_headers_that_backends_see_where_they_are_listed()
    {
        await using var front = await Front.StartAllAsync(
            Front.Endpoint("/e", Front.Usual + Claims, Listed) + ","
            + Front.Endpoint("/unlisted", Front.Usual + Claims) + ","
            + Front.Endpoint("/lines", Front.Usual + Claims + ",\"propagate_claims_preserve_array\":true", Listed));
        var token = Token("""{"sub":"ada","roles":["r1","r2"],"realm":{"group":7}}""");

        await front.TokenAsync(token);
        var all = front.Last;
        await front.TokenAsync(token, "/unlisted");
        var unlisted = front.Last;
        await front.TokenAsync(token, "/lines");
        var lines = front.Last;

        Assert.Equal(("ada", "r1,r2", "7"), (all.Header("X-User"), all.Header("X-Roles"), all.Header("X-Deep")));
        Assert.Null(unlisted.Header("X-User"));
        Assert.Equal(["r1", "r2"], lines.Headers.Where(static h => h.Key == "X-Roles").Select(static h => h.Value));
        Assert.Equal(["ada"], lines.Headers.Where(static h => h.Key == "X-User").Select(static h => h.Value));
    }

    [Theory]
    [InlineData("""{"sub":"ada"}""", "ada")]
    [InlineData("""{"sub":null}""", null)]
    [InlineData("{}", null)]
    [Spec("AUT-053", "AUT-056")]
    public async Task A_client_cannot_spoof_a_propagated_header(string claims, string? expected)
    {
        await using var front = await Front.StartAllAsync(
            Front.Endpoint("/e", Front.Usual + Claims, Listed) + "," + Front.Endpoint("/all", Front.Usual + Claims, "\"input_headers\":[\"*\"],"));
        var token = $"Authorization: Bearer {Token(claims)}";
        string[][] spoofs =
        [
            ["X-User: root"],
            ["x-user: root"],
            ["X-USER: root", "x-User: admin"],
            ["X_User: root", "x_USER: admin"],
            ["X-User: root", "Connection: close, X-User"],
            ["Connection: X-User", "X-User: root"],
            ["Connection: x-user, x_user", "X_User: root"],
            ["Connection: keep-alive, X-User", "Connection: X-User", "X-User: root"],
        ];

        foreach (var path in (string[])["/e", "/all"])
        {
            foreach (var spoof in spoofs)
            {
                using var connection = await front.Gateway.ConnectAsync();
                await connection.WriteAsync(string.Join("\r\n", [$"GET {path} HTTP/1.1", "Host: a", token, .. spoof]) + "\r\n\r\n");
                var answer = await connection.ReadResponseAsync();
                Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
                Assert.Equal((string.Join('|', spoof), expected), (string.Join('|', spoof), front.Last.Header("X-User")));
                Assert.DoesNotContain(front.Last.Headers, static h => h.Value is "root" or "admin");
            }
        }
    }

    [Fact]
    [Spec("AUT-056")]
    public async Task Even_a_name_with_many_dashes_cannot_be_spoofed_with_underscores()
    {
        await using var front = await Front.StartAsync(",\"propagate_claims\":[[\"sub\",\"X-A-B-C-D-E-F\"]]", "\"input_headers\":[\"*\"],");

        await front.GetAsync("/e", $"Authorization: Bearer {Token("{}")}", "X_A-B_C-D_E-F: root", "x_a_b_c_d_e_f: root", "X-Other: kept");

        Assert.DoesNotContain(front.Last.Headers, static h => h.Value == "root");
        Assert.Equal("kept", front.Last.Header("X-Other"));
    }

    [Theory]
    [InlineData("""{"sub":"a\r\nX-Evil: 1"}""")]
    [InlineData("""{"sub":"a\u0000"}""")]
    [InlineData("""{"sub":"a\u007f"}""")]
    [InlineData("""{"roles":["ok","a\nb"]}""")]
    [Spec("AUT-057")]
    public async Task A_claim_that_cannot_be_a_header_refuses_the_token(string claims)
    {
        await using var front = await Front.StartAsync(Claims, Listed);

        Assert.Equal(401, await front.StatusAsync(Token(claims)));
        Assert.Empty(front.Calls);
    }

    [Fact]
    [Spec("AUT-057")]
    public async Task An_entry_that_is_no_pair_is_ignored_with_a_warning()
    {
        await using var front = await Front.StartAsync(",\"propagate_claims\":[[\"sub\",\"X-User\"],[\"only\"],\"text\",[\"a\",\"b\",\"c\"]]", Listed);

        await front.TokenAsync(Good());

        Assert.Equal("ada", front.Last.Header("X-User"));
        Assert.Equal(3, front.Gateway.Diagnostics.All.Count(static f => f.Message.Contains("expected a pair", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("/u/{JWT.sub}", """{"sub":"ada"}""", "/u/ada")]
    [InlineData("/u/{JWT.id}", """{"id":42}""", "/u/42")]
    [InlineData("/u/{JWT.id}", """{"id":1.5}""", "/u/1.500000")]
    [InlineData("/u/{JWT.l}", """{"l":["a","b"]}""", "/u/a,b")]
    [InlineData("/u/{JWT.b}", """{"b":true}""", "/u/true")]
    [InlineData("/u/{JWT.http://example.com/custom}", """{"http://example.com/custom":"x"}""", "/u/x")]
    [InlineData("/u/{JWT.a.b}", """{"a":{"b":"nested"}}""", "/u/%7BJWT.a.b%7D")]
    [InlineData("/u/{JWT.a.b}", """{"a.b":"flat"}""", "/u/flat")]
    [InlineData("/u/{JWT.none}", """{"sub":"ada"}""", "/u/%7BJWT.none%7D")]
    [InlineData("/u/{JWT.sub}/x", """{"sub":"a/b?c#d"}""", "/u/a%2Fb%3Fc%23d/x")]
    [InlineData("/u?q={JWT.sub}", """{"sub":"a&b=c"}""", "/u?q=a%26b%3Dc")]
    [Spec("AUT-048", "AUT-049", "AUT-050", "AUT-051")]
    public async Task Claims_stand_in_urls_of_backends_and_cannot_leave_their_place(string pattern, string claims, string expected)
    {
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Front.Usual).Replace("\"/b\"", Quote(pattern), StringComparison.Ordinal));

        var status = await front.StatusAsync(Token(claims));

        Assert.Equal((200, expected.ToUpperInvariant()), (status, front.Last.Target.ToUpperInvariant()));
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../admin")]
    [InlineData(".")]
    [Spec("AUT-051")]
    public async Task A_claim_of_dots_does_not_climb(string claim)
    {
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Front.Usual).Replace("/b", "/u/{JWT.sub}/x", StringComparison.Ordinal));

        await front.TokenAsync(Token($$"""{"sub":"{{claim}}"}"""));

        Assert.All(front.Calls, static call => Assert.StartsWith("/u/..%2F", call.Target, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    [Spec("AUT-050")]
    public async Task Without_validator_the_placeholder_is_literal()
    {
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", Front.Usual) + ""","""
            + """{"endpoint":"/open","backend":[{"url_pattern":"/foo/{JWT.sub}"}]}""");

        await front.GetAsync("/open", $"Authorization: Bearer {Good()}");

        Assert.Equal("/foo/%7BJWT.sub%7D", front.Last.Target);
    }

    [Fact]
    [Spec("AUT-033")]
    public async Task Claims_are_there_for_the_access_log()
    {
        var logging = Path.GetFullPath(Path.Combine(PluginFolder.Path, "..", "..", "..", "..", "..", "..", "Logging", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "plugin"));
        await using var front = await Front.StartAsync(
            root: "\"extra_config\":{\"telemetry/logging\":{\"level\":\"INFO\",\"stdout\":true,\"access_log_format\":\"custom\",\"access_log_custom_format\":\"who=%{jwt.sub} id=%{jwt.id}\"}},",
            options: new TestGatewayOptions { PluginFolders = [logging] });

        await front.TokenAsync(Good("\"id\":7,"));

        await front.Gateway.WaitForLogAsync("who=ada id=7");
    }
}
