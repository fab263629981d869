using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.Gcp.Tests;

public sealed class GcpTests
{
    [Fact, Spec("AUT-138", "AUT-139", "AUT-141")]
    public async Task A_service_account_asserts_itself_and_its_token_is_used_until_shortly_before_its_end()
    {
        await using var google = await Google.StartAsync(
            static g => $$$"""{"audience":"https://svc.a.run.app","credentials_json":{{{g.KeyJson}}},"custom_claims":{"tenant":"x","n":[1,true,null,{"a":1.50}]}}""");
        Assert.Empty(google.TokenRequests);

        var first = (await google.GetAsync()).Headers!["Authorization"];
        Assert.Equal(first, (await google.GetAsync("Bearer client")).Headers!["Authorization"]);
        google.Time.Advance(TimeSpan.FromMinutes(57));
        Assert.Equal(first, (await google.GetAsync()).Headers!["Authorization"]);
        google.Time.Advance(TimeSpan.FromMinutes(3));
        var second = (await google.GetAsync()).Headers!["Authorization"];

        Assert.Equal(("s1", "s2"), (first.Split('.')[2], second.Split('.')[2]));
        var claims = google.Assertions[0];
        Assert.Equal("gw@p.iam.gserviceaccount.com", claims.GetProperty("iss").GetString());
        Assert.Equal($"{google.Server.Host}/token", claims.GetProperty("aud").GetString());
        Assert.Equal("https://svc.a.run.app", claims.GetProperty("target_audience").GetString());
        Assert.Equal(3600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.Equal("""["x",[1,true,null,{"a":1.50}]]""", $"[{claims.GetProperty("tenant").GetRawText()},{claims.GetProperty("n").GetRawText()}]");
    }

    [Fact, Spec("AUT-138")]
    public async Task A_token_is_renewed_beside_its_use_in_its_last_two_minutes()
    {
        await using var google = await Google.StartAsync(static g => $$$"""{"audience":"a","credentials_json":{{{g.KeyJson}}}}""");
        var first = (await google.GetAsync()).Headers!["Authorization"];

        google.Time.Advance(TimeSpan.FromSeconds(3500));
        Assert.Equal(first, (await google.GetAsync()).Headers!["Authorization"]);

        await Wait.UntilAsync(() => google.Assertions.Count == 2, () => "no second assertion");
    }

    [Fact, Spec("AUT-139")]
    public async Task Credentials_come_from_the_file_then_the_environment_then_the_metadata_server()
    {
        var folder = Directory.CreateTempSubdirectory("gcp-").FullName;
        var file = Path.Combine(folder, "key.json");
        await using (var google = await Google.StartAsync(
            g =>
            {
                File.WriteAllText(file, g.KeyJson);
                return $$"""{"audience":"a","credentials_file":"{{file}}"}""";
            },
            new Dictionary<string, string> { ["GOOGLE_APPLICATION_CREDENTIALS"] = "/does/not/exist" }))
        {
            Assert.Equal(HttpStatusCode.OK, (await google.GetAsync()).Status);
            Assert.Single(google.TokenRequests);
        }
        var environment = new Dictionary<string, string> { ["GOOGLE_APPLICATION_CREDENTIALS"] = file };
        await using (var google = await Google.StartAsync(
            g =>
            {
                File.WriteAllText(file, g.KeyJson);
                return """{"audience":"a"}""";
            },
            environment))
        {
            Assert.Equal(HttpStatusCode.OK, (await google.GetAsync()).Status);
            Assert.Single(google.TokenRequests);
        }
        await using (var google = await Google.StartAsync(static _ => """{"audience":"https://a/b?c=d"}"""))
        {
            Assert.Equal("s1", (await google.GetAsync()).Headers!["Authorization"].Split('.')[2]);
            Assert.Equal("/computeMetadata/v1/instance/service-accounts/default/identity?audience=https%3A%2F%2Fa%2Fb%3Fc%3Dd&format=full", Assert.Single(google.Server.Received).Target);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact, Spec("AUT-140")]
    public async Task With_a_header_of_its_own_the_token_leaves_the_clients_authorization_alone()
    {
        await using var google = await Google.StartAsync(
            static _ => """{"audience":"a","s2s_auth_header":"x-serverless-authorization"}""", endpoint: "\"input_headers\":[\"Authorization\",\"X-Serverless-Authorization\"],");

        var headers = (await google.GetAsync("Bearer client")).Headers!;

        Assert.Equal("Bearer client", headers["Authorization"]);
        Assert.EndsWith(".s1", headers["X-Serverless-Authorization"], StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-140", "AUT-123")]
    public async Task A_redirect_to_another_host_does_not_take_the_own_header_along()
    {
        await using var elsewhere = await Upstream.StartAsync();
        elsewhere.Answer("/there", "{}");
        await using var google = await Google.StartAsync(
            static _ => """{"audience":"a","s2s_auth_header":"X-Serverless-Authorization"}""",
            prepare: g => g.Backend.On("/b", context =>
            {
                context.Response.Redirect($"{elsewhere.Host}/there");
                return Task.CompletedTask;
            }));

        await google.GetAsync();

        Assert.Null(Assert.Single(elsewhere.Received).Header("X-Serverless-Authorization"));
    }

    [Fact, Spec("AUT-142")]
    public async Task An_assertion_that_google_sends_back_is_not_logged()
    {
        var assertion = "";
        await using var google = await Google.StartAsync(static g => $$"""{"audience":"a","credentials_json":{{g.KeyJson}}}""", prepare: g => g.Server.On("/token", async context =>
        {
            assertion = (await context.Request.ReadFormAsync())["assertion"].ToString();
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync($$"""{"error":"invalid_grant","error_description":"unusable: {{assertion}}"}""");
        }));

        await google.GetAsync();

        await google.Gateway.WaitForLogAsync("unusable: ***");
        Assert.NotEqual("", assertion);
        Assert.DoesNotContain(assertion[..200], google.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-141")]
    public async Task Custom_claims_without_a_key_are_a_warning()
    {
        await using var google = await Google.StartAsync(static _ => """{"audience":"a","custom_claims":{"x":1}}""");

        Assert.Contains(google.Gateway.Diagnostics.All, static d => d.Severity == Sdk.Configuration.ConfigSeverity.Warning && d.Message.Contains("have no effect with credentials of the metadata server", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await google.GetAsync()).Status);
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_grant","error_description":"account not found"}""", "invalid_grant (account not found)")]
    [InlineData(200, """{"access_token":"x"}""", "without \"id_token\"")]
    [InlineData(200, """{"id_token":"a.b.c\r\nX: 1"}""", "holds no ID token")]
    [InlineData(200, """{"id_token":"no-jwt"}""", "holds no ID token")]
    [InlineData(200, "<html>", "without \"id_token\"")]
    [InlineData(302, "", "answers 302")]
    [Spec("AUT-142")]
    public async Task A_refusal_of_google_fails_the_call_with_an_error_in_the_log(int status, string answer, string logged)
    {
        await using var google = await Google.StartAsync(static g => $$$"""{"audience":"a","credentials_json":{{{g.KeyJson}}}}""", prepare: g => g.Server.On("/token", context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(answer);
        }));

        Assert.Equal(HttpStatusCode.InternalServerError, (await google.GetAsync()).Status);

        await google.Gateway.WaitForLogAsync(logged);
        Assert.Contains(" ERROR: ", google.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("assertion", google.Gateway.Log, StringComparison.Ordinal);
        Assert.Empty(google.Backend.Received);
    }

    [Fact, Spec("AUT-142")]
    public async Task Without_credentials_the_gateway_starts_and_calls_fail()
    {
        await using var google = await Google.StartAsync(static _ => """{"audience":"a"}""", new Dictionary<string, string> { ["GCE_METADATA_HOST"] = "127.0.0.1:1" });
        Assert.Equal(HttpStatusCode.InternalServerError, (await google.GetAsync()).Status);
        await google.Gateway.WaitForLogAsync("the metadata server 127.0.0.1:1 cannot be asked");

        await using var named = await Google.StartAsync(static _ => """{"audience":"a"}""", new Dictionary<string, string> { ["GOOGLE_APPLICATION_CREDENTIALS"] = "/does/not/exist" });
        Assert.Equal(HttpStatusCode.InternalServerError, (await named.GetAsync()).Status);
        await named.Gateway.WaitForLogAsync("GOOGLE_APPLICATION_CREDENTIALS: \"/does/not/exist\" cannot be read");
    }

    [Fact, Spec("AUT-287")]
    public async Task Whoever_answers_at_the_metadata_servers_address_must_say_that_it_is_one()
    {
        await using var google = await Google.StartAsync(static _ => """{"audience":"a"}""", prepare: static g => g.Server.On(
            "/computeMetadata/v1/instance/service-accounts/default/identity", context => context.Response.WriteAsync(g.Token(1))));

        Assert.Equal(HttpStatusCode.InternalServerError, (await google.GetAsync()).Status);

        await google.Gateway.WaitForLogAsync("is no metadata server");
    }

    [Theory]
    [InlineData("""{"audience":""}""", "this is empty")]
    [InlineData("""{"audience":"a","credentials_file":"/x","credentials_json":{}}""", "exclude each other")]
    [InlineData("""{"audience":"a","credentials_file":"/does/not/exist"}""", "cannot be read")]
    [InlineData("""{"audience":"a","credentials_json":{"type":"authorized_user"}}""", "cannot make ID tokens")]
    [InlineData("""{"audience":"a","credentials_json":{"type":"service_account","client_email":"a","private_key":"s3cr3t"}}""", "is no private RSA key")]
    [InlineData("""{"audience":"a","custom_claims":{"aud":"x"}}""", "\"aud\" is set by the gateway")]
    [InlineData("""{"audience":"a","s2s_auth_header":"a b"}""", "is no name of a header")]
    [Spec("AUT-139", "AUT-142")]
    public async Task What_cannot_work_is_an_error_of_the_load(string ns, string problem)
    {
        await using var google = await Google.StartAsync(_ => ns);

        Assert.Contains(google.Gateway.Diagnostics.All, d => d.Message.Contains(problem, StringComparison.Ordinal) && d.Position.Line > 0);
        Assert.DoesNotContain("s3cr3t", google.Gateway.Log, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InternalServerError, (await google.GetAsync()).Status);
    }

    [Fact, Spec("AUT-143")]
    public async Task A_local_port_of_the_gateways_machine_can_be_a_backend()
    {
        await using var metrics = await Upstream.StartAsync();
        metrics.Answer("/__stats", """{"ok":true}""");
        var port = metrics.Host.Split(':')[2];

        await using var gateway = await TestGateway.StartAsync(
            $$"""{"version":3,"endpoints":[{"endpoint":"/mymetrics","backend":[{"host":["localhost:{{port}}"],"url_pattern":"/__stats"}]}]}""");

        Assert.Equal("""{"ok":true}""", await gateway.Client.GetStringAsync("/mymetrics"));
    }

    [Theory]
    [InlineData("""{"audience":"a"}""", true)]
    [InlineData("""{"audience":"a","credentials_json":{"type":"service_account"},"custom_claims":{"x":1},"s2s_auth_header":"X-A"}""", true)]
    [InlineData("""{"audience":"a","credentials_json":{},"credentials_file":"x"}""", false)]
    [InlineData("""{"audience":"a","custom_claims":{"exp":1}}""", false)]
    [InlineData("""{"audience":"a","s2s_auth_header":"X A"}""", false)]
    [InlineData("""{}""", false)]
    [Spec("AUT-139")]
    public void The_schema_accepts_what_can_be_used(string json, bool isValid)
    {
        var schema = Schema.Compile(JsonDocument.Parse(File.ReadAllText(PluginFolder.File("gcp.schema.json"))).RootElement);

        Assert.Equal(isValid, schema.IsValid(JsonDocument.Parse(json).RootElement));
    }

    [Fact]
    public async Task The_plugin_as_laid_out_serves_the_example_of_its_readme()
    {
        var example = Regex.Match(File.ReadAllText(PluginFolder.File("README.md")), "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

        await using var gateway = await TestGateway.StartAsync(example, "http://127.0.0.1:1", new() { PluginFolders = [PluginFolder.Path] });

        Assert.DoesNotContain(gateway.Diagnostics.All, static d => d.Severity == Sdk.Configuration.ConfigSeverity.Error);
    }
}
