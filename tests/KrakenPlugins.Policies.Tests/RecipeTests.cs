using Gateway.Testing;
using KrakenPlugins.Expressions.Rig;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Policies.Tests;

/// <summary>The recipes of the playbook.</summary>
public sealed class RecipeTests
{
    private const string Window = "timestamp(now)< timestamp('2023-01-01T10:00:20.000-05:00') || timestamp(now)> timestamp('2023-01-01T12:00:20.000-05:00')";

    [Theory]
    [InlineData(Window, """{"status":500,"body":"The system is down for maintenance"}""", "2023-01-01T15:30:00Z", 500)]
    [InlineData(Window, """{"status":500,"body":"The system is down for maintenance"}""", "2023-01-01T16:30:00+01:00", 500)]
    [InlineData(Window, """{"status":500,"body":"The system is down for maintenance"}""", "2023-01-01T15:00:20Z", 500)]
    [InlineData(Window, """{"status":500,"body":"The system is down for maintenance"}""", "2023-01-01T14:30:00Z", 200)]
    [InlineData(Window, """{"status":500,"body":"The system is down for maintenance"}""", "2023-01-01T18:30:00Z", 200)]
    [InlineData("timestamp(now) > timestamp('2023-01-01T10:00:20.000-05:00')", """{"status":404,"body":"not yet"}""", "2023-01-01T15:00:19Z", 404)]
    [InlineData("timestamp(now) > timestamp('2023-01-01T10:00:20.000-05:00')", """{"status":404,"body":"not yet"}""", "2023-01-01T15:00:21Z", 200)]
    [Spec("SEC-099", "SEC-087")]
    public async Task Time_windows(string policy, string error, string now, int status)
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(Group.Of("req", error, policy)), time: FixedTime.At(now));

        Assert.Equal((status, status == 200 ? 1 : 0), ((await front.GetAsync("/e/1")).Status, front.Upstream.Received.Count));
    }

    [Theory]
    [InlineData("req_querystring.user.exists(u,u.matches('[0-9]+'))", "?user=12", 200)]
    [InlineData("req_querystring.user.exists(u,u.matches('[0-9]+'))", "?user=ab", 500)]
    [InlineData("req_querystring.user.exists(u,u.matches('[0-9]+'))", "", 500)]
    [InlineData("req_querystring.user.exists(u,u.matches('[0-9]+'))", "?user=ab&user=1", 200)]
    [InlineData("hasQuerystring('user')", "?user=", 500)]
    [InlineData("hasQuerystring('user')", "", 500)]
    [InlineData("hasQuerystring('user')", "?user=&user=1", 200)]
    [InlineData("hasQuerystring('other')", "?other=1", 500)]
    [InlineData("hasQuerystring('User')", "?user=1", 500)]
    [InlineData("int(req_querystring.user[0]) > 1000", "?user=1001", 200)]
    [InlineData("int(req_querystring.user[0]) > 1000", "?user=1000", 500)]
    [InlineData("int(req_querystring.user[0]) > 1000", "?user=ab", 500)]
    [InlineData("req_querystring.user[0].isAlphanumeric()", "?user=ab12", 200)]
    [InlineData("req_querystring.user[0].isAlphanumeric()", "?user=ab-12", 500)]
    [InlineData("req_querystring.user[0].isAlphanumeric()", "?user=", 500)]
    [InlineData("getQuerystring('user') == 'a' && getQuerystring('other') == ''", "?user=a&user=b&other=1", 200)]
    [Spec("SEC-078", "SEC-079", "SEC-083", "SEC-094", "SEC-096", "SEC-100", "SEC-224")]
    public async Task Query_strings(string policy, string query, int status)
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(Group.Of("req", "", policy), """ "input_query_strings":["user"],"""));

        Assert.Equal(status, (await front.GetAsync("/e/1" + query)).Status);
    }

    [Theory]
    [InlineData("/users/John", 200)]
    [InlineData("/users/jane", 500)]
    [Spec("SEC-080", "SEC-101")]
    public async Task A_claim_that_equals_a_parameter(string target, int status)
    {
        await using var front = await Front.StartAsync(new PoliciesPlugin(), $$$$$"""
            {"endpoint":"/users/{id}","input_headers":["X-Example-Claim"],"backend":[{"url_pattern":"/b"}],"extra_config":{
             "security/policies":{{{{{{Group.Of("req", "", "req_headers['X-Example-Claim'][0].lowerAscii() == req_params.Id.lowerAscii()")}}}}}},
             "auth/validator":{"propagate_claims":[["sub","X-Example-Claim"]]}}}
            """);

        Assert.Equal(status, (await front.GetAsync(target, """X-Token: {"sub":"john"}""")).Status);
        Assert.Equal(status, (await front.GetAsync(target, """X-Token: {"sub":"john"}""", "X-Example-Claim: jane")).Status);
        Assert.Equal(status, (await front.GetAsync(target, """X-Token: {"sub":"john"}""", "x-example-claim: jane")).Status);
    }

    [Theory]
    [InlineData("GDPR=yes", 200)]
    [InlineData("a=b; GDPR=yes; c=d", 200)]
    [InlineData("GDPR=\"yes\"", 200)]
    [InlineData("GDPR=no", 403)]
    [InlineData("GDPR=no; GDPR=yes", 403)]
    [InlineData("gdpr=yes", 403)]
    [InlineData("XGDPR=yes", 403)]
    [InlineData("GDPR", 403)]
    [InlineData("a=GDPR=yes", 403)]
    [InlineData(null, 403)]
    [Spec("SEC-093", "SEC-102")]
    public async Task Consent_by_cookie(string? cookie, int status)
    {
        await using var front = await Front.StartAsync(
            new PoliciesPlugin(), Group.Endpoint(Group.Of("req", """{"status":403,"body":"Tracking not allowed by user"}""", "getCookie('GDPR') == 'yes'"), """ "input_headers":["Cookie"],"""));
        await using var hidden = await Front.StartAsync(new PoliciesPlugin(), Group.Endpoint(Group.Of("req", "", "getCookie('GDPR') == '' && !hasCookie('GDPR')")));
        string[] headers = cookie is null ? [] : [$"Cookie: {cookie}"];

        Assert.Equal(status, (await front.GetAsync("/e/1", headers)).Status);
        Assert.Equal(200, (await hidden.GetAsync("/e/1", headers)).Status);
    }

    [Theory]
    [InlineData("FR", 200)]
    [InlineData("DE", 500)]
    [InlineData(null, 500)]
    [Spec("SEC-095")]
    public async Task Only_the_plugin_says_where_a_client_is(string? country, int status)
    {
        var endpoint = Group.Endpoint(Group.Of("req", "", "geoIP().Country.IsoCode in ['US','FR']"), """ "input_headers":["X-Geoip"],""");
        const string Root = """ "plugin":{"folder":"plugins","pattern":".so"},"extra_config":{"plugin/http-server":{"name":["geoip"],"geoip":{"citydb_path":"x"}}},""";
        await using var front = country is null
            ? await Front.StartAsync(new PoliciesPlugin(), endpoint)
            : await Front.StartAsync(new PoliciesPlugin(), endpoint, root: Root, others: registry => registry.HttpServer("geoip", (_, _, _) => new Places(country)));

        Assert.Equal(status, (await front.GetAsync("/e/1", """X-Geoip: {"Country":{"IsoCode":"FR"}}""")).Status);
    }

    [Theory]
    [InlineData("""{"important_attribute":null}""", 200)]
    [InlineData("""{"other":1}""", 503)]
    [Spec("SEC-102")]
    public async Task A_field_that_must_be_there(string body, int status)
    {
        await using var front = await Front.StartAsync(
            new PoliciesPlugin(), Group.Endpoint(Group.Of("resp", """{"status":503,"body":"Couldn't fetch the required data"}""", "has(resp_data.important_attribute)")), [("/b", body)]);

        Assert.Equal(status, (await front.GetAsync("/e/1")).Status);
    }

    private sealed class Places(string country) : IHttpMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            context.Request.Headers["X-Geoip"] = $$$$$"""{"Country":{"IsoCode":"{{{{{country}}}}}"}}""";
            return next(context);
        }
    }
}
