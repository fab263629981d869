using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Cors.Tests;

/// <summary>Which origins get in, and above all which do not.</summary>
public sealed class OriginTests
{
    [Theory]
    [Spec("SEC-009", "SEC-010")]
    [InlineData("https://shop.example.com", "https://shop.example.com", true)]
    [InlineData("https://shop.example.com", "https://SHOP.example.COM", true)]
    [InlineData("https://*.example.com", "https://a.b.example.com", true)]
    [InlineData("https://*.example.com", "https://example.com", false)]
    [InlineData("https://*.example.com", "https://.example.com", true)]
    [InlineData("https://example.*", "https://example.org", true)]
    [InlineData("http://localhost:*", "http://localhost:5173", true)]
    [InlineData("https://a*a.example.com", "https://a.example.com", false)]
    [InlineData("capacitor://localhost", "capacitor://localhost", true)]
    [InlineData("*", "whatever", true)]
    public void Patterns_match_from_both_ends(string entry, string origin, bool isAllowed) => Assert.Equal(isAllowed, Allows(entry, origin));

    [Theory]
    [Spec("SEC-010", "SEC-240")]
    [InlineData("https://shop.example.com", "https://shop.example.com.attacker.net")]
    [InlineData("https://shop.example.com", "https://attacker.net/https://shop.example.com")]
    [InlineData("https://shop.example.com", "https://evilshop.example.com")]
    [InlineData("https://shop.example.com", "https://shop.example.com:8443")]
    [InlineData("https://shop.example.com", "http://shop.example.com")]
    [InlineData("https://shop.example.com", "https://shop.example.com/")]
    [InlineData("https://shop.example.com", "https://shop.example.com.")]
    [InlineData("https://shop.example.com", "https://user@shop.example.com")]
    [InlineData("https://shop.example.com", "null")]
    [InlineData("https://*.example.com", "null")]
    [InlineData("https://*.example.com", "https://attacker.net/.example.com")]
    [InlineData("https://*.example.com", "https://attacker.net#.example.com")]
    [InlineData("https://*.example.com", "https://attacker.net?.example.com")]
    [InlineData("https://*.example.com", "https://attacker.net\\.example.com")]
    [InlineData("https://*.example.com", "https://attacker.net:443@a.example.com")]
    [InlineData("https://*.example.com", "https://attacker.net, https://a.example.com")]
    [InlineData("https://*.example.com", "http://a.example.com")]
    [InlineData("https://*.example.com", "https://a.example.com:444")]
    [InlineData("https://*.example.com", "https://a.éxample.com")]
    [InlineData("https://*.example.com", "https://\u0001.example.com")]
    [InlineData("http*", "http://a/b")]
    public void Tricks_with_prefix_suffix_userinfo_port_scheme_and_null_do_not_get_in(string entry, string origin) => Assert.False(Allows(entry, origin));

    [Fact]
    [Spec("SEC-240")]
    public void An_origin_that_is_far_too_long_matches_no_list()
    {
        var (policy, _) = Front.Compile("""{"allow_origins":["https://*.example.com"]}""");

        Assert.Equal(CorsVerdict.OriginNotAllowed, policy!.Judge(Request($"https://{new string('a', 30_000)}.example.com")));
        Assert.Equal(CorsVerdict.Allowed, policy.Judge(Request($"https://{new string('a', 1_000)}.example.com")));
    }

    [Fact]
    [Spec("SEC-240")]
    public void Two_origins_are_none_even_where_all_are_allowed()
    {
        var (policy, _) = Front.Compile("{}");
        var request = Request("https://a.example.com");
        request.Headers.Append("Origin", "https://b.example.com");

        Assert.Equal(CorsVerdict.SeveralOrigins, policy!.Judge(request));
    }

    [Theory]
    [Spec("SEC-011", "SEC-241")]
    [InlineData("""{"allow_credentials":true}""", "browsers refuse credentials together with the origin *")]
    [InlineData("""{"allow_origins":["*"],"allow_credentials":true}""", "browsers refuse credentials together with the origin *")]
    [InlineData("""{"allow_origins":["https://*"],"allow_credentials":true}""", "lets every site act with the credentials of its visitors")]
    [InlineData("""{"allow_origins":["https://example.*"]}""", "also lets in https://example.attacker.net")]
    [InlineData("""{"allow_origins":["https://example.com*"]}""", "also lets in https://example.com.attacker.net")]
    [InlineData("""{"allow_origins":["https://*example.com"]}""", "also lets in https://evil-example.com")]
    [InlineData("""{"allow_origins":["null"]}""", "sandboxed document")]
    [InlineData("""{"allow_origins":["https://example.com/"]}""", "never matches")]
    public void Unusable_and_dangerous_entries_are_warned_of(string json, string warning)
    {
        var (policy, findings) = Front.Compile(json);

        Assert.NotNull(policy);
        Assert.Contains(warning, Assert.Single(findings.All).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"allow_origins":["https://a.example.com","https://*.example.com","http://localhost:*","https://*"]}""")]
    public void Careful_entries_give_no_warning(string json) => Assert.Empty(Front.Compile(json).Findings.All);

    [Theory]
    [Spec("SEC-021")]
    [InlineData("""{"allow_credentials":"true"}""", "security/cors.allow_credentials")]
    [InlineData("""{"allow_origins":"*"}""", "security/cors.allow_origins")]
    [InlineData("""{"allow_methods":{"GET":true}}""", "security/cors.allow_methods")]
    [InlineData("""{"max_age":43200}""", "security/cors.max_age")]
    [InlineData("""{"max_age":"-1h"}""", "security/cors.max_age")]
    [InlineData("""{"options_success_status":"204"}""", "security/cors.options_success_status")]
    [InlineData("""{"options_success_status":99}""", "security/cors.options_success_status")]
    [InlineData("""{"allow_headers":["X\r\nY"]}""", "security/cors.allow_headers[0]")]
    [InlineData("""{"allow_origins":["https://*.*"]}""", "security/cors.allow_origins[0]")]
    public void Values_of_the_wrong_type_are_errors_with_their_path(string json, string path)
    {
        var (policy, findings) = Front.Compile(json);

        Assert.Null(policy);
        Assert.Equal(path, Assert.Single(findings.All).Path);
    }

    private static bool Allows(string entry, string origin)
    {
        var (policy, _) = Front.Compile(System.Text.Json.JsonSerializer.Serialize(new { allow_origins = new[] { entry } }));
        return policy!.Judge(Request(origin)) == CorsVerdict.Allowed;
    }

    internal static HttpRequest Request(string origin, string method = "GET")
    {
        var request = new DefaultHttpContext().Request;
        request.Method = method;
        request.Headers.Origin = origin;
        return request;
    }
}
