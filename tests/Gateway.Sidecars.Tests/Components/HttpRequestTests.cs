using System.Net;
using System.Text;
using Gateway.Testing;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.Sidecars.Tests.Components;

public sealed class HttpRequestTests
{
    [Fact, Spec("GRP-160", "GRP-161", "GRP-162")]
    public async Task Who_needs_the_head_of_the_request_costs_one_message_each_way()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, Headers = { "x-wanted", "Connection" } }, static call => call.PassAsync());
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{\"a\":1}");
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/data?x=1") { Content = new StringContent("body"), Headers = { { "X-Wanted", "1" }, { "X-Other", "2" } } };

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal("{\"a\":1}", await answer.Content.ReadAsStringAsync());
        var call = Assert.Single(play.Calls);
        Assert.Equal(1, call.Frames);
        var head = call.Start.Request;
        Assert.Equal(("POST", "/data?x=1", "http", $"127.0.0.1:{gateway.Port}", "127.0.0.1"), (head.Method, head.Target, head.Scheme, head.Authority, head.ClientAddress));
        Assert.Equal("X-Wanted", Assert.Single(head.Headers).Name);
        Assert.Null(call.Start.RequestBody);
        Assert.True(call.Start.ClaimsJson.IsEmpty);
        Assert.Equal("body", Assert.Single(upstream.Received).Body);
        Assert.False(call.IsCancelled);
    }

    [Fact, Spec("GRP-160")]
    public async Task Who_needs_nothing_is_sent_nothing()
    {
        await using var play = await Play.StartAsync(new Needs(), static call => call.PassAsync());
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.EndpointAsync(play.Place(Layer.Endpoint), upstream);

        await gateway.Client.GetStringAsync("/data");

        var start = Assert.Single(play.Calls).Start;
        Assert.Equal(new CallStart { PlaceId = 1 }, start);
    }

    [Fact, Spec("GRP-167")]
    public async Task A_changed_target_is_the_one_that_is_routed()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, static call => call.PassAsync(new()
        {
            Method = "get",
            Target = "/other/a%20b%2Bc?q=%20",
            Headers = { Short.Set("X-Set", "1"), Short.Remove("X-Gone"), Short.Set("Content-Length", "99"), Short.Set("Transfer-Encoding", "chunked") },
        }));
        await using var upstream = (await Upstream.StartAsync()).OnAny(static context => context.Response.WriteAsync("{}"));
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/nowhere") { Headers = { { "X-Gone", "1" } } };

        using var answer = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("/other/a%20b+c?q=+", Assert.Single(upstream.Received).Target);
    }

    [Fact, Spec("GRP-167")]
    public async Task The_target_is_shown_byte_for_byte_as_the_router_takes_it()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, static call => call.PassAsync());
        await using var upstream = (await Upstream.StartAsync()).OnAny(static context => context.Response.WriteAsync("{}"));
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        await gateway.SendRawAsync("GET /x/../other/%2e%2E?a=%41 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.Equal("/x/../other/%2e%2E?a=%41", Assert.Single(play.Calls).Start.Request.Target);
    }

    [Fact, Spec("GRP-167")]
    public async Task A_target_that_only_spells_the_path_anew_is_routed_too()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, static call => call.PassAsync(new() { Target = "/data" }));
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        var answer = await gateway.SendRawAsync("GET /x/../data HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
    }

    [Theory, Spec("GRP-167")]
    [InlineData("/a%2541", "/a%2541")]
    [InlineData("/a%41%20%2F", "/a%41%20%2F")]
    [InlineData("/a?", "/a")]
    [InlineData("/a|b?c=%zz&d", "/a%7Cb?c=%zz&d")]
    public void A_changed_target_says_the_same_however_it_is_written(string target, string routed)
    {
        var context = new DefaultHttpContext();

        Gateway.Sidecars.Components.ExchangeTarget.Change(context, target);

        Assert.Equal(routed, Gateway.Sidecars.Components.ExchangeTarget.Of(context));
    }

    [Fact, Spec("GRP-168")]
    public async Task Claims_reach_those_further_in_and_those_further_out_the_plugin()
    {
        await using var play = await Play.StartAsync(new Needs { Claims = true }, static call =>
        {
            Assert.Equal("{\"sub\":\"outer\"}", call.Start.ClaimsJson.ToStringUtf8());
            return call.PassAsync(new() { ClaimsJson = ByteString.CopyFromUtf8("{\"sub\":\"me\",\"roles\":[\"a\",\"b\"],\"n\":12.0}") });
        });
        IClaims? seen = null;
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream, registry =>
        {
            registry.Server("test/outer", ServerStages.Cors, static (_, _, _) => new Around(static context => context.Features.Set<IClaims>(new FixedClaims())), ComponentReach.Endpoints);
            registry.Endpoint("test/outer", EndpointStages.RateLimit, (_, _, _) => new Around(context => seen = context.Features.Get<IClaims>()));
        }, "\"test/outer\": {}");

        await gateway.Client.GetStringAsync("/data");

        await play.CheckAsync();
        Assert.Equal(("me", "a,b", "12", null), (seen!.GetText("sub"), seen.GetText("roles"), seen.GetText("n"), seen.GetText("none")));
    }

    [Fact, Spec("GRP-169")]
    public async Task A_buffered_body_goes_to_the_plugin_and_further_in()
    {
        await using var play = await Play.StartAsync(new Needs { RequestBody = BodyNeed.Buffered }, static call => call.PassAsync());
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.EndpointAsync(play.Place(Layer.Endpoint, maxWholeBody: 100), upstream);

        using var fits = await gateway.Client.PostAsync("/data", new StringContent("whole"));
        using var chunked = await gateway.Client.PostAsync("/data", new Unsized("chunks"));
        using var tooLong = await gateway.Client.PostAsync("/data", new StringContent(new string('x', 101)));
        using var tooLongLater = await gateway.Client.PostAsync("/data", new Unsized(new string('x', 101)));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.RequestEntityTooLarge],
            new[] { fits, chunked, tooLong, tooLongLater }.Select(static a => a.StatusCode));
        Assert.Equal(["whole", "chunks"], play.Calls.Select(static c => c.Start.RequestBody.Whole.ToStringUtf8()));
        Assert.Equal(["whole", "chunks"], upstream.Received.Select(static r => r.Body));
    }

    [Fact, Spec("GRP-169")]
    public async Task A_streamed_body_stays_with_the_request_unless_the_plugin_takes_it()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, RequestBody = BodyNeed.Streamed }, static async call =>
        {
            Assert.Equal(7UL, call.Start.RequestBody.Length);
            switch (call.Header("X-Do"))
            {
                case "leave":
                    await call.PassAsync();
                    break;
                case "take":
                    await call.ReadAsync(call.Start.RequestBody);
                    await call.PassAsync();
                    break;
                default:
                    var text = await call.ReadAllAsync(call.Start.RequestBody);
                    await call.PassAsync(new() { Body = new() { StreamId = 5 } });
                    await call.ChunkAsync(5, text.ToUpperInvariant());
                    await call.ChunkAsync(5, "!", isLast: true);
                    break;
            }
        });
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.EndpointAsync(play.Place(Layer.Endpoint), upstream);

        foreach (var action in new[] { "leave", "take", "replace" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/data") { Content = new StringContent("content"), Headers = { { "X-Do", action } } };
            using var answer = await gateway.Client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        await play.CheckAsync();
        Assert.Equal(["content", "", "CONTENT!"], upstream.Received.Select(static r => r.Body));
    }

    [Fact, Spec("GRP-169")]
    public async Task A_request_without_a_body_can_be_given_one()
    {
        await using var play = await Play.StartAsync(new Needs(), static call => call.PassAsync(new() { Method = "POST", Target = "/data", Body = Short.Whole("new") }));
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        await gateway.Client.GetStringAsync("/data");

        Assert.Equal(("POST", "new"), (upstream.Received[0].Method, upstream.Received[0].Body));
    }

    [Fact, Spec("GRP-170", "GRP-163")]
    public async Task An_exchange_goes_on_once()
    {
        await using var play = await Play.StartAsync(new Needs { ResponseHead = true }, static async call =>
        {
            await call.GoOnAsync();
            await call.SendAsync(new() { Proceed = new() { Attempt = 2 } });
            Assert.Equal(CancelReason.ProtocolError, await call.Cancelled);
        });
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        using var answer = await gateway.Client.GetAsync("/data");

        await play.CheckAsync();
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
        Assert.Null(answer.Header("X-Krakend"));
        Assert.Contains(play.Log, static l => l.Contains("a second Proceed", StringComparison.Ordinal));
        Assert.Contains(play.Noted, static l => l.Contains("a second Proceed", StringComparison.Ordinal));
    }

    private sealed class Around(Action<HttpContext> action) : IHttpMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            action(context);
            return next(context);
        }
    }

    private sealed class FixedClaims : IClaims
    {
        public KrakenPlugins.Sdk.Data.DataObject Tree { get; } = new() { ["sub"] = new KrakenPlugins.Sdk.Data.DataString("outer") };

        public string? GetText(string name) => null;
    }

    private sealed class Unsized(string text) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
