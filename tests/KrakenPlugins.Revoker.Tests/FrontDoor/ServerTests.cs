using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gateway.Core.Server;
using Gateway.Testing;
using KrakenPlugins.Revoker.Http;
using KrakenPlugins.Revoker.Tests.Port;
using Xunit;

namespace KrakenPlugins.Revoker.Tests.FrontDoor;

public sealed class ServerTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync() => _upstream = await Rig.UpstreamAsync();

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact, Spec("AUT-079", "AUT-082", "AUT-084", "AUT-085", "AUT-090", "AUT-091")]
    public async Task A_revocation_is_effective_on_every_registered_gateway_when_it_is_answered()
    {
        await using var server = await Rig.ServerAsync();
        var (a, b) = (Rig.FreePort(), Rig.FreePort());
        await using var first = await GatewayAsync(server, a);
        await using var second = await GatewayAsync(server, b);
        await RegisteredAsync(server, a, b);

        Assert.Equal((201, ""), await Rig.CallAsync(server.Client, HttpMethod.Post, "/tokens/jti/42"));
        Assert.Equal((201, ""), await Rig.CallAsync(server.Client, HttpMethod.Post, "/tokens/jti/42"));
        Assert.Equal((201, ""), await Rig.CallAsync(server.Client, HttpMethod.Post, "/tokens/nobody-looks-at-it/42"));

        Assert.Equal(401, await Rig.StatusAsync(first, """{"jti":"42"}"""));
        Assert.Equal(401, await Rig.StatusAsync(second, """{"jti":"42"}"""));
        Assert.Equal(200, await Rig.StatusAsync(second, """{"nobody-looks-at-it":"42"}"""));
        await Rig.PushAsync(b, "jti-only-b");
        var names = new[] { $"127.0.0.1:{a}", $"127.0.0.1:{b}" };
        Assert.Equal((200, Lists([.. names.Order(StringComparer.Ordinal), "revoker"], [])), await Rig.CallAsync(server.Client, HttpMethod.Get, "/tokens/jti/42"));
        Assert.Equal((200, Lists([names[1]], [names[0], "revoker"])), await Rig.CallAsync(server.Client, HttpMethod.Get, "/tokens/jti/only-b"));
    }

    [Fact, Spec("AUT-079", "AUT-090")]
    public async Task A_gateway_that_starts_later_catches_up()
    {
        await using var server = await Rig.ServerAsync();
        await Rig.CallAsync(server.Client, HttpMethod.Post, "/tokens/jti", body: "1\r\n\r\n2\n3");

        await using var gateway = await GatewayAsync(server, Rig.FreePort());

        foreach (var id in (string[])["1", "2", "3"])
            await Rig.UntilAsync(async () => await Rig.StatusAsync(gateway, $$"""{"jti":"{{id}}"}""") == 401, "the gateway did not catch up");
        Assert.Equal(200, await Rig.StatusAsync(gateway, """{"jti":""}"""));
    }

    [Fact, Spec("AUT-079", "AUT-258")]
    public async Task A_gateway_serves_without_server_and_a_server_that_restarts_learns_from_gateways()
    {
        var (a, b) = (Rig.FreePort(), Rig.FreePort());
        var port = Rig.FreePort();
        await using var first = await Rig.GatewayAsync(Rig.Config(a, Ping(port)), _upstream.Host);
        await first.WaitForLogAsync("Not registered with the revoke server");
        Assert.Equal(200, await Rig.StatusAsync(first, """{"jti":"42"}"""));
        await Rig.PushAsync(a, "jti-42");

        await using var server = await Rig.ServerAsync(port: port);
        await first.WaitForLogAsync("Registered with the revoke server");
        await using var second = await Rig.GatewayAsync(Rig.Config(b, Ping(port)), _upstream.Host);

        await Rig.UntilAsync(async () => await Rig.StatusAsync(second, """{"jti":"42"}""") == 401, "the second gateway did not learn from the first");
    }

    [Fact, Spec("AUT-086", "AUT-090")]
    public async Task Gateways_that_are_gone_are_dropped_and_those_that_were_removed_come_back()
    {
        await using var server = await Rig.ServerAsync();
        var (a, b) = (Rig.FreePort(), Rig.FreePort());
        await using var first = await GatewayAsync(server, a);
        var second = await GatewayAsync(server, b);
        await RegisteredAsync(server, a, b);

        await second.DisposeAsync();
        await server.WaitForLogAsync($"127.0.0.1:{b} cannot be reached and is dropped");
        await RegisteredAsync(server, a);
        Assert.Equal(404, (await Rig.CallAsync(server.Client, HttpMethod.Delete, $"/instances/127.0.0.1:{b}")).Status);
        Assert.Equal(204, (await Rig.CallAsync(server.Client, HttpMethod.Delete, $"/instances/127.0.0.1:{a}")).Status);
        await RegisteredAsync(server, a);
    }

    [Theory, Spec("AUT-081", "AUT-089")]
    [InlineData("GET", "/status")]
    [InlineData("GET", "/instances")]
    [InlineData("POST", "/instances")]
    [InlineData("DELETE", "/instances/127.0.0.1:1")]
    [InlineData("POST", "/tokens/jti")]
    [InlineData("POST", "/tokens/jti/42")]
    [InlineData("GET", "/tokens/jti/42")]
    public async Task Everything_but_health_needs_the_key(string method, string path)
    {
        await using var server = await Rig.ServerAsync();

        foreach (var authorization in (string[])["", "Basic YTpi", $"Bearer {Rig.Key}x", "Bearer", $"Bearer  {Rig.Key[..^1]}", $"Token {Rig.Key}"])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (authorization.Length > 0)
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var response = await server.Client.SendAsync(request);
            Assert.Equal((401, 0), ((int)response.StatusCode, (await response.Content.ReadAsByteArrayAsync()).Length));
        }
        Assert.Equal("""{"hits":[],"misses":["revoker"]}""", (await Rig.CallAsync(server.Client, HttpMethod.Get, "/tokens/jti/42", key: null, body: null, $"Authorization: bEARER {Rig.Key}")).Body);
        Assert.Equal(200, (await Rig.CallAsync(server.Client, HttpMethod.Get, "/__health", key: null)).Status);
        Assert.Equal(404, (await Rig.CallAsync(server.Client, HttpMethod.Get, "/other", key: null)).Status);
    }

    [Fact, Spec("AUT-089", "AUT-078")]
    public async Task Health_is_the_routers_and_endpoints_are_not_served()
    {
        await using var server = await Rig.ServerAsync(
            root: """ "endpoints":[{"endpoint":"/shop","extra_config":{"validation/cel":[{"check_expr":"true"}]},"backend":[{"host":["http://127.0.0.1:8089"],"url_pattern":"/"}]}],""",
            extra: """ "router":{"disable_health":true},""");

        Assert.Equal(404, (await Rig.CallAsync(server.Client, HttpMethod.Get, "/__health")).Status);
        Assert.Equal(404, (await Rig.CallAsync(server.Client, HttpMethod.Get, "/shop")).Status);
        Assert.Equal(200, (await Rig.CallAsync(server.Client, HttpMethod.Get, "/status")).Status);
    }

    [Fact, Spec("AUT-088")]
    public async Task The_status_has_the_configuration_without_key_and_how_full_the_filter_is()
    {
        await using var server = await Rig.ServerAsync(",\"revoke_server_max_retries\":-3,\"revoke_server_max_workers\":7");
        Assert.Equal(
            """{"config":{"Seed":"","N":1000,"P":0.000001,"HashName":"optimal","TTL":600,"Workers":7,"PingInterval":1000000000,"CN":"","MaxRetries":0},"percentage_consumed":0}""",
            (await Rig.CallAsync(server.Client, HttpMethod.Get, "/status")).Body);

        await Rig.CallAsync(server.Client, HttpMethod.Post, "/tokens/jti", body: string.Join('\n', Enumerable.Range(0, 250)));

        var (_, status) = await Rig.CallAsync(server.Client, HttpMethod.Get, "/status");
        Assert.InRange(JsonDocument.Parse(status).RootElement.GetProperty("percentage_consumed").GetDouble(), 23, 27);
        Assert.DoesNotContain(Rig.Key, status, StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-083")]
    public async Task A_client_that_expects_100_gets_it_before_it_sends_its_list()
    {
        await using var server = await Rig.ServerAsync();
        using var connection = await server.ConnectAsync();

        await connection.WriteAsync($"POST /tokens/jti HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Rig.Key}\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 100", await connection.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        await connection.WriteAsync("1\r\n2");
        Assert.StartsWith("HTTP/1.1 201", await connection.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);

        Assert.Equal("""{"hits":["revoker"],"misses":[]}""", (await Rig.CallAsync(server.Client, HttpMethod.Get, "/tokens/jti/1")).Body);
    }

    [Theory, Spec("AUT-087")]
    [InlineData("", 400)]
    [InlineData("[]", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"instance_id":"x"$}""", 400)]
    [InlineData("""{"instance_id":"4d2c61e1-34c4-e96c-9456-15bd983c5019"$,"port":0}""", 400)]
    [InlineData("""{"instance_id":"4d2c61e1-34c4-e96c-9456-15bd983c5019"$,"n":999}""", 409)]
    [InlineData("""{"instance_id":"4d2c61e1-34c4-e96c-9456-15bd983c5019"$,"p":0.1}""", 409)]
    [InlineData("""{"instance_id":"4d2c61e1-34c4-e96c-9456-15bd983c5019"$,"ttl":1}""", 409)]
    [InlineData("""{"instance_id":"4d2c61e1-34c4-e96c-9456-15bd983c5019"$,"hash_name":"default"}""", 409)]
    [InlineData("""{"instance_id":"4d2c61e1-34c4-e96c-9456-15bd983c5019"$}""", 502)]
    public async Task A_registration_that_cannot_be_used_is_refused(string body, int status)
    {
        await using var server = await Rig.ServerAsync();
        var settings = string.Create(CultureInfo.InvariantCulture, $",\"cluster_id\":\"c\",\"n\":1000,\"p\":0.000001,\"ttl\":600,\"hash_name\":\"optimal\",\"ip\":\"10.9.9.9\",\"port\":{Rig.FreePort()}");

        Assert.Equal(status, (await Rig.CallAsync(server.Client, HttpMethod.Post, "/instances", body: body.Replace("$", settings, StringComparison.Ordinal))).Status);
        Assert.Equal("""{"instances":[]}""", (await Rig.CallAsync(server.Client, HttpMethod.Get, "/instances")).Body);
    }

    [Fact, Spec("AUT-259")]
    public async Task A_gateway_that_does_not_speak_the_protocol_cannot_register()
    {
        await using var server = await Rig.ServerAsync();
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        gateway.Start();
        // Go's net/rpc ends a connection whose first bytes are no message of its own.
        var refusing = RefuseAsync(gateway);
        var body = string.Create(CultureInfo.InvariantCulture, $$"""{"instance_id":"4d2c61e1-34c4-e96c-9456-15bd983c5019","n":1000,"p":0.000001,"ttl":600,"hash_name":"optimal","port":{{((IPEndPoint)gateway.LocalEndpoint).Port}}}""");

        Assert.Equal(502, (await Rig.CallAsync(server.Client, HttpMethod.Post, "/instances", body: body)).Status);

        Assert.Equal("""{"instances":[]}""", (await Rig.CallAsync(server.Client, HttpMethod.Get, "/instances")).Body);
        gateway.Stop();
        await refusing;
    }

    private static async Task RefuseAsync(TcpListener gateway)
    {
        try
        {
            while (true)
            {
                using var connection = await gateway.AcceptTcpClientAsync();
                await connection.GetStream().ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false);
            }
        }
        catch (SocketException)
        {
            // The listener was stopped.
        }
    }

    [Theory, Spec("AUT-080")]
    [InlineData("127.0.0.1", "127.0.0.2")]
    [InlineData("10.0.0.0/8", "127.0.0.1")]
    public async Task The_address_of_a_gateway_is_that_of_the_connection_or_of_a_proxy_that_is_trusted(string trusted, string expected)
    {
        await using var server = await Rig.ServerAsync(extra: $$""" "router":{"forwarded_by_client_ip":true,"trusted_proxies":["{{trusted}}"]},""");
        await using var gateway = new Wire(settings: new(1000, 0.000001, 600, KrakenPlugins.Revoker.Filters.HashName.Optimal), address: expected);
        var body = string.Create(CultureInfo.InvariantCulture, $$"""{"instance_id":"4d2c61e1-34c4-e96c-9456-15bd983c5019","n":1000,"p":0.000001,"ttl":600,"hash_name":"optimal","ip":"10.9.9.9","port":{{gateway.Address.Port}}}""");

        Assert.Equal((200, ""), await Rig.CallAsync(server.Client, HttpMethod.Post, "/instances", body: body, headers: "X-Forwarded-For: 127.0.0.2"));

        Assert.Equal($$"""{"instances":["{{gateway.Address}}"]}""", (await Rig.CallAsync(server.Client, HttpMethod.Get, "/instances")).Body);
    }

    [Fact, Spec("AUT-261")]
    public async Task A_batch_beyond_the_limit_is_refused()
    {
        await using var server = await Rig.ServerAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/tokens/jti") { Content = new StringContent(string.Concat(Enumerable.Repeat(new string('x', 8191) + '\n', (int)(Elements.MostBytes >> 13) + 1))) };
        request.Headers.Authorization = new("Bearer", Rig.Key);
        request.Headers.ExpectContinue = true;

        using var response = await server.Client.SendAsync(request);

        Assert.Equal(413, (int)response.StatusCode);
    }

    [Fact, Spec("AUT-255")]
    public async Task A_reload_of_the_server_keeps_what_it_holds()
    {
        await using var server = await Rig.ServerAsync();
        var port = Rig.FreePort();
        await using var gateway = await GatewayAsync(server, port);
        await RegisteredAsync(server, port);
        await Rig.CallAsync(server.Client, HttpMethod.Post, "/tokens/jti/1");

        await server.ReloadAsync((await File.ReadAllTextAsync(server.ConfigFile)).Replace("\"TTL\"", "\"revoke_server_max_workers\":2,\"TTL\"", StringComparison.Ordinal));

        await RegisteredAsync(server, port);
        await Rig.CallAsync(server.Client, HttpMethod.Post, "/tokens/jti/2");
        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"1"}"""));
        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"2"}"""));
    }

    [Fact, Spec("AUT-260", "AUT-262")]
    public async Task A_server_without_key_or_without_its_namespace_does_not_start()
    {
        var options = new TestGatewayOptions { PluginFolders = [PluginFolder.Path], Command = new ServedCommand("revoker", "auth/revoker") };

        var noKey = await Assert.ThrowsAsync<ConfigurationException>(() => TestGateway.StartAsync($$"""{"version":3,"extra_config":{"auth/revoker":{ {{Rig.Filter}},"port":1234} } }""", options: options));
        var nothing = await Assert.ThrowsAsync<ConfigurationException>(() => TestGateway.StartAsync("""{"version":3}""", options: options));

        Assert.Contains("revoke_server_api_key", noKey.Message, StringComparison.Ordinal);
        Assert.Contains("extra_config has no \"auth/revoker\"", nothing.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("AUT-078", "AUT-079")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_server_speaks_TLS_and_a_gateway_registers_with_one_that_it_trusts_only(bool isTrusted)
    {
        using var files = new TlsFiles();
        await using var server = await Rig.ServerAsync(root: files.Keys);
        var port = Rig.FreePort();
        var ping = Ping(server.Port).Replace("http://", "https://", StringComparison.Ordinal);
        var config = Rig.Config(port, ping);
        await using var gateway = await Rig.GatewayAsync(isTrusted ? config.Replace("\"extra_config\":{\"auth/revoker\"", files.Trust + "\"extra_config\":{\"auth/revoker\"", StringComparison.Ordinal) : config, _upstream.Host);
        if (!isTrusted)
        {
            await gateway.WaitForLogAsync("Not registered with the revoke server");
            Assert.Equal("""{"instances":[]}""", (await Rig.CallAsync(files.Client(server), HttpMethod.Get, "/instances")).Body);
            return;
        }
        await gateway.WaitForLogAsync("Registered with the revoke server https://");

        Assert.Equal((201, ""), await Rig.CallAsync(files.Client(server), HttpMethod.Post, "/tokens/jti/42"));

        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"42"}"""));
        Assert.DoesNotContain("HTTP/1.1 2", await server.SendRawAsync($"GET /status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Rig.Key}\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-263")]
    public async Task A_reload_of_the_server_that_forgets_revocations_says_so()
    {
        await using var server = await Rig.ServerAsync();

        await server.ReloadAsync((await File.ReadAllTextAsync(server.ConfigFile)).Replace("\"N\":1000", "\"N\":1001", StringComparison.Ordinal));

        await server.WaitForLogAsync("[SERVICE: Revoker] The filter begins without revocations");
    }

    private static string Ping(int server) => string.Create(CultureInfo.InvariantCulture, $",\"revoke_server_ping_url\":\"http://127.0.0.1:{server}/instances\",\"revoke_server_ping_interval\":\"1s\",\"revoke_server_api_key\":\"{Rig.Key}\"");

    private Task<TestGateway> GatewayAsync(TestGateway server, int port) => Rig.GatewayAsync(Rig.Config(port, Ping(server.Port)), _upstream.Host);

    private static Task RegisteredAsync(TestGateway server, params int[] ports)
    {
        var names = ports.Select(static p => $"\"127.0.0.1:{p}\"").Order(StringComparer.Ordinal);
        return Rig.UntilAsync(async () => (await Rig.CallAsync(server.Client, HttpMethod.Get, "/instances")).Body == $$"""{"instances":[{{string.Join(',', names)}}]}""", "the gateways did not register");
    }

    private static string Lists(string[] hits, string[] misses)
    {
        var text = new StringBuilder("{\"hits\":[");
        text.AppendJoin(',', hits.Select(static h => $"\"{h}\"")).Append("],\"misses\":[").AppendJoin(',', misses.Select(static m => $"\"{m}\"")).Append("]}");
        return text.ToString();
    }
}
