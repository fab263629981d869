using System.Net;
using System.Net.Sockets;
using Gateway.Core.Server;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Revoker.Tests.FrontDoor;

public sealed class RevocationTests : IAsyncLifetime
{
    private readonly int _port = Rig.FreePort();
    private Upstream _upstream = null!;

    public async Task InitializeAsync() => _upstream = await Rig.UpstreamAsync();

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact, Spec("AUT-067", "AUT-072")]
    public async Task A_revoked_token_is_refused_from_the_next_request_on_where_tokens_are_validated_and_nowhere_else()
    {
        await using var gateway = await Rig.GatewayAsync(Rig.Config(_port), _upstream.Host);
        Assert.Equal(200, await Rig.StatusAsync(gateway, """{"jti":"42"}"""));

        await Rig.PushAsync(_port, "jti-42");

        var before = _upstream.Received.Count;
        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"42"}"""));
        Assert.Equal(before, _upstream.Received.Count);
        Assert.Equal(200, await Rig.StatusAsync(gateway, """{"jti":"43"}"""));
        Assert.Equal(200, await Rig.StatusAsync(gateway, """{"jti":"42"}""", "/open"));
    }

    [Fact, Spec("AUT-071")]
    public async Task A_gateway_without_snapshot_begins_without_revocations()
    {
        await using (var first = await Rig.GatewayAsync(Rig.Config(_port), _upstream.Host))
        {
            await Rig.PushAsync(_port, "jti-42");
            Assert.Equal(401, await Rig.StatusAsync(first, """{"jti":"42"}"""));
        }

        await using var second = await Rig.GatewayAsync(Rig.Config(_port), _upstream.Host);

        Assert.Equal(200, await Rig.StatusAsync(second, """{"jti":"42"}"""));
    }

    [Fact, Spec("AUT-253", "AUT-254")]
    public async Task A_gateway_with_snapshot_remembers_and_refuses_one_of_other_settings()
    {
        var folder = Directory.CreateTempSubdirectory("revoker-").FullName;
        try
        {
            var more = $",\"snapshot_path\":\"{Path.Combine(folder, "revoked.kprs")}\"";
            await using (var first = await Rig.GatewayAsync(Rig.Config(_port, more), _upstream.Host))
                await Rig.PushAsync(_port, "jti-42");

            await using (var second = await Rig.GatewayAsync(Rig.Config(_port, more), _upstream.Host))
                Assert.Equal(401, await Rig.StatusAsync(second, """{"jti":"42"}"""));

            var other = Rig.Filter.Replace("\"N\":1000", "\"N\":1001", StringComparison.Ordinal);
            var refusal = await Assert.ThrowsAsync<ConfigurationException>(() => Rig.GatewayAsync(Rig.Config(_port, more, other), _upstream.Host));
            Assert.Contains($"starting it: auth/revoker: the snapshot {folder}", refusal.Message, StringComparison.Ordinal);
            Assert.Contains("cannot be used: it was made for N 1000", refusal.Message, StringComparison.Ordinal);
            Assert.EndsWith("restore it, or remove it to begin without revocations", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("Exception", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact, Spec("AUT-255")]
    public async Task A_reload_keeps_revocations_and_the_port()
    {
        await using var gateway = await Rig.GatewayAsync(Rig.Config(_port), _upstream.Host);
        await Rig.PushAsync(_port, "jti-42");

        await gateway.ReloadAsync(Rig.Config(_port, """,  "revoke_server_max_retries":3"""));
        await Rig.PushAsync(_port, "jti-43");

        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"42"}"""));
        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"43"}"""));
    }

    [Fact, Spec("AUT-255")]
    public async Task A_reload_can_move_the_port_and_take_other_settings()
    {
        var other = Rig.FreePort();
        await using var gateway = await Rig.GatewayAsync(Rig.Config(_port), _upstream.Host);
        await Rig.PushAsync(_port, "jti-42");

        await gateway.ReloadAsync(Rig.Config(other));
        await Rig.PushAsync(other, "jti-43");
        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"42"}"""));
        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"43"}"""));

        await gateway.ReloadAsync(Rig.Config(other, "", Rig.Filter.Replace("\"N\":1000", "\"N\":1001", StringComparison.Ordinal)));
        Assert.Equal(200, await Rig.StatusAsync(gateway, """{"jti":"42"}"""));
        await Rig.PushAsync(other, "jti-44");
        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"44"}"""));
    }

    [Theory, Spec("AUT-263")]
    [InlineData("\"N\":1000", "\"N\":1001", "N 1001")]
    [InlineData("\"P\":0.000001", "\"P\":0.00001", "P 1E-05")]
    [InlineData("\"TTL\":600", "\"TTL\":601", "TTL 601")]
    [InlineData("\"optimal\"", "\"default\"", "hash_name default")]
    public async Task A_reload_that_forgets_revocations_says_so(string before, string after, string told)
    {
        const string Warning = "The filter begins without revocations";
        await using var gateway = await Rig.GatewayAsync(Rig.Config(_port), _upstream.Host);

        await gateway.ReloadAsync(Rig.Config(_port, ",\"revoke_server_max_retries\":3"));
        Assert.DoesNotContain(Warning, gateway.Log, StringComparison.Ordinal);

        await gateway.ReloadAsync(Rig.Config(_port, "", Rig.Filter.Replace(before, after, StringComparison.Ordinal)));
        await gateway.WaitForLogAsync(Warning);
        var line = gateway.Log.Split('\n').Single(static l => l.Contains(Warning, StringComparison.Ordinal));
        Assert.Contains("WARN", line, StringComparison.Ordinal);
        Assert.Contains($"it held N 1000, P 1E-06, TTL 600, hash_name optimal, and now ", line, StringComparison.Ordinal);
        Assert.Contains(told, line[line.IndexOf("and now", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Fact, Spec("AUT-255")]
    public async Task A_reload_that_is_refused_leaves_the_port_to_the_running_configuration()
    {
        await using var gateway = await Rig.GatewayAsync(Rig.Config(_port), _upstream.Host);
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();

        await Assert.ThrowsAsync<ConfigurationException>(() => gateway.ReloadAsync(Rig.Config(_port, $",\"api_key\":\"k\",\"api_port\":{((IPEndPoint)taken.LocalEndPoint!).Port}")));
        await Rig.PushAsync(_port, "jti-42");

        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"42"}"""));
    }

    [Fact, Spec("AUT-075")]
    public async Task A_port_that_is_in_use_fails_the_start()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        var refusal = await Assert.ThrowsAsync<ConfigurationException>(() => Rig.GatewayAsync(Rig.Config(port), _upstream.Host));

        Assert.Contains($"cannot listen on 127.0.0.1:{port}", refusal.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("AUT-075", "AUT-250")]
    [InlineData(""" "N":0,"P":0.1,"hash_name":"optimal","TTL":1,"token_keys":["jti"] """, "extra_config.auth/revoker.N")]
    [InlineData(""" "N":10,"P":1.5,"hash_name":"optimal","TTL":1,"token_keys":["jti"] """, "extra_config.auth/revoker.P")]
    [InlineData(""" "N":10,"P":0.1,"hash_name":"optimal","TTL":0,"token_keys":["jti"] """, "extra_config.auth/revoker.TTL")]
    [InlineData(""" "N":10,"P":0.1,"hash_name":"optima","TTL":1,"token_keys":["jti"] """, "hash_name")]
    [InlineData(""" "N":10,"P":0.1,"hash_name":"optimal","TTL":1,"token_keys":[] """, "token_keys")]
    [InlineData(""" "N":10,"P":0.1,"hash_name":"optimal","TTL":1,"token_keys":["jti"],"listen_ip":"x" """, "listen_ip")]
    [InlineData(""" "N":10,"P":0.1,"hash_name":"optimal","TTL":1,"token_keys":["jti"],"require_port_key":true """, "require_port_key")]
    [InlineData(""" "N":10,"P":0.1,"hash_name":"optimal","TTL":1,"token_keys":["jti"],"revoke_server_ping_url":"ftp://x","revoke_server_api_key":"k" """, "revoke_server_ping_url")]
    [InlineData(""" "N":10,"P":0.1,"hash_name":"optimal","TTL":1,"token_keys":["jti"],"api_port":9 """, "api_key")]
    [InlineData(""" "N":100000000000,"P":0.0000001,"hash_name":"optimal","TTL":1,"token_keys":["jti"] """, "is the limit")]
    public async Task Settings_that_cannot_be_used_refuse_the_configuration_with_their_place(string filter, string place)
    {
        var refusal = await Assert.ThrowsAsync<ConfigurationException>(() => Rig.GatewayAsync(Rig.Config(_port, "", filter), _upstream.Host));

        Assert.Contains(place, refusal.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("AUT-076")]
    [InlineData("", true)]
    [InlineData(""","listen_ip":"127.0.0.1" """, false)]
    public async Task A_port_on_every_address_is_warned_of(string more, bool isWarned)
    {
        var config = Rig.Config(_port, more).Replace("\"listen_ip\":\"127.0.0.1\",\"extra_config\"", "\"extra_config\"", StringComparison.Ordinal);
        await using var gateway = await Rig.GatewayAsync(config, _upstream.Host);

        await Rig.PushAsync(_port, "jti-42");

        Assert.Equal(isWarned, gateway.Diagnostics.All.Any(static d => d.Message.Contains("takes revocations from everybody", StringComparison.Ordinal)));
        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"42"}"""));
    }

    [Fact, Spec("AUT-077")]
    public async Task Without_the_namespace_nothing_is_looked_up_and_no_port_opened()
    {
        var config = $$"""{"version":3,"endpoints":[{"endpoint":"/guarded","extra_config":{"auth/validator":{} },"backend":[{"host":["$UPSTREAM"],"url_pattern":"/b"}]}]}""";
        await using var gateway = await Rig.GatewayAsync(config, _upstream.Host);

        Assert.Equal(200, await Rig.StatusAsync(gateway, """{"jti":"42"}"""));
        Assert.Empty(gateway.Host.Plugins);
        await Assert.ThrowsAsync<SocketException>(() => Rig.PushAsync(_port, "jti-42"));
    }

    [Fact, Spec("AUT-252", "AUT-261")]
    public async Task The_gateways_own_api_revokes_and_answers_who_has_the_key()
    {
        var api = Rig.FreePort();
        await using var gateway = await Rig.GatewayAsync(Rig.Config(_port, $",\"api_port\":{api},\"api_key\":\"{Rig.Key}\""), _upstream.Host);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{api}") };

        Assert.Equal(401, (await Rig.CallAsync(client, HttpMethod.Post, "/tokens/jti/42", key: null)).Status);
        Assert.Equal(401, (await Rig.CallAsync(client, HttpMethod.Post, "/tokens/jti/42", key: Rig.Key + "x")).Status);
        Assert.Equal(401, (await Rig.CallAsync(client, HttpMethod.Post, "/tokens/jti/42", key: Rig.Key[..^1])).Status);
        Assert.Equal(401, (await Rig.CallAsync(client, HttpMethod.Post, "/tokens/jti", key: null, body: "42\n")).Status);
        Assert.Equal(200, await Rig.StatusAsync(gateway, """{"jti":"42"}"""));

        Assert.Equal((201, ""), await Rig.CallAsync(client, HttpMethod.Post, "/tokens/jti/42"));
        Assert.Equal((201, ""), await Rig.CallAsync(client, HttpMethod.Post, "/tokens/sub", body: "a%2Fb\r\n\r\n you \nme"));
        Assert.Equal((201, ""), await Rig.CallAsync(client, HttpMethod.Post, "/tokens/sub/a%2Fb%20c"));
        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"jti":"42"}"""));
        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"sub":"me"}"""));
        Assert.Equal(401, await Rig.StatusAsync(gateway, """{"sub":"a/b c"}"""));
        Assert.Equal((200, """{"hits":["gateway"],"misses":[]}"""), await Rig.CallAsync(client, HttpMethod.Get, "/tokens/sub/you"));
        Assert.Equal((200, """{"hits":[],"misses":["gateway"]}"""), await Rig.CallAsync(client, HttpMethod.Get, "/tokens/sub/they"));
        Assert.Contains("\"N\":1000", (await Rig.CallAsync(client, HttpMethod.Get, "/status")).Body, StringComparison.Ordinal);

        Assert.Equal(404, (await Rig.CallAsync(client, HttpMethod.Get, "/instances")).Status);
        Assert.Equal(405, (await Rig.CallAsync(client, HttpMethod.Delete, "/tokens/jti/42")).Status);
        Assert.Equal(400, (await Rig.CallAsync(client, HttpMethod.Post, "/tokens/jti/")).Status);
        Assert.Equal(400, (await Rig.CallAsync(client, HttpMethod.Post, "/tokens/jti", body: new string('x', 20_000))).Status);
        Assert.Equal(404, await Rig.StatusAsync(gateway, "{}", "/tokens/jti/42"));
    }
}
