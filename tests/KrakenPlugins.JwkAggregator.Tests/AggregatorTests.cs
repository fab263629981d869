using System.Net;
using System.Net.Sockets;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.JwkAggregator.Tests;

/// <summary>Several key sets as one, and tokens of any of them.</summary>
public sealed class AggregatorTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/any/path?q=1")]
    [Spec("AUT-125")]
    public async Task Serves_the_keys_of_all_origins_at_every_path(string path)
    {
        await using var front = await Front.StartAsync();

        var (status, type, body) = await front.KeysAsync(path);

        Assert.Equal((200, "application/json", $$"""{"keys":[{{Front.One.Jwk()}},{{Front.Two.Jwk()}}]}"""), (status, type, body));
    }

    [Fact]
    [Spec("AUT-125")]
    public async Task Listens_on_loopback_only()
    {
        await using var front = await Front.StartAsync();
        var addresses = (await Dns.GetHostAddressesAsync(Dns.GetHostName())).Where(static a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));

        foreach (var address in addresses)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await Assert.ThrowsAsync<SocketException>(() => socket.ConnectAsync(new IPEndPoint(address, front.Port)));
        }
        Assert.Equal(200, (await front.KeysAsync()).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"cache\":true")]
    [Spec("AUT-128", "AUT-129")]
    public async Task Tokens_of_every_origin_validate(string validator)
    {
        await using var front = await Front.StartAsync(validator: validator);
        using var stranger = new ProviderKey("one");

        Assert.Equal((200, 200, 401), (await front.StatusAsync(Front.One.Token("{}")), await front.StatusAsync(Front.Two.Token("{}")), await front.StatusAsync(stranger.Token("{}"))));
        Assert.Contains(front.Gateway.Diagnostics.All, static f => f.Message.Contains("every origin of the jwk-aggregator", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("AUT-129", "AUT-017")]
    public async Task An_issuer_pins_whose_tokens_pass_and_no_warning_is_left()
    {
        await using var front = await Front.StartAsync(validator: ",\"issuer\":\"a\"");

        Assert.Equal((200, 401), (await front.StatusAsync(Front.One.Token("""{"iss":"a"}""")), await front.StatusAsync(Front.Two.Token("""{"iss":"b"}"""))));
        Assert.DoesNotContain(front.Gateway.Diagnostics.All, static f => f.Message.Contains("aggregator", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("AUT-129")]
    public async Task Two_origins_with_one_key_id_are_both_tried_and_one_origin_listed_twice_is_fetched_once()
    {
        using var twin = new ProviderKey("one");
        await using var front = await Front.StartAsync("\"origins\":[\"$UPSTREAM/one\",\"$UPSTREAM/two\",\"$UPSTREAM/one\"]");
        front.Serve("/two", twin.Jwk());

        Assert.Equal((200, 200), (await front.StatusAsync(Front.One.Token("{}")), await front.StatusAsync(twin.Token("{}"))));
        Assert.Equal(2, front.Upstream.ReceivedAt("/one").Count);
    }

    [Fact]
    [Spec("AUT-126")]
    public async Task An_origin_that_fails_is_left_out_with_a_warning_and_all_failing_is_an_error()
    {
        await using var front = await Front.StartAsync();
        front.Upstream.Answer("/two", "rubbish");

        Assert.Equal((200, $$"""{"keys":[{{Front.One.Jwk()}}]}"""), (await front.KeysAsync() is var first ? (first.Status, first.Body) : default));
        await front.Gateway.WaitForLogAsync($"WARNING: [PLUGIN: jwk-aggregator] The keys of {front.Upstream.Host}/two are left out");
        front.Serve("/one", "", status: 500);
        Assert.Equal((502, ""), (await front.KeysAsync() is var second ? (second.Status, second.Body) : default));
        Assert.Equal(401, await front.StatusAsync(Front.One.Token("{}")));
        front.Serve("/two", Front.Two.Jwk());
        Assert.Equal(200, await front.StatusAsync(Front.Two.Token("{}")));
    }

    [Fact]
    [Spec("AUT-126")]
    public async Task Origins_are_asked_at_once()
    {
        await using var front = await Front.StartAsync();
        var both = new CountdownEvent(2);
        foreach (var path in (string[])["/one", "/two"])
        {
            front.Upstream.On(path, async context =>
            {
                both.Signal();
                // Each answers when the other was asked too.
                await Wait.UntilAsync(() => both.IsSet, static () => "the other origin was not asked");
                context.Response.ContentType = "application/json";
                await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, $$"""{"keys":[{{Front.One.Jwk()}}]}""");
            });
        }

        Assert.Equal(200, (await front.KeysAsync()).Status);
    }

    [Theory]
    [InlineData("", "max-age=600", 3)]
    [InlineData(",\"cache\":true", "public, max-age=600", 1)]
    [InlineData(",\"cache\":true", "no-store", 3)]
    [InlineData(",\"cache\":true", "no-cache, max-age=600", 3)]
    [InlineData(",\"cache\":true", null, 3)]
    [InlineData(",\"cache\":true", "max-age=0", 3)]
    [Spec("AUT-127")]
    public async Task Answers_are_kept_as_long_as_their_origin_says(string attributes, string? cacheControl, int expected)
    {
        await using var front = await Front.StartAsync($"\"origins\":[\"$UPSTREAM/one\"]{attributes}");
        front.Serve("/one", Front.One.Jwk(), cacheControl);

        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await front.KeysAsync()).Status);

        Assert.Equal(expected, front.Upstream.ReceivedAt("/one").Count);
    }

    [Fact]
    public async Task Private_keys_and_secrets_of_an_origin_are_not_handed_on()
    {
        await using var front = await Front.StartAsync();
        front.Serve("/one", Front.One.Jwk(",\"d\":\"AQAB\"") + """,{"kty":"oct","kid":"s","k":"c2VjcmV0"}""");

        var (_, _, body) = await front.KeysAsync();

        Assert.Equal($$"""{"keys":[{{Front.Two.Jwk()}}]}""", body);
        await front.Gateway.WaitForLogAsync("a key with its private half is not handed on");
        Assert.DoesNotContain("c2VjcmV0", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"origins\":[]")]
    [InlineData("\"cache\":true")]
    [InlineData("\"origins\":[\"nonsense\"]")]
    [Spec("AUT-131")]
    public async Task Without_origins_the_gateway_does_not_start(string attributes) =>
        Assert.Contains("origins", (await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAsync(attributes))).Message, StringComparison.Ordinal);

    [Fact]
    [Spec("AUT-131")]
    public async Task A_port_that_is_taken_stops_the_start_and_is_named()
    {
        await using var other = await Upstream.StartAsync();
        var port = new Uri(other.Host).Port;

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAsync(port: port));

        Assert.Contains($"port {port}", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-125")]
    public async Task A_reload_keeps_the_port_open_and_serves_the_new_origins()
    {
        await using var front = await Front.StartAsync();
        Assert.Equal(200, (await front.KeysAsync()).Status);

        await front.Gateway.ReloadAsync(front.Document("\"origins\":[\"$UPSTREAM/two\"]"));
        await Wait.UntilAsync(() => front.KeysAsync().GetAwaiter().GetResult().Body == $$"""{"keys":[{{Front.Two.Jwk()}}]}""", static () => "the new origins are not served");
        await front.Gateway.ReloadAsync("""{"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}]}]}""");

        await Wait.UntilAsync(() => !CanConnect(front.Port), static () => "the port is still open");
    }

    private static bool CanConnect(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
