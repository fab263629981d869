using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>Two gateways and a revoke server, each a process of its own, with signed tokens.</summary>
public sealed class RevokerTests : IAsyncLifetime
{
    private const string Key = "a key that nobody guesses";
    private static readonly byte[] s_secret = Encoding.UTF8.GetBytes("0123456789abcdef0123456789abcdef");

    private readonly Folder _folder = new();
    private Upstream _upstream = null!;

    public async Task InitializeAsync() => _upstream = (await Upstream.StartAsync()).Answer("/ok", """{"a":1}""");

    public async Task DisposeAsync()
    {
        await _upstream.DisposeAsync();
        _folder.Dispose();
    }

    [Fact, Spec("AUT-067", "AUT-078", "AUT-079", "AUT-082", "AUT-084", "AUT-090", "AUT-258", "CFG-269")]
    public async Task A_token_revoked_at_the_server_is_refused_by_all_gateways_and_stays_so_over_restarts_of_each()
    {
        var port = RunningGateway.FreePort();
        var (a, b, c) = (RunningGateway.FreePort(), RunningGateway.FreePort(), RunningGateway.FreePort());
        var server = await ServerAsync(port);
        await using var first = await GatewayAsync("a", a, port);
        await using var second = await GatewayAsync("b", b, port);
        await RegisteredAsync(server, a, b);
        Assert.Equal((200, 200), (await StatusAsync(first, "1"), await StatusAsync(second, "1")));

        Assert.Equal(201, await CallAsync(server, HttpMethod.Post, "/tokens/jti/1"));

        Assert.Equal((401, 401), (await StatusAsync(first, "1"), await StatusAsync(second, "1")));
        Assert.Equal((200, 200), (await StatusAsync(first, "2"), await StatusAsync(second, "2")));
        Assert.Equal(401, await CallAsync(server, HttpMethod.Post, "/tokens/jti/2", key: "wrong"));
        Assert.Equal(200, await StatusAsync(first, "2"));

        // A server that has forgotten everything learns it again, and a gateway that has never known it catches up.
        server.Send(PosixSignal.SIGTERM);
        Assert.Equal(0, await server.ExitAsync());
        await server.DisposeAsync();
        server = await ServerAsync(port);
        await using var _ = server;
        await RegisteredAsync(server, a, b);
        await using var third = await GatewayAsync("c", c, port);
        await UntilAsync(async () => await StatusAsync(third, "1") == 401, "the third gateway did not catch up");

        Assert.Equal(201, await CallAsync(server, HttpMethod.Post, "/tokens/jti", body: "2\r\n3\n"));
        Assert.Equal((401, 401, 401), (await StatusAsync(first, "2"), await StatusAsync(second, "3"), await StatusAsync(third, "2")));
    }

    [Fact, Spec("AUT-078", "AUT-260", "CFG-269")]
    public async Task The_server_takes_its_port_from_the_environment_reloads_and_answers_health()
    {
        var port = RunningGateway.FreePort();
        var file = _folder.Write("revoker.json", ServerConfig(1));
        var process = Executable.Start(Executable.Path, _folder.Path, new Dictionary<string, string> { ["KRAKEND_PORT"] = port.ToString(CultureInfo.InvariantCulture) }, "revoke", "--plugins", Plugin("Revoker", "revoker"));
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await UntilAsync(() => HealthAsync(client), "the server did not answer");
            Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await client.GetAsync("/status")).StatusCode);
            Assert.Equal(file, Path.Combine(_folder.Path, "revoker.json"));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    [Fact, Spec("AUT-260", "CFG-203")]
    public async Task A_command_of_a_plugin_is_in_the_help_and_meant_by_who_misspells_it()
    {
        var plugins = Plugin("Revoker", "revoker");

        var help = await Executable.RunAsync("help", "--plugins", plugins);
        var own = await Executable.RunAsync("revoker", "--plugins", plugins, "--help");
        var misspelt = await Executable.RunAsync("revokr", "--plugins", plugins);
        var noFile = await Executable.RunInAsync(_folder.Path, null, "revoker", "--plugins", plugins);

        Assert.Matches("  revoker +Runs the revoke server", help.Out);
        Assert.Contains("revoker, revoke", own.Out, StringComparison.Ordinal);
        Assert.Contains("(default ./revoker.json)", own.Out, StringComparison.Ordinal);
        Assert.Contains("Did you mean this?\n\trevoke", misspelt.Error, StringComparison.Ordinal);
        Assert.Equal(255, noFile.Status);
        Assert.Contains("revoker.json", noFile.Error, StringComparison.Ordinal);
    }

    private static string Plugin(string project, string id) => Path.Combine(
        Executable.Repository, "plugins", project, "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "plugin", id);

    private const string Filter = """ "N":10000,"P":0.0000001,"hash_name":"optimal","TTL":600,"token_keys":["jti"] """;

    private static string ServerConfig(int port) => $$"""
        {"version":3,"port":{{port}},"listen_ip":"127.0.0.1","extra_config":{"auth/revoker":{ {{Filter}},"port":1234,"revoke_server_api_key":"{{Key}}","revoke_server_ping_interval":"1s"} } }
        """;

    private async Task<RunningGateway> ServerAsync(int port)
    {
        var json = ServerConfig(port);
        return await RunningGateway.ServeOnAsync(port, _folder.Path, ["revoker", "-c", _folder.Write("revoker.json", json), "--plugins", Plugin("Revoker", "revoker")]);
    }

    private async Task<RunningGateway> GatewayAsync(string name, int rpc, int server)
    {
        var keys = _folder.Write("keys.json", $$"""{"keys":[{"kty":"oct","kid":"k","alg":"HS256","k":"{{Base64Url.EncodeToString(s_secret)}}"}]}""");
        var file = _folder.Write($"{name}.json", $$"""
            {"version":3,"listen_ip":"127.0.0.1","extra_config":{"auth/revoker":{ {{Filter}},"port":{{rpc}},"revoke_server_ping_url":"http://127.0.0.1:{{server}}/instances","revoke_server_ping_interval":"1s","revoke_server_api_key":"{{Key}}"} },
             "endpoints":[{"endpoint":"/guarded","extra_config":{"auth/validator":{"alg":"HS256","jwk_local_path":"{{keys}}","disable_jwk_security":true} },"backend":[{"host":["{{_upstream.Host}}"],"url_pattern":"/ok"}]}]}
            """);
        return await RunningGateway.StartAsync(_folder.Path, ["run", "-c", file, "--plugins", Plugin("Revoker", "revoker"), "--plugins", Plugin("JwtValidator", "jwt-validator")]);
    }

    private static string Token(string id)
    {
        var head = Base64Url.EncodeToString("""{"alg":"HS256","kid":"k","typ":"JWT"}"""u8);
        var body = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"jti":"{{id}}","exp":4102444800}"""));
        return $"{head}.{body}.{Base64Url.EncodeToString(HMACSHA256.HashData(s_secret, Encoding.ASCII.GetBytes($"{head}.{body}")))}";
    }

    private static async Task<int> StatusAsync(RunningGateway gateway, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/guarded");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token(id));
        using var response = await gateway.Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static async Task<int> CallAsync(RunningGateway server, HttpMethod method, string path, string key = Key, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var response = await server.Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static Task RegisteredAsync(RunningGateway server, params int[] ports) => UntilAsync(async () =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/instances");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        using var response = await server.Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ports.All(p => text.Contains($"127.0.0.1:{p}", StringComparison.Ordinal));
    }, "the gateways did not register");

    private static async Task<bool> HealthAsync(HttpClient client)
    {
        try
        {
            return (await client.GetAsync("/__health")).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string failure)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException(failure);
            await tick.WaitForNextTickAsync();
        }
    }
}
