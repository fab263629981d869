using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Testing;
using KrakenPlugins.AwsSigV4.Credentials;
using Microsoft.AspNetCore.Http;
using Xunit;
using Schema = KrakenPlugins.JsonSchema.JsonSchema;

namespace KrakenPlugins.AwsSigV4.Tests;

/// <summary>Where credentials come from.</summary>
public sealed class CredentialTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("aws-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(null, "AKIDEFAULT", null)]
    [InlineData("other", "AKIOTHER", "tok")]
    [Spec("AUT-145")]
    public async Task Shared_files_have_profiles(string? profile, string id, string? token)
    {
        var home = Path.Combine(_folder, ".aws");
        Directory.CreateDirectory(home);
        await File.WriteAllTextAsync(Path.Combine(home, "credentials"), $"# note\n[default]\naws_access_key_id = AKIDEFAULT\naws_secret_access_key={Amazon.Secret} # mine\n");
        await File.WriteAllTextAsync(Path.Combine(home, "config"), $"[default]\nregion=x\ns3 =\n  aws_access_key_id = WRONG\n[profile other]\nAWS_ACCESS_KEY_ID=AKIOTHER\naws_secret_access_key={Amazon.Secret}\naws_session_token = tok\n");
        await using var amazon = await Amazon.StartAsync(_ => profile is null ? new() { ["HOME"] = _folder } : new() { ["HOME"] = _folder, ["AWS_PROFILE"] = profile });

        Assert.Equal(HttpStatusCode.OK, await amazon.GetAsync());

        Assert.StartsWith($"{id}/", SignatureCheck.Part(amazon.Last.Header("Authorization")!, "Credential="), StringComparison.Ordinal);
        Assert.Equal(token, amazon.Last.Header("X-Amz-Security-Token"));
        Assert.True(SignatureCheck.Fits(amazon.Last, Amazon.Secret));
    }

    [Theory, Spec("AUT-145")]
    [InlineData("AWS_SHARED_CREDENTIALS_FILE")]
    [InlineData("AWS_CONFIG_FILE")]
    public async Task A_shared_file_that_cannot_be_read_makes_the_gateway_nobody_else(string variable)
    {
        var file = Path.Combine(_folder, "shared");
        await File.WriteAllTextAsync(file, $"[default]\naws_access_key_id=AKIFILE\naws_secret_access_key={Amazon.Secret}\n" + new string('#', 1 << 20));
        await using var amazon = await Amazon.StartAsync(
            a => new() { [variable] = file, ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = $"{a.Server.Host}/container" },
            prepare: static a => a.Server.On("/container", context => context.Response.WriteAsync(Amazon.Document("ASIACONTAINER", DateTimeOffset.UtcNow.AddHours(1)))));

        Assert.Equal(HttpStatusCode.InternalServerError, await amazon.GetAsync());

        Assert.Empty(amazon.Service.Received);
        Assert.Empty(amazon.Server.Received);
        await amazon.Gateway.WaitForLogAsync("is larger than 1024 KiB");
    }

    [Fact, Spec("AUT-291")]
    public async Task A_key_that_is_rotated_in_a_file_is_taken_up()
    {
        var file = Path.Combine(_folder, "credentials");
        await File.WriteAllTextAsync(file, $"[default]\naws_access_key_id=AKIOLD\naws_secret_access_key={Amazon.Secret}\n");
        await using var amazon = await Amazon.StartAsync(_ => new() { ["AWS_SHARED_CREDENTIALS_FILE"] = file });
        await amazon.GetAsync();

        await File.WriteAllTextAsync(file, $"[default]\naws_access_key_id=AKINEW\naws_secret_access_key={Amazon.Secret}\n");
        await amazon.GetAsync();
        Assert.Contains("Credential=AKIOLD/", amazon.Last.Header("Authorization"), StringComparison.Ordinal);
        amazon.Time.Advance(TimeSpan.FromMinutes(15));
        await amazon.GetAsync();

        Assert.Contains("Credential=AKINEW/", amazon.Last.Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-291", "AUT-145", "AUT-146")]
    public async Task A_profile_with_a_role_assumes_it_with_its_source()
    {
        var file = Path.Combine(_folder, "config");
        await File.WriteAllTextAsync(file, $"[profile app]\nrole_arn = arn:aws:iam::1:role/app\nsource_profile = base\nexternal_id = e1\n[profile base]\naws_access_key_id=AKIDEXAMPLE\naws_secret_access_key={Amazon.Secret}\n");
        await using var amazon = await Amazon.StartAsync(
            a => new() { ["AWS_CONFIG_FILE"] = file, ["AWS_PROFILE"] = "app", ["AWS_ENDPOINT_URL_STS"] = $"{a.Server.Host}/sts" }, prepare: static a => AnswerSts(a, "ASIAPROFILE"));

        Assert.Equal(HttpStatusCode.OK, await amazon.GetAsync());

        Assert.Contains("ExternalId=e1", Assert.Single(amazon.Server.Received).Body, StringComparison.Ordinal);
        Assert.Contains("ASIAPROFILE", amazon.Last.Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-146")]
    public async Task A_role_is_assumed_at_the_security_token_service_of_its_region_and_kept_until_shortly_before_its_end()
    {
        await using var amazon = await Amazon.StartAsync(
            static a => new(Amazon.Keys) { ["AWS_ENDPOINT_URL_STS"] = $"{a.Server.Host}/sts" },
            """{"service":"execute-api","region":"us-east-1","assume_role_arn":"arn:aws:iam::1:role/gw","sts_region":"eu-west-3"}""", prepare: static a => AnswerSts(a, "ASIAROLE"));

        await amazon.GetAsync();
        await amazon.GetAsync();

        var request = Assert.Single(amazon.Server.Received);
        Assert.Equal("Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fgw&RoleSessionName=gateway&DurationSeconds=3600", request.Body);
        Assert.Contains("/eu-west-3/sts/aws4_request", request.Header("Authorization"), StringComparison.Ordinal);
        Assert.True(SignatureCheck.Fits(request, Amazon.Secret));
        Assert.Contains("Credential=ASIAROLE/", amazon.Last.Header("Authorization"), StringComparison.Ordinal);
        Assert.Equal("tok/en==", amazon.Last.Header("X-Amz-Security-Token"));
        amazon.Time.Advance(TimeSpan.FromMinutes(60));
        await amazon.GetAsync();
        Assert.Equal(2, amazon.Server.Received.Count);
    }

    [Fact, Spec("AUT-291", "AUT-145")]
    public async Task A_kubernetes_service_account_is_a_web_identity()
    {
        var token = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(token, "web-token\n");
        await using var amazon = await Amazon.StartAsync(
            a => new() { ["AWS_WEB_IDENTITY_TOKEN_FILE"] = token, ["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/pod", ["AWS_ENDPOINT_URL"] = $"{a.Server.Host}/sts" }, prepare: static a => AnswerSts(a, "ASIAPOD"));

        await amazon.GetAsync();

        var request = Assert.Single(amazon.Server.Received);
        Assert.Contains("Action=AssumeRoleWithWebIdentity", request.Body, StringComparison.Ordinal);
        Assert.Contains("WebIdentityToken=web-token", request.Body, StringComparison.Ordinal);
        Assert.Null(request.Header("Authorization"));
        Assert.Contains("Credential=ASIAPOD/", amazon.Last.Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-291", "AUT-145")]
    public async Task A_container_has_credentials_at_an_address_of_the_environment()
    {
        var token = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(token, "Bearer container\n");
        await using var amazon = await Amazon.StartAsync(
            a => new() { ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = $"{a.Server.Host}/creds?x=1", ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = token },
            prepare: static a => a.Server.On("/creds", context => context.Response.WriteAsync(Amazon.Document("ASIACONT", a.Time.GetUtcNow().AddHours(1)))));

        await amazon.GetAsync();

        Assert.Equal("Bearer container", Assert.Single(amazon.Server.Received).Header("Authorization"));
        Assert.Equal("session-ASIACONT", amazon.Last.Header("X-Amz-Security-Token"));
    }

    [Fact, Spec("AUT-291", "AUT-145", "SEC-104")]
    public async Task The_token_of_a_container_does_not_go_to_a_stranger()
    {
        await using var amazon = await Amazon.StartAsync(static _ => new() { ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://10.0.0.1/creds", ["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "t0ken" });

        Assert.Equal(HttpStatusCode.InternalServerError, await amazon.GetAsync());

        await amazon.Gateway.WaitForLogAsync("must be https, loopback or an address of ECS or EKS");
        Assert.DoesNotContain("t0ken", amazon.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-145")]
    public async Task An_instance_has_a_role_that_is_asked_for_with_a_session_and_renewed_beside_its_use()
    {
        var id = "ASIAONE";
        await using var amazon = await Amazon.StartAsync(Metadata, prepare: a => AnswerMetadata(a, () => Volatile.Read(ref id)));

        await amazon.GetAsync();
        await amazon.GetAsync();
        Assert.Equal(
            [("PUT", "/latest/api/token"), ("GET", "/latest/meta-data/iam/security-credentials/"), ("GET", "/latest/meta-data/iam/security-credentials/my%20role")],
            amazon.Server.Received.Select(static r => (r.Method, r.Target)));
        Volatile.Write(ref id, "ASIATWO");
        amazon.Time.Advance(TimeSpan.FromMinutes(56));
        await amazon.GetAsync();
        Assert.Contains("ASIAONE", amazon.Last.Header("Authorization"), StringComparison.Ordinal);

        await Wait.UntilAsync(() => amazon.Server.Received.Count == 6, () => "not renewed");
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!amazon.Last.Header("Authorization")!.Contains("ASIATWO", StringComparison.Ordinal))
        {
            deadline.Token.ThrowIfCancellationRequested();
            await amazon.GetAsync();
        }
    }

    [Fact, Spec("AUT-291", "AUT-145")]
    public async Task The_first_version_of_the_metadata_service_is_never_spoken()
    {
        await using var amazon = await Amazon.StartAsync(Metadata, prepare: static a => a.Server.On("/latest/api/token", static context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        }));

        Assert.Equal(HttpStatusCode.InternalServerError, await amazon.GetAsync());

        Assert.Equal("PUT", Assert.Single(amazon.Server.Received).Method);
    }

    [Fact, Spec("AUT-291", "AUT-145")]
    public async Task Backends_of_one_identity_share_its_credentials()
    {
        await using var amazon = await Amazon.StartAsync(
            Metadata, backend: "\"url_pattern\":\"/a\",\"extra_config\":{\"auth/aws-sigv4\":{\"service\":\"s3\",\"region\":\"us-east-1\"}}},{\"url_pattern\":\"/b\",",
            prepare: static a => AnswerMetadata(a, static () => "ASIASHARED"), ns: """{"service":"execute-api","region":"us-east-1"}""");

        Assert.Equal(HttpStatusCode.OK, await amazon.GetAsync());

        Assert.Equal(2, amazon.Service.Received.Count);
        Assert.Equal(3, amazon.Server.Received.Count);
    }

    [Theory]
    [InlineData(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no &#10; way</Message></Error></ErrorResponse>", "status 403, AccessDenied: no   way")]
    [InlineData(200, "<a>", "status 200")]
    [InlineData(200, "<!DOCTYPE a [<!ENTITY x \"y\">]><a><AccessKeyId>&x;</AccessKeyId></a>", "status 200")]
    [InlineData(200, "<r><AccessKeyId>a&#10;b</AccessKeyId><SecretAccessKey>c</SecretAccessKey></r>", "a key has characters that no header may have")]
    [InlineData(302, "", "status 302")]
    [Spec("AUT-147")]
    public async Task A_refusal_fails_the_call_with_an_error_and_the_gateway_keeps_running(int status, string answer, string logged)
    {
        await using var amazon = await Amazon.StartAsync(
            static a => new(Amazon.Keys) { ["AWS_ENDPOINT_URL_STS"] = $"{a.Server.Host}/sts" }, """{"service":"execute-api","region":"us-east-1","assume_role_arn":"arn:aws:iam::1:role/gw"}""",
            prepare: a => a.Server.On("/sts", context =>
            {
                context.Response.StatusCode = status;
                return context.Response.WriteAsync(answer);
            }));

        Assert.Equal(HttpStatusCode.InternalServerError, await amazon.GetAsync());
        await amazon.Gateway.WaitForLogAsync(logged);
        Assert.Contains(" ERROR: ", amazon.Gateway.Log, StringComparison.Ordinal);
        Assert.Empty(amazon.Service.Received);
        AnswerSts(amazon, "ASIALATER");

        Assert.Equal(HttpStatusCode.OK, await amazon.GetAsync());
    }

    [Theory]
    [InlineData(null, "neither environment, shared files nor container have any")]
    [InlineData("missing", "the profile \"missing\" is in neither of the shared files")]
    [Spec("AUT-147")]
    public async Task Without_credentials_calls_fail(string? profile, string logged)
    {
        await using var amazon = await Amazon.StartAsync(_ => profile is null ? [] : new() { ["AWS_PROFILE"] = profile });

        Assert.Equal(HttpStatusCode.InternalServerError, await amazon.GetAsync());

        await amazon.Gateway.WaitForLogAsync(logged);
    }

    [Fact]
    public async Task Profiles_that_lead_in_a_circle_end()
    {
        var file = Path.Combine(_folder, "config");
        await File.WriteAllTextAsync(file, "[profile a]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = b\n[profile b]\nrole_arn = arn:aws:iam::1:role/b\nsource_profile = a\n");
        await using var amazon = await Amazon.StartAsync(_ => new() { ["AWS_CONFIG_FILE"] = file, ["AWS_PROFILE"] = "a" });

        Assert.Equal(HttpStatusCode.InternalServerError, await amazon.GetAsync());

        await amazon.Gateway.WaitForLogAsync("do they lead in a circle?");
    }

    [Fact]
    public void Credentials_show_nothing_of_themselves() => Assert.Equal("AwsCredentials", new AwsCredentials("a", "b", "c").ToString());

    [Theory]
    [InlineData("""{"service":"s3","region":"eu-west-1"}""", true, "")]
    [InlineData("""{"service":"s3","region":"eu-west-1","assume_role_arn":"arn:aws:sts::1:assumed-role/x","sts_region":"us-west-1","debug":false}""", true, "")]
    [InlineData("""{"service":"","region":"eu-west-1"}""", false, "is no name of a service")]
    [InlineData("""{"service":"s3","region":"eu west"}""", false, "is no region")]
    [InlineData("""{"service":"s3","region":"eu-west-1","assume_role_arn":"role"}""", false, "is no role")]
    [InlineData("""{"service":"s3"}""", false, "\"region\" is required")]
    [Spec("AUT-144")]
    public async Task Schema_and_load_refuse_the_same(string ns, bool isValid, string problem)
    {
        var schema = Schema.Compile(JsonDocument.Parse(await File.ReadAllTextAsync(PluginFolder.File("aws-sigv4.schema.json"))).RootElement);
        await using var amazon = await Amazon.StartAsync(static _ => new(Amazon.Keys), ns);

        Assert.Equal(isValid, schema.IsValid(JsonDocument.Parse(ns).RootElement));
        Assert.Equal(!isValid, amazon.Gateway.Diagnostics.All.Any(d => d.Message.Contains(isValid ? "sigv4" : problem, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_plugin_as_laid_out_serves_the_example_of_its_readme()
    {
        var example = Regex.Match(await File.ReadAllTextAsync(PluginFolder.File("README.md")), "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;

        await using var gateway = await TestGateway.StartAsync(example, "http://127.0.0.1:1", new() { PluginFolders = [PluginFolder.Path] });

        Assert.DoesNotContain(gateway.Diagnostics.All, static d => d.Severity == Sdk.Configuration.ConfigSeverity.Error);
    }

    private static Dictionary<string, string> Metadata(Amazon amazon) => new() { ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = amazon.Server.Host, ["AWS_EC2_METADATA_DISABLED"] = "false" };

    private static void AnswerSts(Amazon amazon, string id) => amazon.Server.On("/sts", context => context.Response.WriteAsync($"""
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
          <AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{Amazon.Secret}</SecretAccessKey>
          <SessionToken> tok/en== </SessionToken><Expiration>{amazon.Time.GetUtcNow().AddHours(1):yyyy-MM-ddTHH:mm:ss.fffZ}</Expiration>
        </Credentials></AssumeRoleResult></AssumeRoleResponse>
        """));

    private static void AnswerMetadata(Amazon amazon, Func<string> id)
    {
        amazon.Server.On("/latest/api/token", static context => context.Response.WriteAsync(context.Request.Method == "PUT" && context.Request.Headers["X-aws-ec2-metadata-token-ttl-seconds"] == "21600" ? "imds-session" : ""));
        amazon.Server.On("/latest/meta-data/iam/security-credentials/", static context => context.Response.WriteAsync(HasSession(context) ? "my role\n" : ""));
        amazon.Server.On("/latest/meta-data/iam/security-credentials/my%20role", context => context.Response.WriteAsync(HasSession(context) ? Amazon.Document(id(), amazon.Time.GetUtcNow().AddHours(1)) : ""));
    }

    private static bool HasSession(HttpContext context) => context.Request.Headers["X-aws-ec2-metadata-token"] == "imds-session";
}
