using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.ClientCredentials.Tests;

/// <summary>The component among others, and its configuration.</summary>
public sealed class InterplayTests
{
    [Fact, Spec("AUT-124", "AUT-286")]
    public async Task A_backend_that_answers_401_gets_a_new_token_the_next_time()
    {
        await using var front = await Front.StartAsync(
            static f => f.Endpoint(f.Namespace(), "\"output_encoding\":\"no-op\",", "\"encoding\":\"no-op\","),
            static f => f.Backend.On("/b", static context => Front.Json(context, $"\"{context.Request.Headers.Authorization}\"", context.Request.Headers.Authorization == "Bearer t1" ? 401 : 200)));

        Assert.Equal((HttpStatusCode.Unauthorized, "\"Bearer t1\""), await front.GetAsync());
        Assert.Equal((HttpStatusCode.Unauthorized, "\"Bearer t1\""), await front.GetAsync());
        Assert.Single(front.TokenRequests);
        front.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(HttpStatusCode.Unauthorized, (await front.GetAsync()).Status);

        Assert.Equal((HttpStatusCode.OK, "\"Bearer t2\""), await front.GetAsync());
        Assert.Equal(2, front.TokenRequests.Count);
    }

    [Fact, Spec("AUT-124")]
    public async Task A_streamed_upload_reaches_a_no_op_backend_with_the_token()
    {
        await using var front = await Front.StartAsync(static f => f.Endpoint(f.Namespace(), "\"method\":\"POST\",\"output_encoding\":\"no-op\",", "\"encoding\":\"no-op\","));
        var body = new string('x', 300_000);

        using var response = await front.Gateway.Client.PostAsync("/e", new StringContent(body));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(("Bearer t1", body), (front.Backend.Received[^1].Header("Authorization"), front.Backend.Received[^1].Body));
    }

    [Fact, Spec("AUT-124", "AUT-001")]
    public async Task In_a_sequence_each_backend_has_its_own_credentials()
    {
        await using var front = await Front.StartAsync(static f => $$$"""
            {"endpoint":"/e","input_headers":["Authorization"],"extra_config":{"proxy":{"sequential":true}},"backend":[
              {"url_pattern":"/first","group":"a","extra_config":{"auth/client-credentials":{{{f.Namespace()}}}}},
              {"url_pattern":"/second","group":"b"},
              {"url_pattern":"/third","group":"c","extra_config":{"auth/client-credentials":{{{f.Namespace()}}}}}]}
            """);

        await front.GetAsync(authorization: "Bearer client");

        Assert.Equal(["Bearer t1", "Bearer client", "Bearer t2"], front.Backend.Received.Select(static r => r.Header("Authorization")));
    }

    [Fact, Spec("AUT-124", "AUT-155")]
    public async Task What_another_client_component_sets_is_overwritten_and_its_other_headers_stay()
    {
        var plugins = new PluginRegistry();
        plugins.Client("modifier/martian", ClientStages.Martian, static (_, _, _) => new Setter());
        await using var front = await Front.StartAsync(static f => f.Endpoint(f.Namespace(), more: "\"modifier/martian\":{},"), plugins: plugins);

        Assert.Equal("""{"auth":"Bearer t1"}""", (await front.GetAsync()).Body);

        Assert.Equal("application/json", front.Backend.Received[^1].Header("Accept"));
    }

    [Fact, Spec("AUT-118")]
    public async Task A_token_that_cannot_be_had_counts_as_a_failure_of_the_backend()
    {
        GatewayError? seen = null;
        var plugins = new PluginRegistry();
        plugins.Backend("qos/circuit-breaker", BackendStages.CircuitBreaker, (_, _, _) => new Watcher(error => seen = error));
        await using var front = await Front.StartAsync(
            static f => f.Endpoint(f.Namespace(), more: "\"qos/circuit-breaker\":{},"), static f => f.Provider.On("/token", static context => Front.Json(context, "{}", 503)), plugins: plugins);

        await front.GetAsync();

        Assert.Equal((GatewayErrorKind.Status, 500), (seen!.Kind, seen.StatusCode));
    }

    [Fact, Spec("AUT-290")]
    public async Task Two_methods_of_authentication_at_one_backend_do_not_load()
    {
        var plugins = new PluginRegistry();
        plugins.Client("auth/gcp", ClientStages.Credentials, static (_, _, _) => new Setter());
        await using var front = await Front.StartAsync(static f => f.Endpoint(f.Namespace(), more: "\"auth/gcp\":{},"), plugins: plugins);

        Assert.Equal(HttpStatusCode.InternalServerError, (await front.GetAsync()).Status);

        Assert.Contains(front.Gateway.Diagnostics.All, static d => d.Message.Contains("\"auth/gcp\" and \"auth/client-credentials\" cannot stand at one backend", StringComparison.Ordinal));
        Assert.Empty(front.Backend.Received);
    }

    [Fact, Spec("AUT-290")]
    public async Task With_a_client_of_its_own_the_backend_is_not_authenticated_and_the_load_says_so()
    {
        var plugins = new PluginRegistry();
        plugins.HttpClient("own", static (_, _, _) => new Setter());
        await using var front = await Front.StartAsync(static f => f.Endpoint(f.Namespace(), more: "\"plugin/http-client\":{\"name\":\"own\"},"), plugins: plugins);

        await front.GetAsync();

        Assert.Contains(front.Gateway.Diagnostics.All, static d => d.Message.Contains("\"auth/client-credentials\" has no effect", StringComparison.Ordinal));
        Assert.Empty(front.TokenRequests);
    }

    [Fact, Spec("AUT-122")]
    public async Task The_proxy_of_the_environment_is_used_for_token_requests()
    {
        await using var proxy = await Upstream.StartAsync();
        proxy.OnAny(static context => Front.Json(context, """{"access_token":"through-proxy"}"""));
        await using var front = await Front.StartAsync(
            static f => f.Endpoint("""{"client_id":"a","client_secret":"b","token_url":"http://idp.test/token"}"""),
            environment: new Dictionary<string, string> { ["HTTP_PROXY"] = proxy.Host });

        Assert.Equal("""{"auth":"Bearer through-proxy"}""", (await front.GetAsync()).Body);

        Assert.Equal("http://idp.test/token", Assert.Single(proxy.Received).Target);
    }

    [Theory]
    [InlineData("SEC-037 trusted", true)]
    [InlineData("not trusted", false)]
    [Spec("AUT-122", "SEC-037")]
    public async Task The_tls_of_the_service_towards_backends_holds_for_token_requests(string _, bool isTrusted)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(new TestCertificate());
        await using var provider = new RawUpstream(
            static async connection =>
            {
                while (await connection.ReadRequestAsync() is not null)
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 24\r\n\r\n{\"access_token\":\"t-tls\"}");
            },
            certificate);
        var root = isTrusted ? "\"client_tls\":{\"allow_insecure_connections\":true}," : "";
        await using var front = await Front.StartAsync(f => f.Endpoint($$"""{"client_id":"a","client_secret":"b","token_url":"{{provider.Url}}/token"}"""), root: root);

        var (status, body) = await front.GetAsync();

        Assert.Equal(isTrusted ? (HttpStatusCode.OK, """{"auth":"Bearer t-tls"}""") : (HttpStatusCode.InternalServerError, ""), (status, body));
    }

    [Theory]
    [InlineData("""{"client_id":"a","client_secret":"b","token_url":"idp.example.com"}""", "this is no URL of a token endpoint")]
    [InlineData("""{"client_id":"a","client_secret":"b","token_url":"ftp://idp"}""", "this is no URL of a token endpoint")]
    [InlineData("""{"client_id":"a","client_secret":"b","token_url":"https://idp","scopes":"x","endpoint_params":{"scope":["y"]}}""", "\"scope\" stands here and in \"scopes\"")]
    [InlineData("""{"client_id":"a","client_secret":"b"}""", "\"token_url\" is required")]
    [Spec("AUT-117")]
    public async Task What_cannot_work_is_an_error_of_the_load(string ns, string problem)
    {
        await using var front = await Front.StartAsync(f => f.Endpoint(ns));

        Assert.Contains(front.Gateway.Diagnostics.All, d => d.Message.Contains(problem, StringComparison.Ordinal) && d.Position.Line > 0);
        Assert.Equal(HttpStatusCode.InternalServerError, (await front.GetAsync()).Status);
        Assert.Empty(front.Backend.Received);
    }

    [Fact]
    public async Task A_disabled_block_does_nothing()
    {
        await using var front = await Front.StartAsync(static f => f.Endpoint(f.Namespace(""","is_disabled":true""")));

        Assert.Equal("""{"auth":""}""", (await front.GetAsync()).Body);
    }

    [Theory]
    [InlineData("""{"client_id":"a","client_secret":"b","token_url":"https://idp/token"}""", true)]
    [InlineData("""{"@c":1,"client_id":"a","client_secret":"b","token_url":"https://idp/token","scopes":"x","endpoint_params":{"audience":["y"]}}""", true)]
    [InlineData("""{"client_id":"a","client_secret":"b","token_url":"https://idp/token","scopes":"x","endpoint_params":{"scope":["y"]}}""", false)]
    [InlineData("""{"client_id":"a","client_secret":"b","token_url":"idp"}""", false)]
    [InlineData("""{"client_id":"a","token_url":"https://idp/token"}""", false)]
    [InlineData("""{"client_id":"a","client_secret":"b","token_url":"https://idp/token","scope":"x"}""", false)]
    [InlineData("""{"client_id":"a","client_secret":"b","token_url":"https://idp/token","endpoint_params":{"a":"x"}}""", false)]
    [Spec("AUT-117")]
    public void The_schema_accepts_what_can_be_used(string json, bool isValid)
    {
        var schema = Schema.Compile(JsonDocument.Parse(File.ReadAllText(PluginFolder.File("client-credentials.schema.json"))).RootElement);

        Assert.Equal(isValid, schema.IsValid(JsonDocument.Parse(json).RootElement));
    }

    [Fact]
    public async Task The_plugin_as_laid_out_serves_the_example_of_its_readme()
    {
        var example = Regex.Match(File.ReadAllText(PluginFolder.File("README.md")), "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

        await using var gateway = await TestGateway.StartAsync(example, "http://127.0.0.1:1", new() { PluginFolders = [PluginFolder.Path] });

        Assert.DoesNotContain(gateway.Diagnostics.All, static d => d.Severity == Sdk.Configuration.ConfigSeverity.Error);
    }

    private sealed class Setter : IClientMiddleware
    {
        public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
        {
            request.Headers.Set("Authorization", "other");
            request.Headers.Set("Accept", "application/json");
            return next(request, cancellationToken);
        }
    }

    private sealed class Watcher(Action<GatewayError?> see) : IProxyMiddleware
    {
        public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            var result = await next(request, cancellationToken);
            see(result.Error);
            return result;
        }
    }
}
