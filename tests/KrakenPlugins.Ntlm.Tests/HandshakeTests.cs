using System.Net;
using Gateway.Core.Plugins;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Ntlm.Tests;

/// <summary>A gateway between clients and a server that checks every answer.</summary>
public sealed class HandshakeTests
{
    private const string Account = """{"user":"CORP\\gateway","password":"pass"}""";

    [Theory, Spec("AUT-149", "AUT-151")]
    [InlineData(new[] { "NTLM" }, "NTLM", false)]
    [InlineData(new[] { "Negotiate" }, "Negotiate", false)]
    [InlineData(new[] { "Basic realm=\"a, NTLM b\"", "Negotiate", "NTLM" }, "NTLM", true)]
    public async Task A_backend_that_asks_is_signed_in_to_on_one_connection(string[] offers, string scheme, bool namesTime)
    {
        await using var server = new NtlmServer(new() { Offers = offers, NamesTime = namesTime });
        await using var gateway = await StartAsync(Endpoint("/a", server.Host, Account));

        var reply = await GetAsync(gateway, "/a");

        Assert.Equal((200, """{"body":"","connection":0,"user":"CORP/gateway"}"""), reply);
        Assert.Equal(3, server.Requests.Count);
        Assert.DoesNotContain("Authorization", server.Requests[0], StringComparison.OrdinalIgnoreCase);
        Assert.All(server.Requests.Skip(1), r => Assert.Contains($"Authorization: {scheme} TlRMTVNTUA", r, StringComparison.Ordinal));
        Assert.DoesNotContain("Basic", string.Concat(server.Requests), StringComparison.Ordinal);
    }

    [Theory, Spec("AUT-149")]
    [InlineData("gateway", "CORP\\gateway")]
    [InlineData("gateway@corp.example", "gateway@corp.example")]
    public async Task A_name_alone_belongs_to_the_domain_of_the_server(string user, string known)
    {
        await using var server = new NtlmServer(new() { Passwords = new Dictionary<string, string> { [known] = "pass" } });
        await using var gateway = await StartAsync(Endpoint("/a", server.Host, $$"""{"user":"{{user}}","password":"pass"}"""));

        Assert.Equal(200, (await GetAsync(gateway, "/a")).Status);
    }

    [Fact, Spec("AUT-149", "AUT-153")]
    public async Task A_connection_that_is_signed_in_serves_further_calls_without_a_handshake()
    {
        await using var server = new NtlmServer();
        await using var gateway = await StartAsync(Endpoint("/a", server.Host, Account));

        for (var i = 0; i < 5; i++)
            Assert.Equal(200, (await GetAsync(gateway, "/a")).Status);

        Assert.Single(server.Connections);
        Assert.Equal(3 + 4, server.Requests.Count);
    }

    [Fact, Spec("AUT-153")]
    public async Task A_connection_that_is_signed_in_is_never_lent_to_other_credentials_or_to_none()
    {
        await using var server = new NtlmServer(new() { Passwords = new Dictionary<string, string> { ["CORP\\gateway"] = "pass", ["CORP\\other"] = "word" } });
        await using var gateway = await StartAsync(
            Endpoint("/a", server.Host, Account), Endpoint("/b", server.Host, """{"user":"CORP\\other","password":"word"}"""), Endpoint("/none", server.Host, null));

        for (var i = 0; i < 3; i++)
        {
            Assert.Contains("CORP/gateway", (await GetAsync(gateway, "/a")).Body, StringComparison.Ordinal);
            Assert.Contains("CORP/other", (await GetAsync(gateway, "/b")).Body, StringComparison.Ordinal);
            Assert.Equal((500, ""), await GetAsync(gateway, "/none"));
        }
        Assert.Equal(3, server.Connections.Count);
    }

    [Fact, Spec("AUT-149", "AUT-153")]
    public async Task Many_calls_at_once_each_keep_their_handshake_on_one_connection()
    {
        await using var server = new NtlmServer(new() { NamesTime = true });
        await using var gateway = await StartAsync(Endpoint("/a", server.Host, Account));

        var replies = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => GetAsync(gateway, "/a")));

        Assert.All(replies, static reply => Assert.Equal(200, reply.Status));
        Assert.All(server.Connections, static connection => Assert.InRange(connection.Requests.Count(static r => r.Contains("Authorization", StringComparison.Ordinal)), 0, 2));
    }

    [Fact, Spec("AUT-153")]
    public async Task The_clients_authorization_and_that_of_the_hosts_address_never_reach_the_backend()
    {
        await using var server = new NtlmServer();
        await using var gateway = await StartAsync(Endpoint("/a", server.Host.Replace("http://", "http://u:p@", StringComparison.Ordinal), Account, "\"input_headers\":[\"*\"],")
            .Replace("\"url_pattern\"", "\"disable_host_sanitize\":true,\"url_pattern\"", StringComparison.Ordinal));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer client-token");

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain("client-token", string.Concat(server.Requests), StringComparison.Ordinal);
        Assert.DoesNotContain("Basic", string.Concat(server.Requests), StringComparison.Ordinal);
    }

    [Theory, Spec("AUT-150")]
    [InlineData("Basic realm=\"a\"")]
    [InlineData("Bearer")]
    [InlineData("NTLMv1")]
    public async Task Another_offer_is_not_answered(string offer)
    {
        await using var server = new NtlmServer(new() { Offers = [offer] });
        await using var gateway = await StartAsync(Endpoint("/a", server.Host, Account, "\"output_encoding\":\"no-op\",", "no-op"));

        Assert.Equal((401, "{\"no\":1}"), await GetAsync(gateway, "/a"));
        Assert.Single(server.Requests);
    }

    [Fact, Spec("AUT-150")]
    public async Task A_password_that_is_wrong_is_a_normal_401_of_the_backend()
    {
        await using var server = new NtlmServer();
        var wrong = """{"user":"CORP\\gateway","password":"s3cret-wrong"}""";
        await using var gateway = await StartAsync(Endpoint("/a", server.Host, wrong, "\"output_encoding\":\"no-op\",", "no-op"), Endpoint("/b", server.Host, wrong));

        Assert.Equal((401, "{\"no\":1}"), await GetAsync(gateway, "/a"));
        Assert.Equal((500, ""), await GetAsync(gateway, "/b"));
        Assert.DoesNotContain("s3cret", gateway.Log, StringComparison.Ordinal);
    }

    [Theory, Spec("AUT-150", "AUT-151")]
    [InlineData("AAAA")]
    [InlineData("%%%")]
    [InlineData("TlRMTVNTUAACAAAA")]
    public async Task A_challenge_that_is_none_is_not_answered(string challenge)
    {
        await using var server = new NtlmServer(new() { BadChallenge = challenge });
        await using var gateway = await StartAsync(Endpoint("/a", server.Host, Account, "\"output_encoding\":\"no-op\",", "no-op"));

        Assert.Equal(401, (await GetAsync(gateway, "/a")).Status);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact, Spec("AUT-149")]
    public async Task An_answer_to_a_challenge_is_never_sent_on_another_connection()
    {
        await using var server = new NtlmServer(new() { ClosesInBetween = true });
        await using var gateway = await StartAsync(Endpoint("/a", server.Host, Account));

        Assert.Equal(500, (await GetAsync(gateway, "/a")).Status);
        Assert.Equal(2, server.Requests.Count);
        await gateway.WaitForLogAsync("NTLM: the backend closed the connection in the middle of the handshake");
    }

    [Theory, Spec("AUT-152")]
    [InlineData("", "")]
    [InlineData("\"output_encoding\":\"no-op\",", "no-op")]
    public async Task A_body_survives_the_repeats_streamed_or_not(string members, string encoding)
    {
        await using var server = new NtlmServer(new() { RefusalBody = new string('x', 100_000) });
        await using var gateway = await StartAsync(Endpoint("/a", server.Host, Account, "\"method\":\"POST\"," + members, encoding));
        var text = new string('b', 50_000);

        foreach (var chunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/a") { Content = new StringContent(text) };
            request.Headers.TransferEncodingChunked = chunked;
            using var response = await gateway.Client.SendAsync(request);

            Assert.Contains(text, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        Assert.All(server.Requests, r => Assert.EndsWith(text, r, StringComparison.Ordinal));
        Assert.Equal(3 + 1, server.Requests.Count);
    }

    [Fact, Spec("AUT-152")]
    public async Task A_body_beyond_max_payload_is_413()
    {
        await using var server = new NtlmServer();
        await using var gateway = await StartAsync(Endpoint("/a", server.Host, Account, "\"method\":\"POST\",\"extra_config\":{\"proxy\":{\"max_payload\":1000}},"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/a") { Content = new StringContent(new string('b', 5_000)) };
        request.Headers.TransferEncodingChunked = true;

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Empty(server.Requests);
    }

    [Fact, Spec("AUT-153")]
    public async Task A_redirect_to_another_server_takes_no_credentials_along()
    {
        await using var other = RawUpstream.Answering("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n");
        await using var server = new RawUpstream(async connection =>
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                await connection.WriteAsync(request.Contains("Authorization", StringComparison.Ordinal)
                    ? $"HTTP/1.1 302 Found\r\nLocation: http://localhost:{other.Port}/elsewhere\r\nContent-Length: 0\r\n\r\n"
                    : "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n");
            }
        });
        await using var gateway = await StartAsync(Endpoint("/a", $"http://localhost:{server.Port}", Account));

        Assert.Equal(500, (await GetAsync(gateway, "/a")).Status);
        Assert.NotEmpty(other.Requests);
        Assert.DoesNotContain("Authorization", string.Concat(other.Requests), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("""{"user":"","password":"p"}""")]
    [InlineData("""{"user":"DOMAIN\\","password":"p"}""")]
    [InlineData("""{"user":"u"}""")]
    [InlineData("""{"password":"p"}""")]
    public async Task Settings_that_name_nobody_are_an_error_and_the_endpoint_calls_nobody(string settings)
    {
        await using var server = new NtlmServer();
        await using var gateway = await StartAsync(Endpoint("/a", server.Host, settings));

        Assert.Equal(500, (await GetAsync(gateway, "/a")).Status);
        Assert.True(gateway.Diagnostics.HasErrors);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task It_is_found_loaded_and_used_from_its_folder()
    {
        await using var server = new NtlmServer();
        await using var gateway = await TestGateway.StartAsync(
            $$"""{"version":3,"endpoints":[{{Endpoint("/a", server.Host, Account)}}]}""", "", new TestGatewayOptions { PluginFolders = [Path.GetDirectoryName(PluginFolder.Path)!] });

        Assert.Equal(200, (await GetAsync(gateway, "/a")).Status);
    }

    private static string Endpoint(string path, string host, string? ntlm, string members = "", string encoding = "") =>
        $"{{\"endpoint\":\"{path}\",{members}\"backend\":[{{\"host\":[\"{host}\"],\"url_pattern\":\"{path}\",{(encoding.Length > 0 ? $"\"encoding\":\"{encoding}\"," : "")}\"method\":\"{(members.Contains("POST", StringComparison.Ordinal) ? "POST" : "GET")}\""
        + (ntlm is null ? "" : $",\"extra_config\":{{\"auth/ntlm\":{ntlm}}}") + "}]}";

    private static Task<TestGateway> StartAsync(params string[] endpoints)
    {
        var plugins = new PluginRegistry();
        new NtlmPlugin().Register(plugins);
        return TestGateway.StartAsync($"{{\"version\":3,\"endpoints\":[{string.Join(',', endpoints)}]}}", "", new TestGatewayOptions { Plugins = plugins });
    }

    private static async Task<(int Status, string Body)> GetAsync(TestGateway gateway, string path)
    {
        using var response = await gateway.Client.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
