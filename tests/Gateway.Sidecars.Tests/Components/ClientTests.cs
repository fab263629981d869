using System.Net;
using Gateway.Testing;
using KrakenPlugins.Plugin.V1;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.Sidecars.Tests.Components;

public sealed class ClientTests
{
    [Fact, Spec("GRP-161", "GRP-165", "GRP-185")]
    public async Task Bodies_stream_past_a_component_that_needs_heads_only()
    {
        var parts = new TaskCompletionSource();
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, ResponseHead = true }, static async call =>
        {
            Assert.Equal("/raw", call.Start.Request.Target);
            Assert.InRange(call.Start.TimeoutMs, 1u, 10_000u);
            var answer = await call.GoOnAsync(new() { Headers = { Short.Set("X-Out", "1") } });
            Assert.Equal((200u, "1"), (answer.Status, answer.Header("X-Back")));
            await call.FinishAsync(new ResponseChange { Attempt = 1, Status = 202, Headers = { Short.Set("X-Back", "2") } });
        });
        await using var upstream = (await Upstream.StartAsync()).On("/raw", async context =>
        {
            context.Response.Headers["X-Back"] = context.Request.Headers["X-Out"];
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await parts.Task;
            await context.Response.WriteAsync("last");
        });
        await using var gateway = await Short.ClientAsync(play.Place(Layer.Client), upstream);

        using var answer = await gateway.Client.GetAsync("/raw", HttpCompletionOption.ResponseHeadersRead);
        using var body = await answer.Content.ReadAsStreamAsync();
        var first = new byte[5];
        await body.ReadExactlyAsync(first);
        parts.SetResult();

        await play.CheckAsync();
        Assert.Equal(((HttpStatusCode)202, "2", "last"), (answer.StatusCode, answer.Header("X-Back"), await new StreamReader(body).ReadToEndAsync()));
    }

    [Fact, Spec("GRP-185")]
    public async Task Bodies_go_through_the_plugin_both_ways()
    {
        var text = string.Concat(Enumerable.Range(0, 200_000).Select(static i => (char)('a' + i % 26)));
        await using var play = await Play.StartAsync(new Needs { RequestBody = BodyNeed.Streamed, ResponseHead = true, ResponseBody = BodyNeed.Streamed }, static async call =>
        {
            await call.SendAsync(new() { Proceed = new() { Attempt = 1, Change = new() { Body = new() { StreamId = 1 } } } });
            await CopyAsync(call, call.Start.RequestBody, 1);
            var answer = await call.ResultAsync(1);
            await call.FinishAsync(new ResponseChange { Attempt = 1, Body = new() { StreamId = 2 } });
            await CopyAsync(call, answer.Body, 2);
        });
        await using var upstream = (await Upstream.StartAsync()).On("/raw", async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var received = await reader.ReadToEndAsync();
            context.Response.ContentLength = received.Length;
            context.Response.Headers.ContentEncoding = "x-none";
            await context.Response.WriteAsync(received);
        });
        await using var gateway = await Short.ClientAsync(play.Place(Layer.Client), upstream);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/raw") { Content = new StringContent(text) };
        using var answer = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Null(answer.Content.Headers.ContentLength);
        var received = await answer.Content.ReadAsStringAsync();

        await play.CheckAsync();
        Assert.Equal(text.ToUpperInvariant(), received);
        Assert.Null(answer.Header("Content-Encoding"));
    }

    [Fact, Spec("GRP-185")]
    public async Task Whole_bodies_are_framed_anew()
    {
        await using var play = await Play.StartAsync(new Needs { ResponseBody = BodyNeed.Buffered }, static async call =>
        {
            var answer = await call.GoOnAsync();
            await call.FinishAsync(new ResponseChange { Attempt = 1, Body = Short.Whole(answer.Body.Whole.ToStringUtf8() + "+"), Headers = { Short.Set("Content-Encoding", "own") } });
        });
        await using var upstream = (await Upstream.StartAsync()).On("/raw", static context =>
        {
            context.Response.Headers.ContentEncoding = "theirs";
            context.Response.ContentLength = 4;
            return context.Response.WriteAsync("body");
        });
        await using var gateway = await Short.ClientAsync(play.Place(Layer.Client), upstream);

        using var answer = await gateway.Client.GetAsync("/raw");

        Assert.Equal(("body+", 5L, "own"), (await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentLength, answer.Header("Content-Encoding")));
    }

    [Fact, Spec("GRP-186")]
    public async Task A_plugin_sends_a_call_elsewhere_or_answers_it()
    {
        await using var other = (await Upstream.StartAsync()).Answer("/there", "{\"from\":\"other\"}");
        var address = new Uri(other.Host);
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, call => call.Start.Request.Method == "GET"
            ? call.PassAsync(new() { Scheme = address.Scheme, Authority = address.Authority, Target = "/there" })
            : call.FinishAsync(new Response { Status = 200, Headers = { new Header { Name = "Content-Type", Value = "application/json" } }, Body = Short.Whole("{\"from\":\"plugin\"}") }));
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await Short.ClientAsync(play.Place(Layer.HttpClient), upstream);

        var elsewhere = await gateway.Client.GetStringAsync("/data");
        using var own = await gateway.Client.PostAsync("/data", new StringContent(""));

        Assert.Equal(("{\"from\":\"other\"}", "{\"from\":\"plugin\"}"), (elsewhere, await own.Content.ReadAsStringAsync()));
        Assert.Empty(upstream.Received);
    }

    [Fact, Spec("GRP-181", "GRP-185")]
    public async Task A_call_that_fails_is_told_and_can_be_answered()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, ResponseHead = true }, static async call =>
        {
            var answer = await call.GoOnAsync(new() { Scheme = "http", Authority = "127.0.0.1:1" });
            Assert.Equal((FailureKind.Connection, true), (answer.Failure.Kind, answer.Failure.IsUnsent));
            await call.FinishAsync(new Response { Status = 200, Body = Short.Whole("{\"instead\":1}") });
        });
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await Short.ClientAsync(play.Place(Layer.Client), upstream);

        var answer = await gateway.Client.GetStringAsync("/data");

        await play.CheckAsync();
        Assert.Equal("{\"instead\":1}", answer);
    }

    [Fact, Spec("GRP-166", "GRP-185")]
    public async Task A_client_that_leaves_an_answer_cancels_the_call_that_it_comes_in()
    {
        await using var play = await Play.StartAsync(new Needs(), static async call =>
        {
            await call.FinishAsync(new Response { Status = 200, Body = new() { StreamId = 1 } });
            await call.ChunkAsync(1, "some");
            await call.Cancelled;
        });
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await Short.ClientAsync(play.Place(Layer.Client), upstream);

        using (var answer = await gateway.Client.GetAsync("/raw", HttpCompletionOption.ResponseHeadersRead))
            await (await answer.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[4]);

        await play.CheckAsync();
        await Wait.UntilAsync(() => play.Scene.Link.OpenCalls == 0, static () => "the call is still open");
    }

    private static async Task CopyAsync(PluginCall call, Body from, uint to)
    {
        var credit = 1u << 20;
        var isLast = false;
        while (!isLast)
        {
            (var text, isLast, var isBroken) = await call.ReadAsync(from, credit);
            Assert.False(isBroken);
            credit = 0;
            await call.ChunkAsync(to, text.ToUpperInvariant(), isLast);
        }
    }
}
