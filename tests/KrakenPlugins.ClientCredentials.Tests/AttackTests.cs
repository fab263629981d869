using System.Net;
using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.ClientCredentials.Tests;

/// <summary>Providers, backends and clients that mean harm, or are broken.</summary>
public sealed class AttackTests
{
    [Theory]
    [InlineData(200, "application/json", """{"access_token":"a\r\nX-Evil: 1"}""")]
    [InlineData(200, "application/json", """{"access_token":"a","token_type":"Bearer\r\nX-Evil: 1\r\nX:"}""")]
    [InlineData(200, "application/json", """{"access_token":"a b"}""")]
    [InlineData(200, "application/json", """{"access_token":"ä"}""")]
    [InlineData(200, "application/x-www-form-urlencoded", "access_token=a%0d%0aX-Evil:%201")]
    [InlineData(200, "application/json", """{"access_token":"t","error":"invalid_scope","error_description":"no"}""")]
    [InlineData(200, "application/json", """{"token":"t"}""")]
    [InlineData(200, "application/json", """{"access_token":""}""")]
    [InlineData(200, "application/json", """{"access_token":1}""")]
    [InlineData(200, "application/json", "[]")]
    [InlineData(200, "application/json", "")]
    [InlineData(200, "text/html", "<html>access_token=t</html>")]
    [InlineData(401, "application/json", """{"access_token":"t"}""")]
    [InlineData(500, "text/plain", "access_token=t")]
    [Spec("AUT-120")]
    public async Task A_bad_answer_fails_the_call_and_reaches_no_backend(int status, string type, string answer)
    {
        await using var front = await Front.StartAsync(prepare: f => f.Provider.On("/token", context => Front.Json(context, answer, status, type)));

        Assert.Equal((HttpStatusCode.InternalServerError, ""), await front.GetAsync());

        Assert.Empty(front.Backend.Received);
        await front.Gateway.WaitForLogAsync("[Client credentials] cannot get a token from ");
        Assert.Contains(" ERROR: ", front.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Evil", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-120", "SEC-104", "SEC-105")]
    public async Task A_provider_that_echoes_the_secret_does_not_get_it_into_log_or_answer()
    {
        await using var front = await Front.StartAsync(
            root: "\"extra_config\":{\"router\":{\"return_error_msg\":true}},",
            prepare: static f => f.Provider.On("/token", static context =>
            {
                var form = new StreamReader(context.Request.Body).ReadToEnd();
                var echo = System.Text.Json.JsonEncodedText.Encode($"{Front.Secret} {form} {context.Request.Headers.Authorization}");
                return Front.Json(context, $$"""{"error":"invalid_client","error_description":"{{echo}}"}""", 401);
            }));

        var (status, body) = await front.GetAsync();

        Assert.Equal(HttpStatusCode.InternalServerError, status);
        await front.Gateway.WaitForLogAsync("invalid_client");
        foreach (var secret in (string[])[Front.Secret, "s3cr3t", Convert.ToBase64String(Encoding.UTF8.GetBytes("me%26you:s3cr3t%2F%2B%C3%A4"))])
        {
            Assert.DoesNotContain(secret, front.Gateway.Log, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, body, StringComparison.Ordinal);
        }
    }

    [Fact, Spec("AUT-121")]
    public async Task A_provider_that_hangs_costs_no_more_than_the_requests_time()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var front = await Front.StartAsync(
            static f => f.Endpoint(f.Namespace(), "\"timeout\":\"2s\","),
            f => f.Provider.On("/token", async context =>
            {
                using var gone = context.RequestAborted.Register(ended.SetResult);
                await Task.Delay(Timeout.Infinite, f.Provider.Stopping);
            }));

        Assert.Equal(HttpStatusCode.InternalServerError, (await front.GetAsync()).Status);

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(front.Backend.Received);
    }

    [Fact, Spec("AUT-119", "AUT-121")]
    public async Task A_client_that_leaves_takes_the_token_from_nobody()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var front = await Front.StartAsync(
            static f => f.Endpoint(f.Namespace(), "\"timeout\":\"20s\","),
            f => f.Provider.On("/token", async context =>
            {
                await gate.Task;
                await Front.Json(context, """{"access_token":"t"}""");
            }));
        using var leaving = new CancellationTokenSource();

        var first = front.GetAsync(cancellationToken: leaving.Token);
        await Wait.UntilAsync(() => front.TokenRequests.Count == 1, () => "no token request");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var second = front.GetAsync();
        gate.SetResult();

        Assert.Equal("""{"auth":"Bearer t"}""", (await second).Body);
        Assert.Single(front.TokenRequests);
    }

    [Fact, Spec("AUT-121")]
    public async Task A_stop_of_the_gateway_ends_a_token_request()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var front = await Front.StartAsync(
            static f => f.Endpoint(f.Namespace(), "\"timeout\":\"60s\","),
            f => f.Provider.On("/token", async context =>
            {
                using var gone = context.RequestAborted.Register(ended.SetResult);
                await Task.Delay(Timeout.Infinite, f.Provider.Stopping);
            }));
        using var leaving = new CancellationTokenSource();
        var call = front.GetAsync(cancellationToken: leaving.Token);
        await Wait.UntilAsync(() => front.TokenRequests.Count == 1, () => "no token request");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        await front.Gateway.DisposeAsync();

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact, Spec("AUT-285")]
    public async Task A_hundred_megabytes_are_not_read()
    {
        await using var front = await Front.StartAsync(prepare: static f => f.Provider.On("/token", static async context =>
        {
            context.Response.ContentType = "application/json";
            var block = Encoding.ASCII.GetBytes(new string(' ', 64 << 10));
            for (var i = 0; i < 1600 && !context.RequestAborted.IsCancellationRequested; i++)
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
        }));

        Assert.Equal(HttpStatusCode.InternalServerError, (await front.GetAsync()).Status);

        await front.Gateway.WaitForLogAsync("is larger than 1048576 bytes");
    }

    [Theory]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    [Spec("AUT-285")]
    public async Task A_provider_that_redirects_does_not_send_the_secret_elsewhere(int status)
    {
        await using var elsewhere = await Upstream.StartAsync();
        await using var front = await Front.StartAsync(prepare: f => f.Provider.On("/token", context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = $"{elsewhere.Host}/token";
            return Task.CompletedTask;
        }));

        Assert.Equal(HttpStatusCode.InternalServerError, (await front.GetAsync()).Status);

        Assert.Empty(elsewhere.Received);
        await front.Gateway.WaitForLogAsync($"status {status}");
    }

    [Theory]
    [InlineData("\"input_headers\":[\"Authorization\"],")]
    [InlineData("\"input_headers\":[\"*\"],")]
    [Spec("AUT-005", "AUT-123")]
    public async Task The_clients_authorization_never_reaches_the_backend(string inputs)
    {
        await using var front = await Front.StartAsync(f => f.Endpoint(f.Namespace(), inputs));

        Assert.Equal("""{"auth":"Bearer t1"}""", (await front.GetAsync(authorization: "Bearer stolen")).Body);
        var raw = await front.Gateway.SendRawAsync("GET /e HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer one\r\nauthorization: Bearer two\r\nConnection: close, Authorization\r\n\r\n");

        Assert.Contains("""{"auth":"Bearer t1"}""", raw, StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-123")]
    public async Task A_backend_that_redirects_does_not_send_the_token_to_another_host()
    {
        await using var elsewhere = await Upstream.StartAsync();
        elsewhere.Answer("/there", "{}");
        await using var front = await Front.StartAsync(prepare: f =>
        {
            f.Backend.On("/b", context =>
            {
                // The same machine under another port is another service.
                context.Response.Redirect($"{elsewhere.Host}/there");
                return Task.CompletedTask;
            });
        });

        Assert.Equal(HttpStatusCode.OK, (await front.GetAsync()).Status);

        Assert.Null(Assert.Single(elsewhere.Received).Header("Authorization"));
    }

    [Fact, Spec("AUT-123")]
    public async Task A_redirect_on_the_same_host_keeps_the_token()
    {
        await using var front = await Front.StartAsync(prepare: static f => f.Backend.On("/b", static context =>
        {
            context.Response.Redirect("/c");
            return Task.CompletedTask;
        }));

        Assert.Equal("""{"auth":"Bearer t1"}""", (await front.GetAsync()).Body);
    }
}
