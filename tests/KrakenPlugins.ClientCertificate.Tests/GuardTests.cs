using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.ClientCertificate.Tests;

public sealed class GuardTests
{
    [Fact, Spec("AUT-300", "AUT-302", "AUT-137")]
    public async Task A_verified_certificate_becomes_headers_that_the_input_headers_let_through()
    {
        var all = """{"headers":{"X-Subject":"subject","X-Name":"common_name","X-Issuer":"issuer","X-Serial":"serial","X-Print":"fingerprint","X-Dns":"dns_names","X-Uris":"uris","X-Mails":"emails","X-End":"not_after"}}""";
        await using var front = await Front.StartAsync($"{Front.Endpoint("/all", all)},{Front.Endpoint("/one", all, "\"input_headers\":[\"X-Name\"],")}");
        using var certificate = front.Issue("CN=client, OU=Unit, O=Example, C=ES", static names =>
        {
            names.AddDnsName("A.example.com");
            names.AddDnsName("b.example.com");
            names.AddUri(new Uri("spiffe://example.com/billing"));
            names.AddEmailAddress("ops@example.com");
        });

        Assert.Equal(200, await front.StatusAsync("/all", certificate));
        Assert.Equal(200, await front.StatusAsync("/one", certificate));

        var sent = front.Upstream.Received[0];
        Assert.Equal("CN=client,OU=Unit,O=Example,C=ES", sent.Header("X-Subject"));
        Assert.Equal(("client", "CN=Test Authority", "0102ab"), (sent.Header("X-Name"), sent.Header("X-Issuer"), sent.Header("X-Serial")));
        Assert.Equal(Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256)), sent.Header("X-Print"));
        Assert.Equal(("a.example.com,b.example.com", "spiffe://example.com/billing", "ops@example.com"), (sent.Header("X-Dns"), sent.Header("X-Uris"), sent.Header("X-Mails")));
        Assert.EndsWith("Z", sent.Header("X-End"), StringComparison.Ordinal);
        Assert.Equal(("client", null), (front.Upstream.Received[1].Header("X-Name"), front.Upstream.Received[1].Header("X-Subject")));
    }

    [Fact, Spec("AUT-301")]
    public async Task Without_mutual_tls_nobody_has_an_identity_and_nobody_is_served()
    {
        await using var front = await Front.StartAsync($"{Front.Endpoint("/a", "{}")},{Front.Endpoint("/free", null)}", isMutual: false);

        using var response = await front.GetAsync("/a", null, "X-Name: admin");

        Assert.Equal((401, "", false), ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Contains("X-Krakend-Completed")));
        Assert.Null(response.Content.Headers.ContentType);
        Assert.Equal(200, await front.StatusAsync("/free", null));
        Assert.Single(front.Upstream.Received);
    }

    public static TheoryData<string, int> Lists => new()
    {
        { "{}", 200 },
        { """{"allowed_subjects":["CN=client,O=Example"]}""", 200 },
        { """{"allowed_subjects":["CN=client"]}""", 403 },
        { """{"allowed_subjects":["cn=client,o=Example"]}""", 403 },
        { """{"allowed_subjects":[]}""", 403 },
        { """{"allowed_names":["a.example.com"]}""", 200 },
        { """{"allowed_names":["A.EXAMPLE.com"]}""", 200 },
        { """{"allowed_names":["*.example.com"]}""", 200 },
        { """{"allowed_names":["*.com"]}""", 403 },
        { """{"allowed_names":["example.com"]}""", 403 },
        { """{"allowed_names":["spiffe://example.com/billing"]}""", 200 },
        { """{"allowed_names":["spiffe://example.com/Billing"]}""", 403 },
        { """{"allowed_names":["ops@example.com"]}""", 200 },
        { """{"allowed_names":["client"]}""", 403 },
        { """{"allowed_fingerprints":["$PRINT"]}""", 200 },
        { """{"allowed_fingerprints":["$COLONS"]}""", 200 },
        { """{"allowed_fingerprints":["0000000000000000000000000000000000000000000000000000000000000000"]}""", 403 },
        { """{"allowed_subjects":["CN=other"],"allowed_names":["a.example.com"]}""", 200 },
    };

    [Theory, Spec("AUT-303")]
    [MemberData(nameof(Lists))]
    public void Who_is_on_one_of_the_lists_is_let_in_and_nobody_else(string guard, int status)
    {
        var print = new string('A', 62) + "0F";
        guard = guard.Replace("$PRINT", print, StringComparison.Ordinal).Replace("$COLONS", string.Join(':', print.Chunk(2).Select(static c => new string(c))), StringComparison.Ordinal);
        var allowed = Identity.AllowList.Of(Settings(guard), new())!;
        var names = new Identity.AlternativeNames();
        names.Dns.Add("a.example.com");
        names.Uris.Add("spiffe://example.com/billing");
        names.Emails.Add("ops@example.com");

        var isAllowed = allowed.Contains(new()
        {
            Subject = "CN=client,O=Example",
            CommonName = "client",
            Issuer = "",
            Serial = "",
            NotAfter = "",
            Fingerprint = print.ToLowerInvariant(),
            Names = names,
        });

        Assert.Equal(status == 200, isAllowed);
    }

    [Fact, Spec("AUT-303")]
    public async Task Who_is_on_no_list_gets_403_with_nothing_in_it_and_reaches_no_backend()
    {
        await using var front = await Front.StartAsync($"{Front.Endpoint("/a", """{"allowed_names":["*.shops.example.com"]}""")}");
        using var shop = front.Issue("CN=shop", static names => names.AddDnsName("one.shops.example.com"));
        using var other = front.Issue("CN=one.shops.example.com", static names => names.AddDnsName("*.shops.example.com"));

        using var refused = await front.GetAsync("/a", other);

        Assert.Equal((403, ""), ((int)refused.StatusCode, await refused.Content.ReadAsStringAsync()));
        Assert.Empty(front.Upstream.Received);
        Assert.Equal(200, await front.StatusAsync("/a", shop));
        await front.Gateway.WaitForLogAsync("[ENDPOINT: /a][ClientCertificate] Not on the lists: CN=one.shops.example.com");
    }

    [Theory, Spec("AUT-304")]
    [InlineData("X-Client-Name: admin")]
    [InlineData("x-client-name: admin")]
    [InlineData("X_Client_Name: admin")]
    [InlineData("X-Client_Name: admin")]
    [InlineData("X.Client.Name: admin")]
    public async Task What_a_client_says_about_itself_never_wins(string header)
    {
        await using var front = await Front.StartAsync(Front.Endpoint("/a", """{"headers":{"X-Client-Name":"common_name","X-Client-Mails":"emails"}}"""));
        using var certificate = front.Issue("CN=client");

        Assert.Equal(200, await front.StatusAsync("/a", certificate, header, "X-Client-Mails: admin@example.com"));

        var sent = Assert.Single(front.Upstream.Received);
        Assert.Equal("client", sent.Header("X-Client-Name"));
        Assert.DoesNotContain(sent.Headers, static h => h.Value.Contains("admin", StringComparison.Ordinal));
    }

    [Theory, Spec("AUT-304")]
    [InlineData("X-Client-Name")]
    [InlineData("X-Other,, x-client-name ,")]
    [InlineData("X-Other\r\nConnection: x-client-name")]
    [InlineData("X_Client_Name")]
    public async Task A_client_cannot_take_its_identity_away_by_naming_it_a_header_of_the_connection(string connection)
    {
        await using var front = await Front.StartAsync(Front.Endpoint("/a", """{"headers":{"X-Client-Name":"common_name"}}"""));
        using var certificate = front.Issue("CN=client");

        Assert.Equal("HTTP/1.1 400 Bad Request", await front.SendRawAsync(certificate, $"GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\n\r\n"));
        Assert.Empty(front.Upstream.Received);
    }

    [Theory, Spec("AUT-304")]
    [InlineData("close, x-client-name")]
    [InlineData("keep-alive, x-client-name")]
    public async Task Behind_a_word_of_the_connection_the_name_has_no_effect(string connection)
    {
        await using var front = await Front.StartAsync(Front.Endpoint("/a", """{"headers":{"X-Client-Name":"common_name"}}"""));
        using var certificate = front.Issue("CN=client");

        Assert.Equal("HTTP/1.1 200 OK", await front.SendRawAsync(certificate, $"GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: {connection}\r\n\r\n"));
        Assert.Equal("client", Assert.Single(front.Upstream.Received).Header("X-Client-Name"));
    }

    [Fact, Spec("AUT-305")]
    public async Task The_names_of_a_certificate_inject_nothing()
    {
        await using var front = await Front.StartAsync(Front.Endpoint("/a", """{"headers":{"X-Client-Name":"common_name","X-Client-Subject":"subject","X-Client-Dns":"dns_names"}}"""));
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName("a,CN=admin\r\nX-Admin: 1\u00e9");
        using var certificate = front.Issue(builder.Build(), static names => names.AddDnsName("a,b"));

        Assert.Equal(200, await front.StatusAsync("/a", certificate));

        var sent = Assert.Single(front.Upstream.Received);
        Assert.Equal("a\\2cCN\\3dadmin\\0d\\0aX-Admin: 1\\c3\\a9", sent.Header("X-Client-Name"));
        Assert.Equal("CN=a\\2cCN\\3dadmin\\0d\\0aX-Admin: 1\\c3\\a9", sent.Header("X-Client-Subject"));
        Assert.Equal("a\\2cb", sent.Header("X-Client-Dns"));
        Assert.Null(sent.Header("X-Admin"));
    }

    [Fact, Spec("AUT-305")]
    public async Task Of_two_common_names_none_is_the_name()
    {
        await using var front = await Front.StartAsync(Front.Endpoint("/a", """{"headers":{"X-Client-Name":"common_name","X-Client-Subject":"subject"}}"""));
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName("client");
        builder.AddCommonName("admin");
        using var certificate = front.Issue(builder.Build());

        Assert.Equal(200, await front.StatusAsync("/a", certificate));

        Assert.Equal((null, "CN=client,CN=admin"), (front.Upstream.Received[0].Header("X-Client-Name"), string.Join(',', front.Upstream.Received[0].Header("X-Client-Subject")!.Split(',').OrderDescending(StringComparer.Ordinal))));
    }

    [Fact, Spec("AUT-300")]
    public async Task In_the_service_it_guards_every_endpoint_and_an_endpoints_own_value_takes_its_place()
    {
        await using var front = await Front.StartAsync(
            $"{Front.Endpoint("/a", null)},{Front.Endpoint("/b", """{"allowed_subjects":["CN=other"]}""")}",
            service: """{"headers":{"X-Name":"common_name"},"allowed_subjects":["CN=client"]}""");
        using var client = front.Issue("CN=client");
        using var other = front.Issue("CN=other");

        Assert.Equal((200, 403), (await front.StatusAsync("/a", client), await front.StatusAsync("/a", other)));
        Assert.Equal((403, 200), (await front.StatusAsync("/b", client), await front.StatusAsync("/b", other)));
        Assert.Equal("client", front.Upstream.Received[0].Header("X-Name"));
    }

    [Fact, Spec("AUT-302", "AUT-137")]
    public async Task Guards_behind_it_and_policies_read_the_headers_and_decide_beside_it()
    {
        await using var front = await Front.StartAsync(
            """{"endpoint":"/a","extra_config":{"auth/client-certificate":{"headers":{"X-Name":"common_name"}},"t/token":{}},"backend":[{"url_pattern":"/b"}]}""",
            components: static registry => registry.Endpoint("t/token", EndpointStages.Authentication, static (_, _, _) => new TokenGuard()));
        using var client = front.Issue("CN=client");
        using var other = front.Issue("CN=other");

        Assert.Equal(200, await front.StatusAsync("/a", client, "Authorization: token"));
        Assert.Equal(401, await front.StatusAsync("/a", client));
        Assert.Equal(401, await front.StatusAsync("/a", other, "Authorization: token", "X-Name: client"));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => front.GetAsync("/a", null, "Authorization: token"));
    }

    [Theory, Spec("AUT-306")]
    [InlineData("""{"headers":{"X-Name":"nmae"}}""")]
    [InlineData("""{"headers":{"X Name":"subject"}}""")]
    [InlineData("""{"headers":{"Host":"subject"}}""")]
    [InlineData("""{"allowed_fingerprints":["12:34"]}""")]
    [InlineData("""{"allowed_names":["*"]}""")]
    [InlineData("""{"allowed_names":["a.*.com"]}""")]
    public async Task Settings_that_cannot_be_used_refuse_the_start(string guard)
    {
        var refusal = await Assert.ThrowsAsync<Gateway.Core.Server.ConfigurationException>(() => Front.StartAsync(Front.Endpoint("/a", guard)));

        Assert.Contains("auth/client-certificate.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_found_loaded_and_used_from_its_folder()
    {
        await using var front = await Front.StartAsync(Front.Endpoint("/a", null), service: """{"headers":{"X-Name":"common_name"}}""", fromFolder: true);
        using var client = front.Issue("CN=client");

        Assert.Equal(200, await front.StatusAsync("/a", client));
        Assert.Equal("client", front.Upstream.Received[0].Header("X-Name"));
    }

    private static ClientCertificateSettings Settings(string json)
    {
        var diagnostics = new Sdk.Configuration.ConfigDiagnostics();
        var node = Sdk.Configuration.JsonConfigReader.Read("test.json", json, diagnostics)!;
        return new Sdk.Configuration.ConfigBinder(diagnostics).Bind<ClientCertificateSettings>(node, Sdk.Configuration.ConfigPath.Root);
    }

    private sealed class TokenGuard : IHttpMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            if (context.Request.Headers.Authorization == "token" && context.Request.Headers["X-Name"] == "client")
                return next(context);
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        }
    }
}
