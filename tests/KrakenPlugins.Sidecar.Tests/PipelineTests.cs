using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Sidecar.Tests;

public sealed class PipelineTests
{
    private static Task<Peer> StartAsync(Func<ProxyRequest, ProxyHandler, CancellationToken, ValueTask<ProxyResult>> run) =>
        Peer.StartAsync(registry => registry.Backend("acme/b", BackendStages.Scripts, (_, _, _) => AdHoc.Proxy(run)));

    private static Response Json(string json, bool isComplete = true) => new() { Status = 200, IsData = true, IsComplete = isComplete, Body = new Body { Whole = ByteString.CopyFromUtf8(json) } };

    private static CallStart Start() => new()
    {
        Request = new RequestHead
        {
            Method = "POST", Target = "/b?x=1", Scheme = "http", Authority = "up:8080",
            Headers = { new Header { Name = "X-A", Value = "1" } },
            Query = { new Parameter { Name = "q", Value = "1" } },
            Parameters = { new Parameter { Name = "Id", Value = "7" } },
        },
        RequestBody = new Body { Whole = ByteString.CopyFromUtf8("body") },
    };

    [Fact]
    [Spec("GRP-212")]
    public async Task A_request_and_data_that_are_only_looked_at_do_not_cross_again()
    {
        string? seen = null;
        await using var peer = await StartAsync(async (request, next, token) =>
        {
            await request.Body.BufferAsync(token);
            seen = $"{request.Method} {request.Host} {request.Target} {request.Headers.Get("x-a")} {request.Query.Get("q")} {request.Parameters.Get("Id")} {System.Text.Encoding.UTF8.GetString(request.Body.Bytes.Span)}";
            var result = await next(request, token);
            seen += $" -> {result.Response!.StatusCode} {DataJson.ToString(result.Response.Data!.Tree)} {result.Response.IsComplete}";
            return result;
        });

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Backend, "acme/b"), Start());
        var proceed = await call.ProceedAsync();
        await call.ResultAsync(1, Json("""{"a":1}"""));
        var finish = await call.FinishAsync();

        Assert.Equal("""POST http://up:8080 /b?x=1 1 1 7 body -> 200 {"a":1} True""", seen);
        Assert.Equal(new Proceed { Attempt = 1 }, proceed);
        Assert.Equal(new Finish { Change = new ResponseChange { Attempt = 1 } }, finish);
    }

    [Fact]
    [Spec("GRP-212")]
    public async Task What_a_component_changes_goes_on()
    {
        await using var peer = await StartAsync(static async (request, next, token) =>
        {
            request.Method = "PUT";
            request.Target = "/c";
            request.Host = new BackendHost("https", "other", 443);
            request.HostHeader = "virtual";
            request.Headers.Add("X-B", "2");
            request.Query.Set("q", "2");
            request.Parameters.Clear();
            request.Body = RequestBody.Of("new"u8.ToArray());
            var (response, _) = await next(request, token);
            response!.Data!.Tree["b"] = DataNumber.Of(2);
            response.IsComplete = true;
            response.StatusCode = 201;
            response.Headers = new NameValueList(ignoreCase: true);
            response.Headers.Add("X-C", "3");
            return response;
        });

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Backend, "acme/b"), Start());
        var proceed = await call.ProceedAsync();
        var partial = Json("""{"a":1}""", isComplete: false);
        partial.Failure = new CallFailure { Kind = FailureKind.Timeout, Message = "late" };
        await call.ResultAsync(1, partial);
        var finish = await call.FinishAsync();

        Assert.Equal(
            new RequestChange
            {
                Method = "PUT", Target = "/c", Scheme = "https", Authority = "other", HostHeader = "virtual",
                Headers = { new HeaderChange { Name = "X-B", Operation = HeaderOperation.Set, Value = "2" } },
                Query = new ParameterList { Parameters = { new Parameter { Name = "q", Value = "2" } } },
                Parameters = new ParameterList(),
                Body = new Body { Whole = ByteString.CopyFromUtf8("new") },
            },
            proceed.Change);
        Assert.Equal(
            new ResponseChange
            {
                Attempt = 1, Status = 201, IsComplete = true, ClearsFailure = true, IsData = true, Body = new Body { Whole = ByteString.CopyFromUtf8("""{"a":1,"b":2}""") },
                Headers = { new HeaderChange { Name = "X-C", Operation = HeaderOperation.Set, Value = "3" } },
            },
            finish.Change);
    }

    [Fact]
    [Spec("GRP-212")]
    public async Task A_raw_answer_stays_in_the_gateway_and_data_may_take_its_place()
    {
        await using var peer = await StartAsync(static async (request, next, token) =>
        {
            var result = await next(request, token);
            if (request.Query.Contains("data"))
                return new ProxyResponse { Data = new TreePayload(new DataObject { ["status"] = DataNumber.Of(result.Response!.Raw!.StatusCode) }), IsComplete = true };
            result.Response!.Raw!.Headers.Set("X-Seen", "yes");
            return result;
        });
        var place = await peer.BuildAsync(Layer.Backend, "acme/b");
        var raw = new Response { Status = 404, Headers = { new Header { Name = "X-Raw", Value = "r" } }, Body = new Body { StreamId = 3, Length = 9 }, IsComplete = true };

        var kept = await peer.CallAsync(place, new CallStart { Request = new RequestHead { Method = "GET" } });
        await kept.ProceedAsync();
        await kept.ResultAsync(1, raw);
        var change = (await kept.FinishAsync()).Change;
        var replaced = await peer.CallAsync(place, new CallStart { Request = new RequestHead { Method = "GET", Query = { new Parameter { Name = "data", Value = "1" } } } });
        await replaced.ProceedAsync();
        await replaced.ResultAsync(1, raw);
        var response = (await replaced.FinishAsync()).Response;

        Assert.Equal(new ResponseChange { Attempt = 1, Headers = { new HeaderChange { Name = "X-Seen", Operation = HeaderOperation.Set, Value = "yes" } } }, change);
        Assert.Equal(("""{"status":404}""", true, true), (response.Body.Whole.ToStringUtf8(), response.IsData, response.IsComplete));
    }

    [Fact]
    [Spec("GRP-212", "GRP-214")]
    public async Task Of_several_attempts_at_once_any_can_be_the_outcome()
    {
        await using var peer = await StartAsync(static async (request, next, token) =>
        {
            var attempts = new[] { request.Fork(), request.Fork() };
            attempts[1].Headers.Set("X-Try", "2");
            var results = await Task.WhenAll(next(attempts[0], token).AsTask(), next(attempts[1], token).AsTask());
            return results[1];
        });

        var call = await peer.CallAsync(await peer.BuildAsync(Layer.Backend, "acme/b"), Start());
        var proceeds = new[] { await call.ProceedAsync(), await call.ProceedAsync() };
        await call.ResultAsync(2, Json("""{"second":true}"""));
        await call.ResultAsync(1, new Response { Failure = new CallFailure { Kind = FailureKind.Connection, Message = "refused", Status = 502 } });
        var finish = await call.FinishAsync();

        Assert.Equal(["", "X-Try"], proceeds.OrderBy(static p => p.Attempt).Select(static p => p.Change?.Headers[0].Name ?? ""));
        Assert.Equal(new ResponseChange { Attempt = 2 }, finish.Change);
    }

    [Fact]
    [Spec("GRP-212")]
    public async Task An_executor_answers_by_itself()
    {
        await using var peer = await Peer.StartAsync(static registry => registry.Executor("acme/x", static (_, _, _) => AdHoc.Proxy(static async (request, next, token) =>
        {
            if (request.Method == "BEHIND")
                return await next(request, token);
            return new ProxyResponse { Data = new TreePayload(new DataObject { ["big"] = new DataString(new string('x', 2 << 20)) }), IsComplete = true, StatusCode = 200 };
        })));
        var place = await peer.BuildAsync(Layer.Executor, "acme/x");

        var call = await peer.CallAsync(place);
        var finish = await call.FinishAsync();
        var text = await call.ReadAsync(finish.Response.Body);
        var behind = await (await peer.CallAsync(place, new CallStart { Request = new RequestHead { Method = "BEHIND" } })).FinishAsync();

        Assert.Equal((200u, true, true, (2 << 20) + 10), (finish.Response.Status, finish.Response.IsData, finish.Response.IsComplete, text.Length));
        Assert.Equal("acme/x is an executor: there is nothing behind it", behind.Failure.Message);
    }

    [Fact]
    [Spec("GRP-216")]
    public async Task Failures_cross_with_all_that_they_say()
    {
        GatewayError? seen = null;
        await using var peer = await StartAsync(async (request, next, token) =>
        {
            if (request.Method == "OWN")
            {
                var headers = new NameValueList(ignoreCase: true);
                headers.Add("Retry-After", "1");
                return new GatewayError(GatewayErrorKind.Rejected, "not now", 429) { Body = "wait"u8.ToArray(), ContentType = "text/x", IsBodyPublic = true, IsNeutral = true, IsUnsent = true, Headers = headers };
            }
            var result = await next(request, token);
            seen = result.Error;
            return result;
        });
        var place = await peer.BuildAsync(Layer.Backend, "acme/b");
        var failure = new CallFailure { Kind = FailureKind.Status, Status = 502, Message = "invalid status code", Body = ByteString.CopyFromUtf8("b"), ContentType = "t/t", IsNeutral = true };

        var own = await (await peer.CallAsync(place, new CallStart { Request = new RequestHead { Method = "OWN" } })).FinishAsync();
        var call = await peer.CallAsync(place);
        await call.ProceedAsync();
        await call.ResultAsync(1, new Response { Failure = failure });
        var handed = await call.FinishAsync();

        Assert.Equal(
            new CallFailure
            {
                Kind = FailureKind.Rejected, Status = 429, Message = "not now", Body = ByteString.CopyFromUtf8("wait"), ContentType = "text/x", IsBodyPublic = true, IsNeutral = true, IsUnsent = true,
                Headers = { new Header { Name = "Retry-After", Value = "1" } },
            },
            own.Failure);
        Assert.Equal((GatewayErrorKind.Status, 502, "invalid status code", "t/t", true), (seen!.Kind, seen.StatusCode, seen.Message, seen.ContentType, seen.IsNeutral));
        Assert.Equal(new Finish { Change = new ResponseChange { Attempt = 1 } }, handed);
    }

    [Fact]
    [Spec("GRP-215")]
    public async Task Modifiers_change_or_fail()
    {
        await using var peer = await Peer.StartAsync(static registry =>
        {
            registry.RequestModifier("rq", static (_, _, _) => AdHoc.Request(static request =>
            {
                if (request.Method == "BAD")
                    return new GatewayError(GatewayErrorKind.Rejected, "bad", 400);
                request.Headers.Set("X-M", "m");
                return null;
            }));
            registry.ResponseModifier("rs", static (_, _, _) => AdHoc.Response(static (request, response) =>
            {
                if (request.Method == "BAD")
                    return new GatewayError(GatewayErrorKind.Rejected, "bad", 400);
                if (response.Raw is { } raw)
                    raw.Headers.Set("X-M", "m");
                else
                    response.Data!.Tree["m"] = new DataString("m");
                return null;
            }));
        });
        var request = await peer.BuildAsync(Layer.RequestModifier, "rq");
        var response = await peer.BuildAsync(Layer.ResponseModifier, "rs");
        var bad = new RequestHead { Method = "BAD" };

        var changed = await (await peer.CallAsync(request)).FinishAsync();
        var refused = await (await peer.CallAsync(request, new CallStart { Request = bad })).FinishAsync();
        var data = await (await peer.CallAsync(response, new CallStart { Response = Json("{}") })).FinishAsync();
        var raw = await (await peer.CallAsync(response, new CallStart { Response = new Response { Status = 200, Body = new Body { StreamId = 1 } } })).FinishAsync();
        var failed = await (await peer.CallAsync(response, new CallStart { Request = bad, Response = Json("{}") })).FinishAsync();

        Assert.Equal("X-M", changed.Request.Headers.Single().Name);
        Assert.Equal((400u, 400u), (refused.Failure.Status, failed.Failure.Status));
        Assert.Equal(("""{"m":"m"}""", true, 0u), (data.Change.Body.Whole.ToStringUtf8(), data.Change.IsData, data.Change.Attempt));
        Assert.Equal(("X-M", (Body?)null), (raw.Change.Headers.Single().Name, raw.Change.Body));
    }
}
