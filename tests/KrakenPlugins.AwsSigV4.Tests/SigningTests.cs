using System.Net;
using System.Text;
using Gateway.Core;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace KrakenPlugins.AwsSigV4.Tests;

/// <summary>What a service sees of requests through the gateway.</summary>
public sealed class SigningTests
{
    [Theory]
    [InlineData("x-amz-security-token")]
    [InlineData("x-amz-server-side-encryption-customer-key")]
    [InlineData("x-amz-copy-source-server-side-encryption-customer-key")]
    public void The_trace_of_a_signature_shows_no_key(string header) =>
        Assert.Equal($"GET\n{header}:***\nhost:a", Signing.SigningTrace.Hide($"GET\n{header}:s3cret\nhost:a"));

    [Fact, Spec("AUT-144", "AUT-145", "SEC-104")]
    public async Task The_request_as_it_arrives_fits_its_signature()
    {
        await using var amazon = await Amazon.StartAsync(
            static _ => new(Amazon.Keys), endpoint: "\"endpoint\":\"/e/{id}\",\"input_query_strings\":[\"*\"],\"input_headers\":[\"*\"],", backend: "\"url_pattern\":\"/v1/{id}//x\",");

        Assert.Equal(HttpStatusCode.OK, await amazon.GetAsync("/e/a%20b%C3%A4?z=1&a=%2F&a=b+c", ("X-Own", "  a   b "), ("X-Own", "c"), ("Accept", "text/plain")));

        Assert.True(SignatureCheck.Fits(amazon.Last with { Target = amazon.Last.Target.Replace("//", "/", StringComparison.Ordinal) }, Amazon.Secret));
        Assert.StartsWith("/v1/a%20b%C3%A4//x?", amazon.Last.Target, StringComparison.Ordinal);
        Assert.DoesNotContain("+", amazon.Last.Target, StringComparison.Ordinal);
        Assert.Contains("/us-east-1/execute-api/aws4_request", amazon.Last.Header("Authorization"), StringComparison.Ordinal);
        Assert.Null(amazon.Last.Header("X-Amz-Content-Sha256"));
        Assert.DoesNotContain(Amazon.Secret, amazon.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-144", "AUT-124")]
    public async Task Changes_of_components_and_bodies_are_signed()
    {
        var plugins = new PluginRegistry();
        plugins.Client("modifier/martian", ClientStages.Martian, static (_, _, _) => new Change());
        await using var amazon = await Amazon.StartAsync(
            static _ => new(Amazon.Keys) { ["AWS_SESSION_TOKEN"] = "the-session" }, """{"service":"dynamodb","region":"eu-west-1"}""", "\"endpoint\":\"/e\",\"method\":\"POST\",", plugins: plugins,
            more: "\"modifier/martian\":{},");

        using var response = await amazon.Gateway.Client.PostAsync("/e", new StringContent("""{"a":"ä"}"""));

        Assert.Equal(("DynamoDB_20120810.GetItem", "the-session", "changed"), (amazon.Last.Header("X-Amz-Target"), amazon.Last.Header("X-Amz-Security-Token"), amazon.Last.Body));
        Assert.Contains("x-amz-date;x-amz-security-token;x-amz-target", amazon.Last.Header("Authorization"), StringComparison.Ordinal);
        Assert.True(SignatureCheck.Fits(amazon.Last, Amazon.Secret));
    }

    [Fact, Spec("AUT-144", "AUT-288")]
    public async Task A_streamed_upload_is_read_and_signed_within_the_limit()
    {
        await using var amazon = await Amazon.StartAsync(
            static _ => new(Amazon.Keys), """{"service":"s3","region":"us-east-1"}""", "\"endpoint\":\"/e\",\"method\":\"PUT\",\"output_encoding\":\"no-op\",", "\"url_pattern\":\"/b\",\"encoding\":\"no-op\",",
            limits: new Limits { BufferedRequestBody = 200_000 });
        var body = new string('x', 150_000);

        using var fits = await amazon.Gateway.Client.PutAsync("/e", new StringContent(body));
        Assert.Equal((HttpStatusCode.OK, body), (fits.StatusCode, amazon.Last.Body));
        Assert.True(SignatureCheck.Fits(amazon.Last, Amazon.Secret));
        Assert.Equal(64, amazon.Last.Header("X-Amz-Content-Sha256")!.Length);
        using var tooLarge = await amazon.Gateway.Client.PutAsync("/e", new StringContent(new string('x', 300_000)));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
        Assert.Single(amazon.Service.Received);
    }

    [Fact, Spec("AUT-288")]
    public async Task An_upload_to_s3_over_tls_goes_out_unread()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(new TestCertificate());
        await using var s3 = new RawUpstream(
            static async connection =>
            {
                while (await connection.ReadRequestAsync() is not null)
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
            },
            certificate);
        await using var amazon = await Amazon.StartAsync(
            static _ => new(Amazon.Keys), """{"service":"s3","region":"us-east-1"}""", "\"endpoint\":\"/e\",\"method\":\"PUT\",\"output_encoding\":\"no-op\",",
            $"\"host\":[\"{s3.Url}\"],\"url_pattern\":\"/b\",\"encoding\":\"no-op\",", root: "\"client_tls\":{\"allow_insecure_connections\":true},",
            limits: new Limits { BufferedRequestBody = 1000 });

        using var response = await amazon.Gateway.Client.PutAsync("/e", new StringContent(new string('x', 100_000)));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("X-Amz-Content-Sha256: UNSIGNED-PAYLOAD", Assert.Single(s3.Requests), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"input_headers\":[\"*\"],", false)]
    [InlineData("\"input_headers\":[\"X-Amz-Target\",\"X-Amz-Date\",\"X-Amz-Security-Token\",\"X-Amz-Content-Sha256\",\"Authorization\"],", true)]
    [Spec("AUT-148", "AUT-289", "AUT-005")]
    public async Task A_client_cannot_have_its_own_headers_signed_unless_they_are_listed(string inputs, bool isListed)
    {
        await using var amazon = await Amazon.StartAsync(static _ => new(Amazon.Keys), """{"service":"s3","region":"us-east-1"}""", $"\"endpoint\":\"/e\",{inputs}");

        await amazon.GetAsync("/e", ("X-Amz-Target", "t"), ("x-amz-acl", "public-read"), ("X-Amz-Date", "x"), ("X-Amz-Security-Token", "x"), ("X-Amz-Content-Sha256", "x"), ("Authorization", "client"), ("Connection", "X-Amz-Date"));

        Assert.True(SignatureCheck.Fits(amazon.Last, Amazon.Secret));
        Assert.Equal(isListed ? "t" : null, amazon.Last.Header("X-Amz-Target"));
        Assert.Null(amazon.Last.Header("X-Amz-Acl"));
        Assert.Null(amazon.Last.Header("X-Amz-Security-Token"));
        Assert.Matches("^[0-9]{8}T[0-9]{6}Z$", amazon.Last.Header("X-Amz-Date"));
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/", amazon.Last.Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-148")]
    public async Task Redirects_are_not_followed_with_the_signature()
    {
        await using var elsewhere = await Upstream.StartAsync();
        await using var amazon = await Amazon.StartAsync(
            static _ => new(Amazon.Keys), endpoint: "\"endpoint\":\"/e\",\"output_encoding\":\"no-op\",", backend: "\"url_pattern\":\"/b\",\"encoding\":\"no-op\",",
            prepare: a => a.Service.On("/b", context =>
            {
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = $"{elsewhere.Host}/there";
                return Task.CompletedTask;
            }));

        Assert.Equal(HttpStatusCode.TemporaryRedirect, await amazon.GetAsync());

        Assert.Empty(elsewhere.Received);
    }

    [Fact, Spec("AUT-144", "AUT-124")]
    public async Task Each_copy_of_a_call_is_signed()
    {
        await using var amazon = await Amazon.StartAsync(static _ => new(Amazon.Keys), endpoint: "\"endpoint\":\"/e\",\"concurrent_calls\":3,");

        await amazon.GetAsync();

        Assert.All(amazon.Service.Received, static r => Assert.True(SignatureCheck.Fits(r, Amazon.Secret)));
    }

    [Fact, Spec("AUT-148")]
    public async Task Debug_logs_the_steps_without_secrets()
    {
        await using var amazon = await Amazon.StartAsync(
            static _ => new(Amazon.Keys) { ["AWS_SESSION_TOKEN"] = "the-session" }, """{"service":"execute-api","region":"us-east-1","debug":true}""");

        await amazon.GetAsync();

        await amazon.Gateway.WaitForLogAsync("string to sign:");
        Assert.Contains("x-amz-security-token:***", amazon.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("the-session", amazon.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(Amazon.Secret, amazon.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-290")]
    public async Task A_signature_and_a_token_at_one_backend_do_not_load()
    {
        var plugins = new PluginRegistry();
        plugins.Client("auth/ntlm", ClientStages.Credentials, static (_, _, _) => new Change());
        await using var amazon = await Amazon.StartAsync(static _ => new(Amazon.Keys), plugins: plugins, more: "\"auth/ntlm\":{},");

        Assert.Equal(HttpStatusCode.InternalServerError, await amazon.GetAsync());

        Assert.Contains(amazon.Gateway.Diagnostics.All, static d => d.Message.Contains("\"auth/ntlm\" and \"auth/aws-sigv4\" cannot stand at one backend", StringComparison.Ordinal));
    }

    private sealed class Change : IClientMiddleware
    {
        public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
        {
            request.Headers.Set("X-Amz-Target", "DynamoDB_20120810.GetItem");
            request.Body = RequestBody.Of(Encoding.UTF8.GetBytes("changed"));
            return next(request, cancellationToken);
        }
    }
}
