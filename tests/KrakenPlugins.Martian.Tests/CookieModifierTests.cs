using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Martian.Tests;

public sealed class CookieModifierTests
{
    [Theory]
    [InlineData(null, "n=v")]
    [InlineData("a=1", "a=1; n=v")]
    [InlineData("a=1|b=2", "a=1; b=2; n=v")]
    [Spec("MAN-152")]
    public async Task A_cookie_stands_in_the_one_header_beside_the_others(string? existing, string expected)
    {
        var sent = await Rig.SentAsync("""{"cookie.Modifier":{"scope":["request"],"name":"n","value":"v"}}""", r =>
        {
            foreach (var value in existing?.Split('|') ?? [])
                r.Headers.Add("Cookie", value);
        });

        Assert.Equal(expected, sent.Headers.All("Cookie"));
    }

    [Theory]
    [InlineData("", "n=v")]
    [InlineData(""","path":"/p","domain":"example.com","expires":"2025-04-12T23:20:50.52Z","maxAge":86400,"httpOnly":true,"secure":true""",
        "n=v; Path=/p; Domain=example.com; Expires=Sat, 12 Apr 2025 23:20:50 GMT; Max-Age=86400; HttpOnly; Secure")]
    [InlineData(""","maxAge":-5""", "n=v; Max-Age=0")]
    [InlineData(""","maxAge":0,"secure":false""", "n=v")]
    [InlineData(""","expires":"2025-04-13T01:20:50+02:00","domain":".example.com" """, "n=v; Domain=example.com; Expires=Sat, 12 Apr 2025 23:20:50 GMT")]
    [InlineData(""","expires":"2025-04-12T23:20:50.123456789Z" """, "n=v; Expires=Sat, 12 Apr 2025 23:20:50 GMT")]
    [InlineData(""","domain":"no domain" """, "n=v")]
    [InlineData(""","path":"/p; Secure" """, "n=v; Path=/p Secure")]
    [Spec("MAN-152")]
    public async Task The_answer_sets_a_cookie_with_its_attributes(string attributes, string expected)
    {
        var answer = await Rig.AnswerAsync($$$"""{"cookie.Modifier":{"scope":["response"],"name":"n","value":"v"{{{attributes}}}}}""", new FakeResponse(headers: ("set-cookie", "other=1")));

        Assert.Equal("other=1|" + expected, answer.Headers.All("Set-Cookie"));
    }

    [Theory]
    [InlineData("a b", "\"a b\"", "")]
    [InlineData("a,b", "\"a,b\"", "")]
    [InlineData("a;b", "ab", "krakend.json:1:40 modifier/martian[\"cookie.Modifier\"].value: holds characters that a cookie cannot have; they are left out")]
    public async Task A_value_is_written_as_cookies_allow_it(string value, string expected, string finding)
    {
        var rig = Rig.Of($$$"""{"cookie.Modifier":{"name":"n","value":"{{{value}}}"}}""");

        var outcome = await rig.RunAsync();

        Assert.Equal("n=" + expected, outcome.Request.Headers.All("Cookie"));
        Assert.Equal(finding, rig.Findings);
    }
}
