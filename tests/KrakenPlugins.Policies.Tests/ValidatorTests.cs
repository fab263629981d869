using System.Text;
using System.Text.Json;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.JwtValidator.Tests;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Policies.Tests;

/// <summary>Expressions and policies behind the validator of tokens, all three as the build laid them out, with tokens that are signed here.</summary>
public sealed class ValidatorTests : IDisposable
{
    private static readonly TestKey s_key = TestKey.Secret("s1", Encoding.ASCII.GetBytes("a secret of thirty-two characters"));
    private static readonly TestKey s_forger = TestKey.Secret("s1", Encoding.ASCII.GetBytes("another one, as long as the first"));
    private readonly PemFolder _folder = new();

    public ValidatorTests() => _folder.Write("keys.json", Issuer.Set(s_key));

    public void Dispose() => _folder.Dispose();

    private static string Token(string claims, TestKey? key = null, int seconds = 300) =>
        "Authorization: Bearer " + Issuer.Token($$"""{"sub":"john",{{(claims.Length == 0 ? "" : claims + ",")}}"exp":{{Issuer.Now(seconds)}}}""", key ?? s_key);

    /// <summary>A gateway with an endpoint <c>/users/{id}</c>; validator, members and root with a comma in front of each member.</summary>
    private Task<PluginFront> StartAsync(string extra, string validator = "", string members = "", string root = "") =>
        StartAllAsync(Endpoint("/users/{id}", extra, validator, members), root);

    private string Endpoint(string path, string extra, string validator = "", string members = "") => $$$"""
        {"endpoint":"{{{path}}}"{{{members}}},"backend":[{"url_pattern":"/b"}],"extra_config":{
         "auth/validator":{"alg":"HS256","jwk_local_path":"{{{_folder["keys.json"]}}}","operation_debug":true{{{validator}}}},{{{extra}}}}}
        """;

    private static Task<PluginFront> StartAllAsync(string endpoints, string root = "") => PluginFront.StartAsync(
        $$"""{"version":3,"host":["$UPSTREAM"]{{root}},"endpoints":[{{endpoints}}]}""",
        new TestGatewayOptions { Plugins = Revoker() },
        PluginFront.Folder("Policies", "policies"), PluginFront.Folder("Cel", "cel"), PluginFront.Folder("JwtValidator", "jwt-validator"));

    private static PluginRegistry Revoker()
    {
        var plugins = new PluginRegistry();
        plugins.Rejecter("auth/revoker", RejecterStages.Revocation, static (_, _, _) => new RevokedNames());
        return plugins;
    }

    private static string Cel(params string[] expressions) =>
        "\"validation/cel\":" + JsonSerializer.Serialize(expressions.Select(static e => new Dictionary<string, string> { ["check_expr"] = e }));

    private static string Policies(params string[] groups) => $"\"security/policies\":{{{string.Join(',', groups)}}}";

    [Fact]
    [Spec("AUT-022", "RTE-202", "RTE-211", "SEC-062")]
    public async Task Checks_come_in_their_order_and_the_first_that_fails_answers()
    {
        await using var front = await StartAsync(
            Cel("JWT.cel == 'y'") + "," + Policies(Group.Of("jwt", "", "JWT.policy == 'y'"), Group.Of("req", """{"status":418}""", "req_params.Id == '1'")),
            ",\"roles\":[\"admin\"],\"roles_key\":\"roles\",\"scopes\":[\"read\"],\"scopes_key\":\"scope\"", root: ",\"extra_config\":{\"auth/revoker\":{}}");
        const string All = """
            "cel":"y","policy":"y","roles":["admin"],"scope":"read"
            """;
        (string Claims, int Seconds, TestKey Key, string Path, int Status, string Reason)[] steps =
        [
            ("\"jti\":\"revoked\"", -60, s_forger, "/users/2", 401, "invalid signature"),
            ("\"jti\":\"revoked\"", -60, s_key, "/users/2", 401, "token is expired"),
            ("\"jti\":\"revoked\"", 300, s_key, "/users/2", 401, "token is revoked or rejected: it is on the list"),
            ("\"cel\":\"n\"", 300, s_key, "/users/2", 401, "token is revoked or rejected: token refused by rejecter #0"),
            ("\"cel\":\"y\"", 300, s_key, "/users/2", 401, "token is revoked or rejected: request aborted by the policy #0 of the group jwt"),
            ("\"cel\":\"y\",\"policy\":\"y\"", 300, s_key, "/users/2", 403, "insufficient roles"),
            ("\"cel\":\"y\",\"policy\":\"y\",\"roles\":[\"admin\"]", 300, s_key, "/users/2", 403, "insufficient scopes"),
            (All, 300, s_key, "/users/2", 418, "request aborted by the policy #0 of the group req"),
            (All, 300, s_key, "/users/1", 200, ""),
        ];

        foreach (var (claims, seconds, key, path, status, reason) in steps)
        {
            var reply = await front.GetAsync(path, Token(claims, key, seconds));

            Assert.True(status == reply.Status, $"{reason}: {reply.Status}");
            if (status is 401 or 403)
                Assert.True(reply.IsBare, reason);
            Assert.Equal(status == 200 ? 1 : 0, front.Upstream.Received.Count);
            await front.Gateway.WaitForLogAsync(reason);
        }
        Assert.Equal(401, (await front.GetAsync("/users/1")).Status);
    }

    [Theory]
    [InlineData("\"role\":\"admin\",\"department\":\"it\"", 200)]
    [InlineData("\"role\":\"root\",\"department\":\"hr\"", 200)]
    [InlineData("\"role\":\"guest\",\"department\":\"it\",\"permissions\":{\"can_write_users\":true}", 200)]
    [InlineData("\"department\":\"it\",\"permissions\":{\"can_write_users\":true}", 200)]
    [InlineData("\"role\":\"guest\",\"department\":\"it\",\"permissions\":{\"can_write_users\":false}", 401)]
    [InlineData("\"role\":\"guest\",\"department\":\"it\",\"permissions\":{\"can_write_users\":\"true\"}", 401)]
    [InlineData("\"role\":\"guest\",\"department\":\"it\",\"permissions\":{\"can_write_users\":1}", 401)]
    [InlineData("\"role\":\"admin\",\"department\":\"sales\"", 401)]
    [InlineData("\"role\":[\"admin\"],\"department\":\"it\"", 401)]
    [InlineData("\"role\":\"admin\"", 401)]
    [InlineData("", 401)]
    [Spec("SEC-098", "SEC-062", "SEC-077")]
    public async Task Roles_and_attributes(string claims, int status)
    {
        await using var front = await StartAsync(Policies(Group.Of("jwt", "", "JWT.role in ['admin','root'] || JWT.permissions.can_write_users", "JWT.department in ['it','hr']")));

        var reply = await front.GetAsync("/users/1", Token(claims));

        Assert.Equal((status, status == 200 ? 1 : 0), (reply.Status, front.Upstream.Received.Count));
    }

    [Theory]
    [InlineData("\"scp\":[\"orders:read\",\"x\"]", 200)]
    [InlineData("\"scope\":\"x orders:read\"", 200)]
    [InlineData("\"scope\":[\"orders:read\"]", 200)]
    [InlineData("\"scp\":\"orders:read\"", 200)]
    [InlineData("\"scope\":\"x orders:read:all\"", 401)]
    [InlineData("\"scp\":[\"x\"],\"scope\":\"orders:read\"", 401)]
    [InlineData("\"scp\":7", 401)]
    [InlineData("\"scp\":null", 401)]
    [InlineData("", 401)]
    [Spec("AUT-130")]
    public async Task Scopes_of_different_providers(string claims, int status)
    {
        const string Scopes = "cel.bind(s, has(JWT.scp) ? JWT.scp : JWT.scope, 'orders:read' in (type(s) == string ? dyn(string(s).split(' ')) : s))";
        await using var front = await StartAsync(Policies(Group.Of("jwt", "", Scopes)));

        Assert.Equal(status, (await front.GetAsync("/users/1", Token(claims))).Status);
    }

    [Theory]
    [InlineData("\"enabled_days\":[0,1,2,3,4,5,6],\"n\":1", 200)]
    [InlineData("\"enabled_days\":[0.0,1.0,2.0,3,4,5,6],\"n\":1.0", 200)]
    [InlineData("\"enabled_days\":[],\"n\":1", 401)]
    [InlineData("\"enabled_days\":[0,1,2,3,4,5,6],\"n\":\"1\"", 401)]
    [Spec("SEC-081", "RTE-211", "RTE-222")]
    public async Task Numbers_of_claims(string claims, int status)
    {
        const string Days = "timestamp(now).getDayOfWeek() in JWT.enabled_days && JWT.n == 1";
        await using var both = await StartAsync(Cel(Days) + "," + Policies(Group.Of("jwt", "", Days)));
        await using var types = await StartAsync(Cel("type(JWT.n) in [int, double]") + "," + Policies(Group.Of("jwt", "", "type(JWT.n) == double")));

        Assert.Equal(status, (await both.GetAsync("/users/1", Token(claims))).Status);
        Assert.Equal(claims.Contains('"' + "1", StringComparison.Ordinal) ? 401 : 200, (await types.GetAsync("/users/1", Token(claims))).Status);
    }

    [Theory]
    [InlineData("X-Example-Claim: jane")]
    [InlineData("x-example-claim: jane")]
    [InlineData("X_Example_Claim: jane")]
    [InlineData("X-Example_Claim: jane")]
    [InlineData("X-Example-Claim: jane", "X-Example-Claim: jane")]
    [InlineData("X-Example-Claim: jane", "Connection: X-Example-Claim")]
    [InlineData("Connection: x-example-claim, close")]
    [InlineData("Cookie: X-Example-Claim=jane")]
    [InlineData("X-Other: 1")]
    [Spec("SEC-101", "SEC-080", "AUT-053", "AUT-056")]
    public async Task What_a_client_sends_never_wins_over_the_claim(params string[] headers)
    {
        const string Same = "size(req_headers['X-Example-Claim']) == 1 && req_headers['X-Example-Claim'][0].lowerAscii() == req_params.Id.lowerAscii()";
        await using var front = await StartAsync(
            Policies(Group.Of("req", "", Same), Group.Of("resp", "", "req_headers['X-Example-Claim'] == ['john']")) + "," + Cel("req_headers['X-Example-Claim'] == ['john']"),
            ",\"propagate_claims\":[[\"sub\",\"X-Example-Claim\"],[\"none\",\"X-None\"]]", members: ",\"input_headers\":[\"X-Example-Claim\",\"X-None\",\"Cookie\"]");

        foreach (var (path, status) in new[] { ("/users/John", 200), ("/users/jane", 500), ("/users/john,jane", 500) })
            Assert.Equal(status, await StatusAsync(front, path, [Token(""), .. headers]));

        var sent = Assert.Single(front.Upstream.Received);
        Assert.Equal("john", sent.Header("X-Example-Claim"));
    }

    [Fact]
    [Spec("SEC-101", "AUT-056")]
    public async Task What_a_client_sends_does_not_stand_in_for_a_claim_that_is_missing()
    {
        await using var front = await StartAsync(
            Policies(Group.Of("req", "", "!hasHeader('X-None')", "!('X-None' in req_headers)", "getHeader('X-None') == ''")),
            ",\"propagate_claims\":[[\"none\",\"X-None\"]]", members: ",\"input_headers\":[\"*\"]");

        foreach (var header in new[] { "X-None: a", "x-none: a", "X_None: a" })
            Assert.Equal(200, (await front.GetAsync("/users/1", Token(""), header)).Status);
    }

    [Fact]
    [Spec("SEC-080", "RTE-205", "SEC-079")]
    public async Task A_list_that_is_propagated_is_one_text_or_one_line_for_each_element()
    {
        var extra = Policies(Group.Of("req", "", "req_headers['X-Role'].exists(r, r == 'b')"));
        const string Roles = ",\"propagate_claims\":[[\"roles\",\"X-Role\"]]";
        await using var joined = await StartAsync(extra, Roles, members: ",\"input_headers\":[\"X-Role\"]");
        await using var lines = await StartAsync(extra, Roles + ",\"propagate_claims_preserve_array\":true", members: ",\"input_headers\":[\"X-Role\"]");
        await using var hidden = await StartAsync(extra, Roles);

        var token = Token("\"roles\":[\"a\",\"b\"]");
        Assert.Equal((500, 200, 500), ((await joined.GetAsync("/users/1", token)).Status, (await lines.GetAsync("/users/1", token)).Status, (await hidden.GetAsync("/users/1", token, "X-Role: b")).Status));
    }

    public static TheoryData<string> Failing =>
    [
        "JWT.none == 'x'", "!(JWT.none == 'x')", "JWT.list[7] == 1", "int(JWT.text) == 1", "JWT.text + 1 == 2", "JWT.text", "JWT.huge == 1.0", "!(JWT.huge == 1.0)",
        "JWT.text.matches(JWT.pattern)", "!JWT.text.matches(JWT.pattern)", "timestamp(JWT.text) < timestamp(now)", "timestamp(now).getHours(JWT.text) >= 0",
        "timestamp('2024-01-01T00:00:00Z') + duration(JWT.long) > timestamp(now)", "JWT.list.all(x, JWT.none)", "JWT.list.map(x, x / 0)[0] == 0",
        "JWT.list.all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, [1,2,3,4,5,6,7,8,9].all(e, [1,2,3,4,5,6,7,8,9].all(f, [1,2,3,4,5,6,7,8,9].all(g, a != 'x'))))))) || true",
    ];

    [Theory]
    [MemberData(nameof(Failing))]
    [Spec("SEC-060", "SEC-200", "RTE-213", "RTE-214")]
    public async Task Errors_over_claims_refuse(string expression)
    {
        await using var front = await StartAllAsync(string.Join(',',
            Endpoint("/cel", Cel(expression)), Endpoint("/policy", Policies(Group.Of("jwt", "", expression)))));
        var token = Token("""
            "text":"x","list":[1,2,3],"pattern":"(","huge":1e999,"long":"9999999h"
            """);

        foreach (var path in new[] { "/cel", "/policy" })
        {
            var reply = await front.GetAsync(path, token);
            Assert.Equal((401, true), (reply.Status, reply.IsBare));
            Assert.NotEqual(200, (await front.SendAsync(HttpMethod.Head, path, token)).Status);
        }
        Assert.Empty(front.Upstream.Received);
    }

    private static async Task<int> StatusAsync(PluginFront front, string path, params string[] headers)
    {
        var answer = await front.SendRawAsync($"GET {path} HTTP/1.1", ["Host: localhost", .. headers]);
        return int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class RevokedNames : ITokenRejecter
    {
        public ValueTask<GatewayError?> RejectAsync(IClaims claims, HttpContext context, CancellationToken cancellationToken) =>
            new(claims.GetText("jti") == "revoked" ? new GatewayError(GatewayErrorKind.Rejected, "it is on the list", 401) : null);
    }
}
