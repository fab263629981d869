using System.Net;
using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.ClientCredentials.Tests;

/// <summary>What is asked of the token endpoint.</summary>
public sealed class TokenRequestTests
{
    [Fact, Spec("AUT-114", "AUT-116")]
    public async Task The_first_call_fetches_a_token_and_the_backend_gets_it()
    {
        await using var front = await Front.StartAsync();
        Assert.Empty(front.TokenRequests);

        Assert.Equal((HttpStatusCode.OK, """{"auth":"Bearer t1"}"""), await front.GetAsync());

        var request = Assert.Single(front.TokenRequests);
        Assert.Equal(("POST", "application/x-www-form-urlencoded", "grant_type=client_credentials"), (request.Method, request.Header("Content-Type"), request.Body));
        Assert.Equal("me%26you:s3cr3t%2F%2B%C3%A4", Encoding.ASCII.GetString(Convert.FromBase64String(request.Header("Authorization")!["Basic ".Length..])));
        Assert.Null(request.Header("X-Forwarded-For"));
    }

    [Fact, Spec("AUT-116", "AUT-117")]
    public async Task Scopes_and_params_become_fields()
    {
        await using var front = await Front.StartAsync(static f => f.Endpoint(f.Namespace(
            ""","scopes":"read , write,","endpoint_params":{"audience":["https://a","b c"],"grant_type":["urn:x"]}""")));

        await front.GetAsync();

        Assert.Equal("audience=https%3A%2F%2Fa&audience=b+c&grant_type=urn%3Ax&scope=read+write", Assert.Single(front.TokenRequests).Body);
    }

    [Fact, Spec("AUT-115", "AUT-155")]
    public async Task A_refused_header_is_followed_by_fields_and_the_style_is_remembered()
    {
        await using var front = await Front.StartAsync(
            static f => f.Endpoint(f.Namespace(""","endpoint_params":{"client_id":["other"],"client_secret":["other"],"audience":["x"]}""")),
            static f => f.Provider.On("/token", static context => context.Request.Headers.Authorization.Count > 0
                ? Front.Json(context, """{"error":"invalid_client"}""", 401)
                : Front.Json(context, """{"access_token":"t","expires_in":20}""")));

        Assert.Equal("""{"auth":"Bearer t"}""", (await front.GetAsync()).Body);
        front.Time.Advance(TimeSpan.FromSeconds(11));
        await front.GetAsync();

        Assert.Equal(
            [
                (true, "audience=x&client_id=other&client_secret=other&grant_type=client_credentials"),
                (false, "audience=x&client_id=me%26you&client_secret=s3cr3t%2F%2B%C3%A4&grant_type=client_credentials"),
                (false, "audience=x&client_id=me%26you&client_secret=s3cr3t%2F%2B%C3%A4&grant_type=client_credentials"),
            ],
            front.TokenRequests.Select(static r => (r.Header("Authorization") is not null, r.Body)));
        Assert.DoesNotContain(" ERROR: ", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-115")]
    public async Task A_known_style_is_the_only_one_that_is_tried()
    {
        var isDown = false;
        await using var front = await Front.StartAsync(prepare: f => f.Provider.On("/token", context =>
            Volatile.Read(ref isDown) ? Front.Json(context, "{}", 503) : Front.Json(context, """{"access_token":"t","expires_in":20}""")));

        await front.GetAsync();
        Volatile.Write(ref isDown, true);
        front.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(HttpStatusCode.InternalServerError, (await front.GetAsync()).Status);

        Assert.Equal(2, front.TokenRequests.Count);
    }

    [Fact, Spec("AUT-118")]
    public async Task Five_calls_in_a_row_cost_one_token_and_it_is_renewed_ten_seconds_early()
    {
        await using var front = await Front.StartAsync();

        for (var i = 0; i < 5; i++)
            Assert.Equal("""{"auth":"Bearer t1"}""", (await front.GetAsync()).Body);
        front.Time.Advance(TimeSpan.FromSeconds(3589));
        Assert.Equal("""{"auth":"Bearer t1"}""", (await front.GetAsync()).Body);
        front.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("""{"auth":"Bearer t2"}""", (await front.GetAsync()).Body);
        Assert.Equal(2, front.TokenRequests.Count);
    }

    [Fact, Spec("AUT-118")]
    public async Task Each_backend_has_a_token_of_its_own_that_outlives_a_reload()
    {
        static string Two(Front f) => f.Endpoint(f.Namespace()) + "," + f.Endpoint(f.Namespace(""","scopes":"x" """)).Replace("\"/e\"", "\"/f\"", StringComparison.Ordinal);
        await using var front = await Front.StartAsync(Two);

        Assert.Equal("""{"auth":"Bearer t1"}""", (await front.GetAsync("/e")).Body);
        Assert.Equal("""{"auth":"Bearer t2"}""", (await front.GetAsync("/f")).Body);
        await front.Gateway.ReloadAsync($$"""{"version":3,"name":"other","host":["$UPSTREAM"],"endpoints":[{{Two(front)}}]}""");

        Assert.Equal("""{"auth":"Bearer t1"}""", (await front.GetAsync("/e")).Body);
        Assert.Equal("""{"auth":"Bearer t2"}""", (await front.GetAsync("/f")).Body);
    }

    [Fact, Spec("AUT-119", "AUT-124")]
    public async Task Concurrent_first_calls_and_copies_of_one_call_cost_one_token()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var front = await Front.StartAsync(
            static f => f.Endpoint(f.Namespace(), "\"concurrent_calls\":3,\"timeout\":\"20s\","),
            f => f.Provider.On("/token", async context =>
            {
                await gate.Task;
                await Front.Json(context, """{"access_token":"t"}""");
            }));

        var calls = Enumerable.Range(0, 10).Select(_ => front.GetAsync()).ToArray();
        await Wait.UntilAsync(() => front.TokenRequests.Count > 0, () => "no token request");
        gate.SetResult();

        Assert.All(await Task.WhenAll(calls), static call => Assert.Equal("""{"auth":"Bearer t"}""", call.Body));
        Assert.Single(front.TokenRequests);
    }

    [Theory]
    [InlineData("application/json", """{"access_token":"t","token_type":"BEARER","expires_in":"3600"}""", "Bearer t")]
    [InlineData("application/json; charset=utf-8", """{"access_token":"t","token_type":"","expires_in":0}""", "Bearer t")]
    [InlineData("application/json", """{"access_token":"t","token_type":"DPoP","expires_in":"x","error":null}""", "DPoP t")]
    [InlineData("application/x-www-form-urlencoded", "access_token=a%2Fb&token_type=bearer&expires_in=3600", "Bearer a/b")]
    [InlineData("text/plain; charset=utf-8", "access_token=t", "Bearer t")]
    [InlineData("application/octet-stream", """{"access_token":"t"}""", "Bearer t")]
    [Spec("AUT-114", "AUT-118", "AUT-120")]
    public async Task Answers_are_json_or_forms(string type, string answer, string sent)
    {
        await using var front = await Front.StartAsync(prepare: f => f.Provider.On("/token", context => Front.Json(context, answer, 200, type)));

        Assert.Equal($$"""{"auth":"{{sent}}"}""", (await front.GetAsync()).Body);
        await front.GetAsync();

        Assert.Single(front.TokenRequests);
    }
}
