using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Gateway.Core.Plugins;
using Gateway.Core.Server;
using Gateway.Testing;
using KrakenPlugins.Revoker.Port;

namespace KrakenPlugins.Revoker.Tests.FrontDoor;

/// <summary>Gateways and revoke servers with the plugin as the build laid it out.</summary>
internal static class Rig
{
    public const string Key = "a key that nobody guesses";

    private static readonly ServedCommand s_server = new("revoker", "auth/revoker");

    /// <summary>Members of the namespace that everybody agrees on.</summary>
    public const string Filter = """ "N":1000,"P":0.000001,"hash_name":"optimal","TTL":600,"token_keys":["jti","sub"] """;

    /// <summary>A port that nobody uses, outside of the range of outgoing connections.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(15000, 32000);
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Taken; the next one.
            }
        }
    }

    /// <summary>The configuration of a gateway: <c>/guarded</c> validates tokens, <c>/open</c> does not.</summary>
    /// <param name="port">Port of the filter.</param>
    /// <param name="more">Further members of the namespace, each with a comma in front.</param>
    /// <param name="filter">Members instead of <see cref="Filter"/>.</param>
    public static string Config(int port, string more = "", string filter = Filter) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"version":3,"listen_ip":"127.0.0.1","extra_config":{"auth/revoker":{ {{filter}},"port":{{port}}{{more}} } },"endpoints":[
          {"endpoint":"/guarded","extra_config":{"auth/validator":{"alg":"RS256"} },"backend":[{"host":["$UPSTREAM"],"url_pattern":"/b"}]},
          {"endpoint":"/open","backend":[{"host":["$UPSTREAM"],"url_pattern":"/b"}]}]}
        """);

    public static async Task<Upstream> UpstreamAsync()
    {
        var upstream = await Upstream.StartAsync();
        upstream.OnAny(static async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync("{}"u8.ToArray());
        });
        return upstream;
    }

    public static Task<TestGateway> GatewayAsync(string config, string upstream = "http://127.0.0.1:1")
    {
        var plugins = new PluginRegistry();
        plugins.Add(new ClaimsPlugin());
        return TestGateway.StartAsync(config, upstream, new TestGatewayOptions { Plugins = plugins, PluginFolders = [PluginFolder.Path] });
    }

    public static Task<TestGateway> ServerAsync(string more = "", string root = "", string extra = "", int port = 0) => TestGateway.StartAsync(
        $$"""{"version":3,"listen_ip":"127.0.0.1",{{root}}"extra_config":{ {{extra}}"auth/revoker":{ {{Filter}},"port":1234,"revoke_server_api_key":"{{Key}}","revoke_server_ping_interval":"1s"{{more}} } } }""",
        options: new TestGatewayOptions { PluginFolders = [PluginFolder.Path], Command = s_server, Port = port, AllowMissing = new HashSet<string> { "*" } });

    /// <summary>Status of <c>/guarded</c> for a token with these claims.</summary>
    public static async Task<int> StatusAsync(TestGateway gateway, string claims, string path = "/guarded")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("X-Token", claims);
        using var response = await gateway.Client.SendAsync(request);
        return (int)response.StatusCode;
    }

    /// <summary>Calls an API.</summary>
    public static async Task<(int Status, string Body)> CallAsync(HttpClient client, HttpMethod method, string address, string? key = Key, string? body = null, params string[] headers)
    {
        using var request = new HttpRequestMessage(method, address);
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8);
        foreach (var header in headers)
            request.Headers.TryAddWithoutValidation(header.Split(": ")[0], header.Split(": ")[1]);
        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Pushes an element to the port of a gateway.</summary>
    public static async Task PushAsync(int port, string element)
    {
        await using var client = await PortClient.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), [], TimeProvider.System, CancellationToken.None);
        await client.AddAsync([Encoding.UTF8.GetBytes(element)]);
    }

    /// <summary>Waits for something that is asked for again and again.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, string failure)
    {
        var deadline = DateTime.UtcNow.AddSeconds(20);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            if (DateTime.UtcNow > deadline)
                throw new TimeoutException(failure);
            await tick.WaitForNextTickAsync();
        }
    }
}
