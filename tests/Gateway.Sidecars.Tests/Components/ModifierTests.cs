using System.Text;
using Gateway.Sidecars.Components;
using Gateway.Testing;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace Gateway.Sidecars.Tests.Components;

public sealed class ModifierTests
{
    [Fact, Spec("GRP-184")]
    public async Task A_request_modifier_changes_the_request_in_place()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, RequestBody = BodyNeed.Streamed }, static async call =>
        {
            var text = await call.ReadAllAsync(call.Start.RequestBody);
            await call.FinishAsync(new RequestChange
            {
                Method = "put",
                Target = "/new?a=1",
                Scheme = "https",
                Authority = "other.test:8443",
                HostHeader = "host.test",
                Headers = { Short.Set("x-new", "1"), Short.Remove("X-Old") },
                Query = new() { Parameters = { new Parameter { Name = "a", Value = "1" } } },
                Parameters = new() { Parameters = { new Parameter { Name = "Id", Value = "9" } } },
                Body = new() { StreamId = 2 },
            });
            await call.ChunkAsync(2, text, isLast: false);
            await call.ChunkAsync(2, "!", isLast: true);
        });
        var request = TestRequest.Create("POST", "/old", [("X-Old", "1")], [("q", "1")], [("Id", "1")], TestRequest.Body("body"), new BackendHost("http", "b.test", 80));
        request.Headers.Set("Authorization", "secret");
        request.CredentialHeader = "Authorization";

        Assert.Null(await SidecarComponents.RequestModifier(play.Place(Layer.RequestModifier)).ModifyAsync(request, CancellationToken.None));

        Assert.Equal(("PUT", "/new?a=1", "https://other.test:8443", "host.test"), (request.Method, request.Target, request.Host!.ToString(), request.HostHeader));
        Assert.Equal(("1", null, null), (request.Headers.Get("X-New"), request.Headers.Get("X-Old"), request.Headers.Get("Authorization")));
        Assert.Equal(("1", null, "9"), (request.Query.Get("a"), request.Query.Get("q"), request.Parameters.Get("Id")));
        Assert.Equal("body!", Encoding.UTF8.GetString(request.Body.Bytes.Span));
    }

    [Theory, Spec("GRP-184", "GRP-163")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_of_a_change_that_is_wrong_in_part_is_done(bool bypass)
    {
        await using var play = await Play.StartAsync(new Needs(), static call => call.FinishAsync(new RequestChange { Method = "PUT", Target = "/new", Headers = { Short.Set("X-A", "a\r\nX-B: b") } }));
        var request = TestRequest.Create(target: "/old");

        var error = await SidecarComponents.RequestModifier(play.Place(Layer.RequestModifier, bypass)).ModifyAsync(request, CancellationToken.None);

        Assert.Equal(bypass, error is null);
        Assert.Equal(("GET", "/old", 0), (request.Method, request.Target, request.Headers.Count));
        Assert.Contains(play.Log, static l => l.Contains("\"X-A\" has a control character", StringComparison.Ordinal));
    }

    [Fact, Spec("GRP-184")]
    public async Task A_response_modifier_changes_data_or_refuses()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, ResponseHead = true, ResponseBody = BodyNeed.Buffered }, static call =>
        {
            Assert.Equal("{\"a\":1}", call.Start.Response.Body.Whole.ToStringUtf8());
            return call.Start.Request.Method == "GET"
                ? call.FinishAsync(new ResponseChange { IsData = true, Body = Short.Whole("{\"b\":2}"), IsComplete = false })
                : call.FinishAsync(new CallFailure { Kind = FailureKind.Rejected, Status = 422, Message = "no" });
        });
        var modifier = SidecarComponents.ResponseModifier(play.Place(Layer.ResponseModifier));
        using var first = new ProxyResponse { Data = TestPayload.Of("{\"a\":1}"), IsComplete = true };
        using var second = new ProxyResponse { Data = TestPayload.Of("{\"a\":1}"), IsComplete = true };

        Assert.Null(await modifier.ModifyAsync(TestRequest.Create(), first, CancellationToken.None));
        var error = await modifier.ModifyAsync(TestRequest.Create("PUT"), second, CancellationToken.None);

        Assert.Equal(("{\"b\":2}", false), (first.Json(), first.IsComplete));
        Assert.Equal((422, GatewayErrorKind.Rejected), (error!.StatusCode, error.Kind));
    }

    [Fact, Spec("GRP-184", "GRP-182")]
    public async Task A_response_modifier_streams_a_raw_answer_through_itself()
    {
        await using var play = await Play.StartAsync(new Needs { ResponseBody = BodyNeed.Streamed }, static async call =>
        {
            var (text, isLast, _) = await call.ReadAsync(call.Start.Response.Body);
            await call.FinishAsync(new ResponseChange { Body = new() { StreamId = 1 } });
            while (!isLast)
            {
                await call.ChunkAsync(1, text.ToUpperInvariant());
                (text, isLast, _) = await call.ReadAsync(call.Start.Response.Body, credit: 0);
            }
            await call.ChunkAsync(1, text.ToUpperInvariant(), isLast: true);
        });
        using var response = new ProxyResponse { Raw = TestResults.RawAnswer(200, "text") };

        Assert.Null(await SidecarComponents.ResponseModifier(play.Place(Layer.ResponseModifier)).ModifyAsync(TestRequest.Create(), response, CancellationToken.None));

        Assert.Equal("TEXT", await response.Raw!.ReadTextAsync());
    }
}
