using Gateway.Core.Plugins;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Ntlm.Tests;

/// <summary>
/// Whose connections are whose after calls that went wrong: what somebody signed in on serves his backend alone, and what a call left in
/// the middle of something serves nobody.
/// </summary>
public sealed class AffinityTests : IAsyncLifetime
{
    private const string Account = """{"user":"CORP\\gateway","password":"pass"}""";
    private const string Other = """{"user":"CORP\\other","password":"word"}""";

    private static readonly Dictionary<string, string> s_passwords = new() { ["CORP\\gateway"] = "pass", ["CORP\\other"] = "word" };

    // The first call of a process takes long enough to be late by itself.
    private static readonly Lazy<Task> s_first = new(FirstCallAsync);

    public Task InitializeAsync() => s_first.Value;

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory, Spec("AUT-149", "AUT-153")]
    [InlineData(1, Fault.Silence)]
    [InlineData(2, Fault.Silence)]
    [InlineData(3, Fault.Silence)]
    [InlineData(4, Fault.Silence)]
    [InlineData(1, Fault.HalfBody)]
    [InlineData(2, Fault.HalfBody)]
    [InlineData(3, Fault.HalfBody)]
    [InlineData(4, Fault.HalfBody)]
    [InlineData(2, Fault.End)]
    [InlineData(3, Fault.End)]
    [InlineData(4, Fault.End)]
    public async Task After_a_timeout_a_half_answer_or_an_end_nobody_gets_the_connection(int request, Fault fault)
    {
        await using var server = new NtlmServer(new() { Passwords = s_passwords, FaultAt = request, Fault = fault });
        await using var gateway = await StartAsync(server, "\"timeout\":\"1s\",");

        // The fourth request is the first of a second call, on the connection that is signed in.
        for (var call = request == 4 ? 2 : 1; call > 0; call--)
            await GetAsync(gateway, "/a");

        Assert.Equal(request, server.Connections[0].Requests.Count);
        await EverybodyIsWhoHeIsAsync(gateway);
        Assert.Equal(request, server.Connections[0].Requests.Count);
        EachConnectionHasOneOwner(server);
    }

    [Theory, Spec("AUT-149", "AUT-153")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_a_client_that_went_away_nobody_gets_the_connection(int request)
    {
        await using var server = new NtlmServer(new() { Passwords = s_passwords, FaultAt = request, Fault = Fault.Silence });
        await using var gateway = await StartAsync(server, "\"timeout\":\"20s\",");
        using (var gone = new CancellationTokenSource())
        {
            var call = gateway.Client.GetAsync(new Uri("/a", UriKind.Relative), gone.Token);
            await Wait.UntilAsync(() => server.Requests.Count == request, () => $"{server.Requests.Count} requests came");
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
        await server.Connections[0].ReadToEndAsync();

        await EverybodyIsWhoHeIsAsync(gateway);
        Assert.Equal(request, server.Connections[0].Requests.Count);
        EachConnectionHasOneOwner(server);
    }

    [Fact, Spec("AUT-153")]
    public async Task A_reload_to_other_credentials_or_to_none_takes_no_connection_over()
    {
        await using var server = new NtlmServer(new() { Passwords = s_passwords });
        await using var gateway = await StartAsync(server, "", ("/a", Account), ("/b", Other));
        Assert.Contains("CORP/gateway", await GetAsync(gateway, "/a"), StringComparison.Ordinal);
        Assert.Contains("CORP/other", await GetAsync(gateway, "/b"), StringComparison.Ordinal);

        await gateway.ReloadAsync(Config(server, "", ("/a", Other), ("/b", null)));
        for (var i = 0; i < 2; i++)
        {
            Assert.Contains("CORP/other", await GetAsync(gateway, "/a"), StringComparison.Ordinal);
            Assert.Equal("", await GetAsync(gateway, "/b"));
        }
        await gateway.ReloadAsync(Config(server, "", ("/a", Other.Replace("\"word\"", "\"wrong\"", StringComparison.Ordinal)), ("/b", Account)));

        Assert.Equal("", await GetAsync(gateway, "/a"));
        Assert.Contains("CORP/gateway", await GetAsync(gateway, "/b"), StringComparison.Ordinal);
        Assert.Equal(6, server.Connections.Count);
    }

    private static async Task FirstCallAsync()
    {
        await using var server = new NtlmServer(new() { Passwords = s_passwords });
        await using var gateway = await StartAsync(server, "\"timeout\":\"20s\",");
        Assert.Contains("CORP/gateway", await GetAsync(gateway, "/a"), StringComparison.Ordinal);
    }

    // /c has the account of /a at the same server, and connections of its own.
    private static async Task EverybodyIsWhoHeIsAsync(TestGateway gateway)
    {
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("", await GetAsync(gateway, "/none"));
            Assert.Contains("CORP/other", await GetAsync(gateway, "/b"), StringComparison.Ordinal);
            Assert.Contains("CORP/gateway", await GetAsync(gateway, "/c"), StringComparison.Ordinal);
            Assert.Contains("CORP/gateway", await GetAsync(gateway, "/a"), StringComparison.Ordinal);
        }
    }

    private static void EachConnectionHasOneOwner(NtlmServer server) =>
        Assert.All(server.Connections, static connection => Assert.Single(connection.Requests.Select(static r => r.Split(' ')[1]).Distinct()));

    private static Task<TestGateway> StartAsync(NtlmServer server, string members) => StartAsync(server, members, ("/a", Account), ("/b", Other), ("/c", Account), ("/none", null));

    private static Task<TestGateway> StartAsync(NtlmServer server, string members, params (string Path, string? Ntlm)[] endpoints)
    {
        var plugins = new PluginRegistry();
        new NtlmPlugin().Register(plugins);
        return TestGateway.StartAsync(Config(server, members, endpoints), "", new TestGatewayOptions { Plugins = plugins });
    }

    private static string Config(NtlmServer server, string members, params (string Path, string? Ntlm)[] endpoints)
    {
        var list = endpoints.Select(e => $$$"""{"endpoint":"{{{e.Path}}}",{{{(e.Path == "/a" ? members : "")}}}"backend":[{"host":["{{{server.Host}}}"],"url_pattern":"{{{e.Path}}}"{{{(e.Ntlm is null ? "" : $",\"extra_config\":{{\"auth/ntlm\":{e.Ntlm}}}")}}}}]}""");
        return $"{{\"version\":3,\"endpoints\":[{string.Join(',', list)}]}}";
    }

    private static async Task<string> GetAsync(TestGateway gateway, string path)
    {
        using var response = await gateway.Client.GetAsync(new Uri(path, UriKind.Relative));
        return await response.Content.ReadAsStringAsync();
    }
}
