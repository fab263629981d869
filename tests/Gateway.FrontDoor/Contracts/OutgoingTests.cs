using System.IO.Compression;
using System.Text;
using Gateway.Core.Plugins;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Contracts;

/// <summary>Calls that components make by themselves over the gateway's transport.</summary>
public sealed class OutgoingTests : IAsyncLifetime
{
    private IServiceContext _context = null!;
    private Upstream _peer = null!;

    public async Task InitializeAsync() => _peer = await Upstream.StartAsync();

    public async Task DisposeAsync() => await _peer.DisposeAsync();

    [Fact, Spec("AUT-122")]
    public async Task A_call_arrives_as_it_was_made_and_its_answer_comes_whole()
    {
        _peer.Answer("/a%2Fb", "answer", 418, "text/x");
        await using var gateway = await StartAsync();
        var call = Call("/a%2Fb?c=d+e", method: "PATCH", body: "body");
        call.Headers.Add("X-Own", "1");

        var answer = (await _context.Outgoing.SendAsync(call, CancellationToken.None)).Answer!;

        Assert.Equal((418, "text/x", "answer"), (answer.StatusCode, answer.ContentType, Encoding.UTF8.GetString(answer.Body.Span)));
        var request = Assert.Single(_peer.Received);
        Assert.Equal(("PATCH", "/a%2Fb?c=d+e", "body", "1"), (request.Method, request.Target, request.Body, request.Header("X-Own")));
        Assert.Null(request.Header("X-Forwarded-For"));
    }

    [Fact, Spec("AUT-122")]
    public async Task Calls_share_a_connection()
    {
        await using var peer = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb");
        await using var gateway = await StartAsync();

        await _context.Outgoing.SendAsync(new OutgoingCall { Method = "GET", Address = Address(peer.Url) }, CancellationToken.None);
        var second = await _context.Outgoing.SendAsync(new OutgoingCall { Method = "GET", Address = Address(peer.Url) }, CancellationToken.None);

        Assert.Equal("b", Encoding.UTF8.GetString(second.Answer!.Body.Span));
        Assert.Single(peer.Connections);
    }

    [Fact, Spec("AUT-285")]
    public async Task Redirects_are_answers()
    {
        _peer.On("/", context =>
        {
            context.Response.Redirect("/there");
            return Task.CompletedTask;
        });
        await using var gateway = await StartAsync();

        Assert.Equal(302, (await _context.Outgoing.SendAsync(Call("/"), CancellationToken.None)).Answer!.StatusCode);

        Assert.Single(_peer.Received);
    }

    [Theory, Spec("AUT-285")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_that_is_too_large_is_a_failure_before_and_after_inflation(bool isCompressed)
    {
        _peer.On("/", async context =>
        {
            var bytes = new byte[100_000];
            if (!isCompressed)
            {
                await context.Response.Body.WriteAsync(bytes);
                return;
            }
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(bytes);
        });
        await using var gateway = await StartAsync();

        var error = (await _context.Outgoing.SendAsync(Call("/", maxAnswer: 99_999), CancellationToken.None)).Error!;
        Assert.Equal((GatewayErrorKind.Payload, $"the answer of {_peer.Host} is larger than 99999 bytes"), (error.Kind, error.Message));

        Assert.Equal(100_000, (await _context.Outgoing.SendAsync(Call("/", maxAnswer: 100_000), CancellationToken.None)).Answer!.Body.Length);
    }

    [Theory, Spec("AUT-121")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Time_limit_and_cancellation_end_a_call_in_head_and_body(bool hasHead)
    {
        _peer.On("/", async context =>
        {
            if (hasHead)
                await context.Response.Body.WriteAsync("a"u8.ToArray());
            await Task.Delay(Timeout.Infinite, _peer.Stopping);
        });
        await using var gateway = await StartAsync();
        using var leaving = new CancellationTokenSource();

        var limited = await _context.Outgoing.SendAsync(Call("/", limit: TimeSpan.FromMilliseconds(100)), CancellationToken.None);
        var cancelled = _context.Outgoing.SendAsync(Call("/"), leaving.Token);
        await Wait.UntilAsync(() => _peer.Received.Count == 2, () => "no second call");
        await leaving.CancelAsync();

        Assert.Equal(GatewayErrorKind.Timeout, limited.Error!.Kind);
        Assert.Equal(GatewayErrorKind.Timeout, (await cancelled).Error!.Kind);
    }

    [Fact]
    public async Task A_peer_that_is_not_there_is_a_failure_that_names_it()
    {
        await using var gateway = await StartAsync();

        var error = (await _context.Outgoing.SendAsync(new OutgoingCall { Method = "GET", Address = Address("http://u:pw@127.0.0.1:1/x?key=secret") }, CancellationToken.None)).Error!;

        Assert.Equal((GatewayErrorKind.Connection, "dial tcp 127.0.0.1:1: connect: connection refused"), (error.Kind, error.Message));
    }

    [Fact, Spec("AUT-122", "AUT-287")]
    public async Task The_proxy_of_the_environment_is_used_unless_a_call_is_direct()
    {
        _peer.OnAny(static context => context.Response.WriteAsync("proxied"));
        await using var gateway = await StartAsync(new Dictionary<string, string> { ["HTTP_PROXY"] = _peer.Host });

        var proxied = await _context.Outgoing.SendAsync(new OutgoingCall { Method = "GET", Address = Address("http://peer.invalid/x") }, CancellationToken.None);
        var direct = await _context.Outgoing.SendAsync(new OutgoingCall { Method = "GET", Address = Address("http://peer.invalid/x"), IsDirect = true, Timeout = TimeSpan.FromSeconds(2) }, CancellationToken.None);

        Assert.Equal("proxied", Encoding.UTF8.GetString(proxied.Answer!.Body.Span));
        Assert.Equal("http://peer.invalid/x", Assert.Single(_peer.Received).Target);
        Assert.Null(direct.Answer);
    }

    [Fact]
    public async Task A_call_of_a_configuration_that_has_ended_still_ends_well()
    {
        _peer.Answer("/", "a");
        await using var gateway = await StartAsync();
        var old = _context;

        await gateway.ReloadAsync("""{"version":3,"extra_config":{"acme/caller":{"a":1}},"endpoints":[]}""");
        await gateway.WaitForLogAsync("[");

        Assert.Equal(200, (await old.Outgoing.SendAsync(Call("/"), CancellationToken.None)).Answer!.StatusCode);
        Assert.NotSame(old, _context);
    }

    [Theory, Spec("AUT-123")]
    [InlineData("/same", true, "own")]
    [InlineData("other", true, null)]
    [InlineData("/same", false, "own")]
    public async Task A_credential_header_does_not_follow_to_another_port_and_a_bound_request_is_not_redirected(string location, bool follows, string? expected)
    {
        await using var other = await Upstream.StartAsync();
        other.Answer("/there", "{}");
        _peer.On("/b", context =>
        {
            context.Response.Redirect(location == "other" ? $"{other.Host}/there" : location);
            return Task.CompletedTask;
        });
        _peer.Answer("/same", "{}");
        var registry = new PluginRegistry();
        registry.Client("acme/token", ClientStages.Credentials, (_, _, _) => new ClientProbe((request, next, cancellationToken) =>
        {
            request.Headers.Set("X-Token", "own");
            request.CredentialHeader = "X-Token";
            request.StopsAtRedirect = !follows;
            return next(request, cancellationToken);
        }));
        await using var gateway = await TestGateway.StartAsync(
            """{"version":3,"endpoints":[{"endpoint":"/e","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/b","encoding":"no-op","extra_config":{"acme/token":{}}}]}]}""",
            _peer.Host, new() { Plugins = registry });

        using var response = await gateway.Client.GetAsync("/e");

        Assert.Equal(follows ? 200 : 302, (int)response.StatusCode);
        Assert.Equal(expected, (location == "other" ? other : _peer).Received[^1].Header("X-Token"));
        Assert.Equal(location == "other" || !follows ? 1 : 2, _peer.Received.Count);
    }

    [Theory, Spec("AUT-290")]
    [InlineData("{}", 500)]
    [InlineData("null", 200)]
    public async Task Of_two_components_at_exclusive_stages_one_too_many_is_an_error(string second, int status)
    {
        _peer.Answer("/b", "{}");
        var registry = new PluginRegistry();
        registry.Client("acme/one", ClientStages.Credentials, (_, _, _) => Pass());
        registry.Client("acme/two", ClientStages.Signing, (_, _, _) => Pass());
        registry.Client("acme/three", ClientStages.Credentials.Before(), (_, _, _) => Pass());
        await using var gateway = await TestGateway.StartAsync(
            $$$"""{"version":3,"endpoints":[{"endpoint":"/e","backend":[{"host":["$UPSTREAM"],"url_pattern":"/b","extra_config":{"acme/one":{},"acme/two":{{{second}}},"acme/three":{} } }] }] }""",
            _peer.Host, new() { Plugins = registry });

        using var response = await gateway.Client.GetAsync("/e");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 500, gateway.Diagnostics.All.Any(static d => d.Severity == ConfigSeverity.Error
            && d.Message == "\"acme/one\" and \"acme/two\" cannot stand at one backend: each is a method of authentication towards a backend, and there can be one; remove one of them"));

        static ClientProbe Pass() => new(static (request, next, cancellationToken) => next(request, cancellationToken));
    }

    private Task<TestGateway> StartAsync(IReadOnlyDictionary<string, string>? environment = null)
    {
        var registry = new PluginRegistry();
        registry.Server("acme/caller", ServerStages.Telemetry, (_, context, _) =>
        {
            _context = context;
            return new HttpProbe(static (exchange, next) => next(exchange));
        });
        return TestGateway.StartAsync(
            """{"version":3,"extra_config":{"acme/caller":{}},"endpoints":[]}""", options: new() { Plugins = registry, Environment = environment ?? new Dictionary<string, string>() });
    }

    private OutgoingCall Call(string target, string method = "GET", string body = "", int maxAnswer = 1 << 20, TimeSpan? limit = null) => new()
    {
        Method = method,
        Address = Address(_peer.Host + target),
        Body = Encoding.UTF8.GetBytes(body),
        MaxAnswer = maxAnswer,
        Timeout = limit ?? TimeSpan.FromSeconds(10),
    };

    private static OutgoingAddress Address(string url) => OutgoingAddress.TryParse(url, out var address) ? address : throw new ArgumentException(url, nameof(url));
}
