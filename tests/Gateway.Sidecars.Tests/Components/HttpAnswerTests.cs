using System.Net;
using Gateway.Testing;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.Sidecars.Tests.Components;

public sealed class HttpAnswerTests
{
    [Fact, Spec("GRP-171", "GRP-160")]
    public async Task The_head_is_changed_before_the_first_byte_and_the_body_streams_on()
    {
        var goOn = new TaskCompletionSource();
        await using var play = await Play.StartAsync(new Needs { ResponseHead = true }, static async call =>
        {
            var answer = await call.GoOnAsync();
            Assert.Equal((201u, "backend", "inner"), (answer.Status, answer.Header("X-From"), answer.Header("X-Late")));
            Assert.Null(answer.Body);
            await call.FinishAsync(new ResponseChange { Attempt = 1, Status = 203, Headers = { Short.Set("X-From", "plugin"), Short.Remove("X-Late"), Short.Set("X-Krakend", "me"), Short.Set("Connection", "x") } });
        });
        await using var upstream = (await Upstream.StartAsync()).On("/raw", async context =>
        {
            context.Response.StatusCode = 201;
            context.Response.Headers["X-From"] = "backend";
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await goOn.Task;
            await context.Response.WriteAsync("second");
        });
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream, static registry =>
            registry.Endpoint("test/inner", EndpointStages.RateLimit, static (_, _, _) => new LateHeader()), "\"test/inner\": {}");

        using var answer = await gateway.Client.GetAsync("/raw", HttpCompletionOption.ResponseHeadersRead);
        using var body = await answer.Content.ReadAsStreamAsync();
        var buffer = new byte[5];
        await body.ReadExactlyAsync(buffer);
        goOn.SetResult();

        await play.CheckAsync();
        Assert.Equal("first"u8, buffer);
        Assert.Equal("second", await new StreamReader(body).ReadToEndAsync());
        Assert.Equal((HttpStatusCode)203, answer.StatusCode);
        Assert.Equal(("plugin", null), (answer.Header("X-From"), answer.Header("X-Late")));
        Assert.NotEqual("me", answer.Header("X-Krakend"));
        Assert.Equal(2, Assert.Single(play.Calls).Frames);
    }

    [Fact, Spec("GRP-172")]
    public async Task A_buffered_answer_can_be_read_changed_or_left()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, ResponseHead = true, ResponseBody = BodyNeed.Buffered }, static async call =>
        {
            var answer = await call.GoOnAsync();
            var change = new ResponseChange { Attempt = 1 };
            if (call.Header("X-Do") == "change")
                change.Body = Short.Whole(answer.Body.Whole.ToStringUtf8().ToUpperInvariant());
            await call.FinishAsync(change);
        });
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{\"a\":\"b\"}");
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        var left = await gateway.Client.GetStringAsync("/data");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/data") { Headers = { { "X-Do", "change" } } };
        using var changed = await gateway.Client.SendAsync(request);

        await play.CheckAsync();
        Assert.Equal("{\"a\":\"b\"}", left);
        Assert.Equal("{\"A\":\"B\"}", await changed.Content.ReadAsStringAsync());
        Assert.Equal(9, changed.Content.Headers.ContentLength);
        Assert.Equal("true", changed.Header("X-Krakend-Completed"));
    }

    [Fact, Spec("GRP-172")]
    public async Task An_answer_that_is_longer_than_may_be_held_is_a_failure()
    {
        await using var play = await Play.StartAsync(new Needs { ResponseBody = BodyNeed.Buffered }, static call => call.SendAsync(new() { Proceed = new() { Attempt = 1 } }));
        await using var upstream = (await Upstream.StartAsync()).Answer("/raw", new string('x', 300_000));
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server, bypass: true, maxWholeBody: 1000), upstream);

        using var answer = await gateway.Client.GetAsync("/raw");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
    }

    [Fact, Spec("GRP-173")]
    public async Task Events_of_the_server_reach_the_client_one_by_one()
    {
        var parts = Enumerable.Range(0, 3).Select(static _ => new TaskCompletionSource()).ToArray();
        await using var play = await Play.StartAsync(new Needs { ResponseHead = true, ResponseBody = BodyNeed.Streamed }, static async call =>
        {
            var answer = await call.GoOnAsync();
            Assert.NotEqual(0u, answer.Body.StreamId);
            await call.FinishAsync(new ResponseChange { Attempt = 1 });
        });
        await using var upstream = (await Upstream.StartAsync()).On("/raw", context => EventsAsync(context, parts));
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        using var answer = await gateway.Client.GetAsync("/raw", HttpCompletionOption.ResponseHeadersRead);
        await ExpectEventsAsync(answer, parts, static n => $"data: {n}\n\n");

        await play.CheckAsync();
    }

    [Fact, Spec("GRP-173")]
    public async Task A_body_that_the_plugin_takes_goes_through_it_chunk_by_chunk()
    {
        var parts = Enumerable.Range(0, 3).Select(static _ => new TaskCompletionSource()).ToArray();
        await using var play = await Play.StartAsync(new Needs { ResponseHead = true, ResponseBody = BodyNeed.Streamed }, static async call =>
        {
            var answer = await call.GoOnAsync();
            var (text, _, _) = await call.ReadAsync(answer.Body);
            await call.FinishAsync(new ResponseChange { Attempt = 1, Headers = { Short.Set("X-By", "plugin") }, Body = new() { StreamId = 9 } });
            var isLast = false;
            while (!isLast)
            {
                await call.ChunkAsync(9, text.ToUpperInvariant());
                (text, isLast, _) = await call.ReadAsync(answer.Body, credit: 0);
            }
            await call.ChunkAsync(9, text.ToUpperInvariant(), isLast: true);
        });
        await using var upstream = (await Upstream.StartAsync()).On("/raw", context => EventsAsync(context, parts));
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        using var answer = await gateway.Client.GetAsync("/raw", HttpCompletionOption.ResponseHeadersRead);
        await ExpectEventsAsync(answer, parts, static n => $"DATA: {n}\n\n");

        await play.CheckAsync();
        Assert.Equal("plugin", answer.Header("X-By"));
        Assert.Null(answer.Content.Headers.ContentLength);
    }

    [Fact, Spec("GRP-173")]
    public async Task A_body_of_the_plugin_that_breaks_off_breaks_the_answer_off()
    {
        await using var play = await Play.StartAsync(new Needs { ResponseHead = true }, static async call =>
        {
            await call.GoOnAsync();
            await call.FinishAsync(new ResponseChange { Attempt = 1, Body = new() { StreamId = 1, Length = 100 } });
            await call.ChunkAsync(1, "some");
            await call.ChunkAsync(1, "", isBroken: true);
        });
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.GetStringAsync("/data"));
        Assert.Contains(play.Log, static l => l.Contains("broke", StringComparison.Ordinal));
    }

    [Fact, Spec("GRP-174", "GRP-162")]
    public async Task A_plugin_answers_itself_and_nothing_further_in_runs()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, static call => call.FinishAsync(new Response
        {
            Status = 418,
            Headers = { new Header { Name = "X-A", Value = "1" }, new Header { Name = "X-A", Value = "2" }, new Header { Name = "Transfer-Encoding", Value = "gzip" }, new Header { Name = "Content-Type", Value = "text/x" } },
            Body = Short.Whole("short"),
        }));
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        using var answer = await gateway.Client.GetAsync("/data");

        Assert.Equal((418, "1, 2", "text/x", 5L, "short"),
            ((int)answer.StatusCode, answer.Header("X-A"), answer.Header("Content-Type"), answer.Content.Headers.ContentLength, await answer.Content.ReadAsStringAsync()));
        Assert.Empty(upstream.Received);
    }

    [Theory, Spec("GRP-174", "GRP-175")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_plugin_answers_in_place_of_those_further_in(bool streams)
    {
        await using var play = await Play.StartAsync(new Needs { ResponseHead = true }, async call =>
        {
            var answer = await call.GoOnAsync();
            Assert.Equal(500u, answer.Status);
            await call.FinishAsync(new Response { Status = 200, Headers = { new Header { Name = "X-By", Value = "plugin" } }, Body = streams ? new() { StreamId = 3 } : Short.Whole("mine") });
            if (streams)
                await call.ChunkAsync(3, "mine", isLast: true);
        });
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream, static registry =>
        {
            registry.Server("test/outer", ServerStages.Cors, static (_, _, _) => new OuterHeader(), ComponentReach.Endpoints);
            registry.Endpoint("test/outer", EndpointStages.RateLimit, static (_, _, _) => null);
        }, "\"test/outer\": {}");

        using var answer = await gateway.Client.GetAsync("/data");

        await play.CheckAsync();
        Assert.Equal((HttpStatusCode.OK, "mine"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Equal(("plugin", "outer", null), (answer.Header("X-By"), answer.Header("X-Outer"), answer.Header("X-Krakend")));
    }

    [Fact, Spec("GRP-174")]
    public async Task A_refusal_has_its_status_headers_and_a_body_where_that_is_public()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, static call => call.FinishAsync(new CallFailure
        {
            Kind = FailureKind.Rejected,
            Status = 401,
            Message = "no badge",
            Headers = { new Header { Name = "WWW-Authenticate", Value = "Badge" } },
            Body = ByteString.CopyFromUtf8("{\"error\":\"badge\"}"),
            ContentType = "application/json",
            IsBodyPublic = call.Header("X-Public") is not null,
        }));
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await Short.EndpointAsync(play.Place(Layer.Endpoint), upstream);

        using var bare = await gateway.Client.GetAsync("/data");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/data") { Headers = { { "X-Public", "1" } } };
        using var shown = await gateway.Client.SendAsync(request);

        Assert.Equal((HttpStatusCode.Unauthorized, "Badge", ""), (bare.StatusCode, bare.Header("WWW-Authenticate"), await bare.Content.ReadAsStringAsync()));
        Assert.Equal(("application/json", "{\"error\":\"badge\"}"), (shown.Header("Content-Type"), await shown.Content.ReadAsStringAsync()));
        Assert.Contains("no badge", play.Noted);
        Assert.Empty(play.Log);
    }

    [Fact, Spec("GRP-175")]
    public async Task Headers_for_the_answer_are_there_before_anything_further_in_writes()
    {
        await using var play = await Play.StartAsync(new Needs(), static call =>
            call.SendAsync(new() { Proceed = new() { Attempt = 1, IsLast = true, ResponseHeaders = { Short.Set("X-First", "1"), Short.Set("X-Krakend", "me") } } }));
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        using var answer = await gateway.Client.GetAsync("/data");

        Assert.Equal("1", answer.Header("X-First"));
        Assert.NotEqual("me", answer.Header("X-Krakend"));
    }

    [Fact, Spec("GRP-166", "GRP-176")]
    public async Task A_client_that_leaves_cancels_the_call()
    {
        var isBegun = new TaskCompletionSource();
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, async call =>
        {
            isBegun.SetResult();
            Assert.Equal(CancelReason.ClientGone, await call.Cancelled);
        });
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);
        using var leave = new CancellationTokenSource();

        var request = gateway.Client.GetAsync("/data", leave.Token);
        await isBegun.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await play.CheckAsync();
    }

    [Theory, Spec("GRP-187", "GRP-176")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_loss_while_those_further_in_work_is_answered_after_they_have_ended(bool bypass)
    {
        var isCalled = new TaskCompletionSource();
        await using var play = await Play.StartAsync(new Needs { ResponseHead = true }, static call => call.SendAsync(new() { Proceed = new() { Attempt = 1 } }));
        await using var upstream = (await Upstream.StartAsync()).On("/data", async context =>
        {
            isCalled.SetResult();
            if (bypass)
                await play.Scene.Link.Broken.WaitAsync(TimeSpan.FromSeconds(10));
            else
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            await context.Response.WriteAsync("{}");
        });
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server, bypass), upstream);

        var request = gateway.Client.GetAsync("/data");
        await isCalled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await play.Scene.Sidecar.StopAsync();
        using var answer = await request;

        Assert.Equal(bypass ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains(play.Log, static l => l.Contains("was lost", StringComparison.Ordinal));
    }

    [Theory, Spec("GRP-187", "GRP-188")]
    [InlineData(false, HttpStatusCode.ServiceUnavailable)]
    [InlineData(true, HttpStatusCode.OK)]
    public async Task Without_a_sidecar_a_request_fails_or_passes_by(bool bypass, HttpStatusCode status)
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, ResponseHead = true }, static call => call.PassAsync());
        play.IsThere = false;
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.EndpointAsync(play.Place(Layer.Endpoint, bypass), upstream);

        using var answer = await gateway.Client.GetAsync("/data");
        using var second = await gateway.Client.GetAsync("/data");

        Assert.Equal((status, status), (answer.StatusCode, second.StatusCode));
        Assert.Contains("it crashes in a loop", Assert.Single(play.Log), StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-187")]
    public async Task A_plugin_that_is_too_late_is_504()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, static call => call.Cancelled, TimeSpan.FromMilliseconds(200));
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        using var answer = await gateway.Client.GetAsync("/data");

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
    }

    [Fact, Spec("GRP-188")]
    public async Task A_body_that_was_taken_cannot_be_passed_by()
    {
        await using var play = await Play.StartAsync(new Needs { RequestBody = BodyNeed.Streamed }, static async call =>
        {
            await call.ReadAsync(call.Start.RequestBody);
            await call.PassAsync(new() { Target = "no path" });
        });
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server, bypass: true), upstream);

        using var answer = await gateway.Client.PostAsync("/data", new StringContent("body"));

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Empty(upstream.Received);
    }

    [Theory, Spec("GRP-234", "GRP-243")]
    [InlineData(true, HttpStatusCode.InternalServerError)]
    [InlineData(false, HttpStatusCode.OK)]
    public async Task A_place_that_is_closed_answers_500_and_one_that_is_unused_is_passed_by(bool isClosed, HttpStatusCode status)
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, static _ => throw new InvalidOperationException("nobody calls here"));
        play.Standing = isClosed ? Gateway.Sidecars.Calls.PlaceStanding.Closed : Gateway.Sidecars.Calls.PlaceStanding.Unused;
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.EndpointAsync(play.Place(Layer.Endpoint, bypass: true), upstream);

        using var answer = await gateway.Client.GetAsync("/data");

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(isClosed ? 0 : 1, upstream.Received.Count);
        Assert.Empty(play.Calls);
    }

    private static async Task EventsAsync(HttpContext context, TaskCompletionSource[] parts)
    {
        context.Response.ContentType = "text/event-stream";
        for (var i = 0; i < parts.Length; i++)
        {
            await context.Response.WriteAsync($"data: {i}\n\n");
            await context.Response.Body.FlushAsync();
            await parts[i].Task;
        }
    }

    private static async Task ExpectEventsAsync(HttpResponseMessage answer, TaskCompletionSource[] parts, Func<int, string> text)
    {
        using var body = await answer.Content.ReadAsStreamAsync();
        for (var i = 0; i < parts.Length; i++)
        {
            var expected = System.Text.Encoding.UTF8.GetBytes(text(i));
            var buffer = new byte[expected.Length];
            await body.ReadExactlyAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
            Assert.Equal(expected, buffer);
            // Only what the client has seen lets the next one begin.
            parts[i].SetResult();
        }
        Assert.Equal(0, await body.ReadAsync(new byte[1]));
    }

    private sealed class LateHeader : IHttpMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            context.Response.OnStarting(static state =>
            {
                ((HttpContext)state).Response.Headers["X-Late"] = "inner";
                return Task.CompletedTask;
            }, context);
            return next(context);
        }
    }

    private sealed class OuterHeader : IHttpMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            context.Response.Headers["X-Outer"] = "outer";
            return next(context);
        }
    }
}
