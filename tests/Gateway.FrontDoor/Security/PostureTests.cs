using System.Net;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Security;

/// <summary>What holds without any setting: nothing passes that was not declared, and nothing is told that nobody asked for.</summary>
public sealed class PostureTests
{
    private static readonly string[] s_secrets = ["token-of-client", "session-of-client", "key-of-client", "pass-of-host"];

    [Fact, Spec("SEC-103")]
    public async Task No_endpoint_method_header_query_string_or_cookie_passes_unless_it_is_declared()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(static context => context.Response.WriteAsync("{}"));
        await using var gateway = await TestGateway.StartAsync("""{"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/a"}]}]}""", upstream.Host);

        using var request = Request("/a?token=token-of-client&x=1");
        using var served = await gateway.Client.SendAsync(request);
        using var other = await gateway.Client.GetAsync("/b");
        using var method = await gateway.Client.PostAsync("/a", null);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed), (served.StatusCode, other.StatusCode, method.StatusCode));
        var sent = Assert.Single(upstream.Received);
        Assert.Equal("/a", sent.Target);
        Assert.All(s_secrets, secret => Assert.DoesNotContain(sent.Headers, h => h.Value.Contains(secret, StringComparison.Ordinal)));
        Assert.All(["Cookie", "Authorization", "X-Api-Key", "Origin"], name => Assert.Null(sent.Header(name)));
    }

    [Theory, Spec("SEC-104", "SEC-105")]
    [InlineData("http://user:pass-of-host@127.0.0.1:1", false)]
    [InlineData("$UPSTREAM", false)]
    [InlineData("http://user:pass-of-host@127.0.0.1:1", true)]
    [InlineData("$UPSTREAM", true)]
    public async Task A_failure_tells_no_secret_to_the_log_or_the_client_and_nothing_at_all_unless_it_is_asked_to(string host, bool shows)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(static context =>
        {
            context.Response.StatusCode = 500;
            return context.Response.WriteAsync("stack of backend");
        });
        await using var gateway = await TestGateway.StartAsync(
            $$$"""
            {"version":3,{{{(shows ? "\"extra_config\":{\"router\":{\"return_error_msg\":true}}," : "")}}}"endpoints":[
              {"endpoint":"/a","input_headers":["*"],"backend":[{"host":["{{{host}}}"],"disable_host_sanitize":true,"url_pattern":"/a"}]}]}
            """,
            upstream.Host);

        using var request = Request("/a");
        using var response = await gateway.Client.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(shows, body.Length > 0);
        Assert.DoesNotContain("stack of backend", body, StringComparison.Ordinal);
        await gateway.WaitForLogAsync("[ENDPOINT: /a]");
        Assert.All(s_secrets, secret => Assert.DoesNotContain(secret, gateway.Log + body, StringComparison.Ordinal));
    }

    private static HttpRequestMessage Request(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer token-of-client");
        request.Headers.TryAddWithoutValidation("Cookie", "session=session-of-client");
        request.Headers.TryAddWithoutValidation("X-Api-Key", "key-of-client");
        request.Headers.TryAddWithoutValidation("Origin", "http://evil");
        return request;
    }
}
