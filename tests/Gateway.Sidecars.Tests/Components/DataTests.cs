using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using System.Text;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Components;
using Gateway.Testing;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace Gateway.Sidecars.Tests.Components;

public sealed class DataTests
{
    private static readonly Needs s_all = new() { RequestHead = true, RequestBody = BodyNeed.Buffered, ResponseHead = true, ResponseBody = BodyNeed.Buffered, Claims = true };

    [Fact, Spec("GRP-160", "GRP-165")]
    public async Task A_plugin_sees_the_request_of_the_pipeline()
    {
        await using var play = await Play.StartAsync(s_all, static call => call.PassAsync());
        var request = TestRequest.Create("POST", "/x?y=1", [("X-A", "1")], [("q", "a b")], [("Id", "7")], TestRequest.Body("in"), new BackendHost("https", "b.test", 8443), "{\"sub\":\"me\"}");
        request.Deadline = Environment.TickCount64 + 5_000;

        using var _ = (await CallAsync(play, request, static (_, _) => new(Data("{}")))).Response;

        var start = Assert.Single(play.Calls).Start;
        Assert.Equal(("POST", "/x?y=1", "https", "b.test:8443"), (start.Request.Method, start.Request.Target, start.Request.Scheme, start.Request.Authority));
        Assert.Equal(("X-A", "q", "a b", "Id", "7"), (start.Request.Headers[0].Name, start.Request.Query[0].Name, start.Request.Query[0].Value, start.Request.Parameters[0].Name, start.Request.Parameters[0].Value));
        Assert.Equal(("in", "{\"sub\":\"me\"}"), (start.RequestBody.Whole.ToStringUtf8(), start.ClaimsJson.ToStringUtf8()));
        Assert.InRange(start.TimeoutMs, 1u, 5_000u);
    }

    [Fact, Spec("GRP-177")]
    public async Task Data_that_the_plugin_leaves_stays_the_same_bytes()
    {
        await using var play = await Play.StartAsync(s_all, static async call =>
        {
            var answer = await call.GoOnAsync();
            Assert.Equal((200u, true, true, "{\"a\":1.0,\"b\":[]}"), (answer.Status, answer.IsData, answer.IsComplete, answer.Body.Whole.ToStringUtf8()));
            await call.FinishAsync(new ResponseChange { Attempt = 1 });
        });
        var payload = TestPayload.Of("{\"a\":1.0,\"b\":[]}");

        var result = await CallAsync(play, TestRequest.Create(), (_, _) => new(new ProxyResponse { Data = payload, StatusCode = 200, IsComplete = true }));

        using var response = result.Response!;
        await play.CheckAsync();
        Assert.Same(payload, response.Data);
    }

    [Fact, Spec("GRP-177", "GRP-178")]
    public async Task Data_status_headers_and_completeness_can_be_changed()
    {
        await using var play = await Play.StartAsync(s_all, static async call =>
        {
            await call.GoOnAsync();
            await call.FinishAsync(new ResponseChange { Attempt = 1, Status = 203, IsComplete = false, IsData = true, Body = Short.Whole("{\"z\":1, \"a\": 12345678901234567890.10}"), Headers = { Short.Set("x-by", "plugin") } });
        });

        var result = await CallAsync(play, TestRequest.Create(), static (_, _) => new(Data("{\"a\":1}")));

        using var response = result.Response!;
        Assert.Equal("{\"a\":12345678901234567890.10,\"z\":1}", response.Json());
        Assert.False(response.Data!.HasTree);
        Assert.Equal((203, false, "plugin"), (response.StatusCode, response.IsComplete, response.Headers!.Get("X-By")));
    }

    [Theory, Spec("GRP-177", "GRP-163")]
    [InlineData("[1]")]
    [InlineData("{\"a\":")]
    [InlineData("")]
    public async Task Data_that_is_no_object_loses_the_call(string json)
    {
        await using var play = await Play.StartAsync(s_all, async call =>
        {
            await call.GoOnAsync();
            await call.FinishAsync(new ResponseChange { Attempt = 1, IsData = true, Body = Short.Whole(json) });
        });

        var result = await CallAsync(play, TestRequest.Create(), static (_, _) => new(Data("{}")));

        Assert.Null(result.Response);
        Assert.Equal((GatewayErrorKind.Internal, 500), (result.Error!.Kind, result.Error.StatusCode));
        Assert.Contains("the data is no JSON object", result.Error.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("GRP-178", "GRP-181")]
    public async Task A_partial_answer_has_both_data_and_failure()
    {
        await using var play = await Play.StartAsync(s_all, static async call =>
        {
            var answer = await call.GoOnAsync();
            Assert.Equal((FailureKind.Multiple, 500u, "one failed"), (answer.Failure.Kind, answer.Failure.Status, answer.Failure.Message));
            Assert.Equal("{}", answer.Body.Whole.ToStringUtf8());
            await call.FinishAsync(new ResponseChange { Attempt = 1, ClearsFailure = call.Start.Request.Method == "PUT" });
        });
        var error = new GatewayError(GatewayErrorKind.Multiple, "one failed");

        var kept = await CallAsync(play, TestRequest.Create(), (_, _) => new(Data("{}") with { Error = error }));
        var cleared = await CallAsync(play, TestRequest.Create("PUT"), (_, _) => new(Data("{}") with { Error = error }));

        using (kept.Response)
        using (cleared.Response)
        {
            await play.CheckAsync();
            Assert.Same(error, kept.Error);
            Assert.NotNull(kept.Response);
            Assert.Null(cleared.Error);
            Assert.NotNull(cleared.Response);
        }
    }

    [Fact, Spec("GRP-181")]
    public async Task Failures_keep_what_they_say_both_ways()
    {
        await using var play = await Play.StartAsync(new Needs { ResponseHead = true }, static async call =>
        {
            var failure = (await call.GoOnAsync()).Failure;
            failure.Status++;
            await call.FinishAsync(failure);
        });
        var error = new GatewayError(GatewayErrorKind.Status, "upstream said no", 502)
        {
            Body = "no"u8.ToArray(),
            ContentType = "text/x",
            IsBodyPublic = true,
            IsNeutral = true,
            IsUnsent = true,
            Headers = List(("Retry-After", "3")),
        };

        var result = (await CallAsync(play, TestRequest.Create(), (_, _) => new(error))).Error!;

        Assert.Equal((GatewayErrorKind.Status, "upstream said no", 503, "text/x", true, true, true), (result.Kind, result.Message, result.StatusCode, result.ContentType, result.IsBodyPublic, result.IsNeutral, result.IsUnsent));
        Assert.Equal(("no", "3"), (Encoding.UTF8.GetString(result.Body!), result.Headers!.Get("Retry-After")));
    }

    [Fact, Spec("GRP-179")]
    public async Task A_request_goes_on_many_times_at_once_and_each_begins_anew()
    {
        await using var play = await Play.StartAsync(s_all, static async call =>
        {
            var attempts = Enumerable.Range(1, 8).Select(n => call.GoOnAsync(new() { Target = $"/{n}", Headers = { Short.Set("X-N", $"{n}") } }, (uint)n)).ToArray();
            var answers = await Task.WhenAll(attempts);
            Assert.Equal(Enumerable.Range(1, 8).Select(static n => $"{{\"n\":{n}}}"), answers.Select(static a => a.Body.Whole.ToStringUtf8()));
            await call.FinishAsync(new ResponseChange { Attempt = 5 });
        });
        var made = new List<ProxyResponse>();
        var request = TestRequest.Create(headers: [("X-N", "0")], body: TestRequest.Body("again"));

        var result = await CallAsync(play, request, async (fork, _) =>
        {
            await Task.Yield();
            Assert.Equal("again", Encoding.UTF8.GetString(fork.Body.Bytes.Span));
            Assert.Equal(fork.Target[1..], fork.Headers.Get("X-N"));
            fork.Headers.Set("X-N", "inner");
            var response = Data($"{{\"n\":{fork.Target[1..]}}}");
            lock (made)
                made.Add(response.Response!);
            return response;
        });

        await play.CheckAsync();
        Assert.Equal("{\"n\":5}", result.Json());
        Assert.Equal(7, made.Count(static r => r.Data is null));
        Assert.Equal("0", request.Headers.Get("X-N"));
        result.Response!.Dispose();
    }

    [Fact, Spec("GRP-179")]
    public async Task Attempts_that_are_given_up_are_cancelled_and_what_they_bring_is_disposed()
    {
        await using var play = await Play.StartAsync(s_all, static async call =>
        {
            await call.SendAsync(new() { Proceed = new() { Attempt = 1 } });
            var answer = await call.GoOnAsync(attempt: 2);
            await call.FinishAsync(new ResponseChange { Attempt = 2 });
        });
        var slow = new TaskCompletionSource();
        ProxyResponse? late = null;
        ProxyRequest? loser = null;
        var isFirst = true;

        using var response = (await CallAsync(play, TestRequest.Create(), async (fork, token) =>
        {
            if (!isFirst)
                return Data("{\"fast\":1}");
            isFirst = false;
            loser = fork;
            await slow.Task.WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.True(token.IsCancellationRequested);
            late = Data("{\"slow\":1}").Response!;
            return late;
        })).Response!;

        Assert.Equal("{\"fast\":1}", response.Json());
        await Wait.UntilAsync(() => late is { Data: null }, static () => "the late answer was never disposed");
        Assert.True(loser!.IsAbandoned);
    }

    [Theory, Spec("GRP-180")]
    [InlineData(Layer.Proxy, 100, true)]
    [InlineData(Layer.Proxy, 100_000, false)]
    [InlineData(Layer.Middleware, 100_000, true)]
    public async Task A_second_attempt_needs_a_body_that_can_be_sent_again(Layer layer, int length, bool isPossible)
    {
        await using var play = await Play.StartAsync(new Needs { ResponseHead = true }, async call =>
        {
            Assert.Null((await call.GoOnAsync()).Failure);
            var second = await call.GoOnAsync(attempt: 2);
            Assert.Equal(isPossible, second.Failure is null);
            Assert.True(isPossible || second.Failure!.IsUnsent);
            Assert.Null((await call.GoOnAsync(new() { Body = Short.Whole("own") }, 3)).Failure);
            await call.FinishAsync(new ResponseChange { Attempt = 3 });
        });
        var bodies = new List<int>();
        var request = TestRequest.Create("POST", body: RequestBody.Streaming(PipeReader.Create(new MemoryStream(new byte[length])), length, 1 << 20));

        using var response = (await CallAsync(play, request, async (fork, token) =>
        {
            bodies.Add(fork.Body.IsBuffered ? fork.Body.Bytes.Length : await DrainAsync(fork.Body.Reader, token));
            return Data("{}");
        }, layer)).Response;

        await play.CheckAsync();
        Assert.Equal(isPossible ? [length, length, 3] : new[] { length, 3 }, bodies);
    }

    [Fact, Spec("GRP-182")]
    public async Task Raw_answers_stream_and_can_be_replaced()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, ResponseHead = true, ResponseBody = BodyNeed.Streamed }, static async call =>
        {
            var answer = await call.GoOnAsync();
            Assert.Equal((false, 200u, "a"), (answer.IsData, answer.Status, answer.Header("X-A")));
            var change = new ResponseChange { Attempt = 1, Status = 201 };
            if (call.Start.Request.Method == "PUT")
                change.Body = new() { StreamId = 4 };
            var text = change.Body is null ? "" : await call.ReadAllAsync(answer.Body);
            await call.FinishAsync(change);
            if (change.Body is not null)
                await call.ChunkAsync(4, text.ToUpperInvariant(), isLast: true);
        });

        var left = await CallAsync(play, TestRequest.Create(), static (_, _) => new(Raw("text")));
        var replaced = await CallAsync(play, TestRequest.Create("PUT"), static (_, _) => new(Raw("text")));

        using (left.Response)
        using (replaced.Response)
        {
            Assert.Equal((201, "text"), (left.Response!.StatusCode, await left.Response.Raw!.ReadTextAsync()));
            Assert.Equal((201, "TEXT"), (replaced.Response!.Raw!.StatusCode, await replaced.Response.Raw.ReadTextAsync()));
            Assert.Null(replaced.Response.Raw.Headers.Get("Content-Encoding"));
        }
        await play.CheckAsync();

        static ProxyResult Raw(string text) => new ProxyResponse { Raw = TestResults.RawAnswer(200, text, ("X-A", "a"), ("Content-Encoding", "x")) };
    }

    [Fact, Spec("GRP-178")]
    public async Task A_plugin_makes_data_or_the_final_answer_itself()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, static call => call.FinishAsync(call.Start.Request.Method == "GET"
            ? new Response { IsData = true, IsComplete = true, Body = Short.Whole("{\"own\":true}"), Headers = { new Header { Name = "x-own", Value = "1" } } }
            : new Response { IsFinal = true, Status = 202, Body = Short.Whole("final") }));

        var data = await CallAsync(play, TestRequest.Create(), null);
        var final = await CallAsync(play, TestRequest.Create("PUT"), null);

        using (data.Response)
        using (final.Response)
        {
            Assert.Equal(("{\"own\":true}", true, "1"), (data.Json(), data.Response!.IsComplete, data.Response.Headers!.Get("X-Own")));
            Assert.Equal((202, "final"), (final.Response!.Final!.StatusCode, await final.Response.Final.ReadTextAsync()));
        }
    }

    [Fact, Spec("GRP-183")]
    public async Task An_executor_answers_and_cannot_go_on_or_be_passed_by()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, static call => call.Start.Request.Method == "GET"
            ? call.FinishAsync(new Response { IsData = true, IsComplete = true, Body = Short.Whole("{\"own\":true}") })
            : call.PassAsync());
        var executor = SidecarComponents.Executor(play.Place(Layer.Executor, bypass: true));

        using var response = (await executor.InvokeAsync(TestRequest.Create(), Never, CancellationToken.None)).Response!;
        var refused = await executor.InvokeAsync(TestRequest.Create("PUT"), Never, CancellationToken.None);
        play.IsThere = false;
        var absent = await executor.InvokeAsync(TestRequest.Create(), Never, CancellationToken.None);

        Assert.Equal("{\"own\":true}", response.Json());
        Assert.Equal((500, false), (refused.Error!.StatusCode, refused.Error.IsNeutral));
        Assert.Equal((503, GatewayErrorKind.Connection), (absent.Error!.StatusCode, absent.Error.Kind));

        static ValueTask<ProxyResult> Never(ProxyRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException("there is nothing behind an executor");
    }

    [Fact, Spec("GRP-166")]
    public async Task A_call_that_nobody_waits_for_is_cancelled_with_its_reason()
    {
        var reasons = new List<CancelReason>();
        var isBegun = new SemaphoreSlim(0);
        await using var play = await Play.StartAsync(new Needs(), async call =>
        {
            isBegun.Release();
            reasons.Add(await call.Cancelled);
        });
        using var left = new CancellationTokenSource();
        await left.CancelAsync();

        var late = await EndAsync(TestRequest.Create());
        var lost = await EndAsync(new ProxyRequest { Method = "GET", Headers = new(true), Query = new(false), Parameters = new(false), Body = RequestBody.Empty, IsAbandoned = true });
        var gone = await EndAsync(new ProxyRequest { Method = "GET", Headers = new(true), Query = new(false), Parameters = new(false), Body = RequestBody.Empty, ClientAborted = left.Token });

        await play.CheckAsync();
        Assert.Equal([GatewayErrorKind.Timeout, GatewayErrorKind.Lost, GatewayErrorKind.ClientAborted], [late, lost, gone]);
        Assert.Equal([CancelReason.Deadline, CancelReason.Lost, CancelReason.ClientGone], reasons);

        async Task<GatewayErrorKind> EndAsync(ProxyRequest request)
        {
            using var end = new CancellationTokenSource();
            var count = play.Calls.Count;
            var call = SidecarComponents.Proxy(play.Place(Layer.Proxy, bypass: true)).InvokeAsync(request, static (_, _) => new(Data("{}")), end.Token).AsTask();
            await isBegun.WaitAsync(TimeSpan.FromSeconds(10));
            await end.CancelAsync();
            var result = await call;
            await play.Calls[count].Cancelled;
            return result.Error!.Kind;
        }
    }

    [Fact, Spec("GRP-188")]
    public async Task What_was_passed_on_is_the_answer_when_the_call_is_lost()
    {
        await using var play = await Play.StartAsync(new Needs(), static async call =>
        {
            await call.GoOnAsync();
            await call.FinishAsync(new ResponseChange { Attempt = 1, Status = 999 });
        });
        var calls = 0;

        var bypassed = await CallAsync(play, TestRequest.Create(), Next, bypass: true);
        var failed = await CallAsync(play, TestRequest.Create(), Next);

        using (bypassed.Response)
        {
            Assert.Equal("{\"n\":1}", bypassed.Json());
            Assert.Equal((500, true), (failed.Error!.StatusCode, failed.Error.IsNeutral));
            Assert.Equal(2, calls);
        }

        ValueTask<ProxyResult> Next(ProxyRequest request, CancellationToken cancellationToken) => new(Data($"{{\"n\":{++calls}}}"));
    }

    [Theory, Spec("GRP-234", "GRP-243")]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_place_that_is_closed_fails_whatever_it_says_of_failures_and_one_that_is_unused_is_passed_by(bool isClosed, bool bypass)
    {
        await using var play = await Play.StartAsync(new Needs(), static _ => throw new InvalidOperationException("nobody calls here"));
        play.Standing = isClosed ? PlaceStanding.Closed : PlaceStanding.Unused;

        var result = await CallAsync(play, TestRequest.Create(), static (_, _) => new(Data("{}")), bypass: bypass);
        var error = await SidecarComponents.RequestModifier(play.Place(Layer.RequestModifier, bypass)).ModifyAsync(TestRequest.Create(), CancellationToken.None);

        using var response = result.Response;
        Assert.Equal(isClosed ? 500 : null, result.Error?.StatusCode);
        Assert.Equal(isClosed ? 500 : null, error?.StatusCode);
        Assert.Equal(isClosed, play.Log.Any(static l => l.Contains("does not take the configuration of the place", StringComparison.Ordinal)));
        Assert.Empty(play.Calls);
    }

    [Fact, Spec("GRP-149")]
    public async Task Every_lost_call_is_counted_with_its_reason()
    {
        var counted = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listening) =>
            {
                if (instrument.Name == "gateway.sidecar.lost_calls")
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        await using var play = await Play.StartAsync(new Needs(), static call => call.FinishAsync(new ResponseChange { Attempt = 7 }));
        play.Id = $"acme.{Guid.NewGuid():N}";
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags[0].Value as string == play.Id)
                counted.AddOrUpdate((string)tags[1].Value!, value, (_, known) => known + value);
        });
        listener.Start();

        for (var i = 0; i < 5; i++)
            Assert.NotNull((await CallAsync(play, TestRequest.Create(), null)).Error);
        play.IsThere = false;
        for (var i = 0; i < 3; i++)
            Assert.NotNull((await CallAsync(play, TestRequest.Create(), null)).Error);

        Assert.Equal((5, 3), (counted["protocol"], counted["gone"]));
    }

    [Fact, Spec("GRP-164")]
    public async Task A_place_logs_once_a_second_at_most()
    {
        await using var play = await Play.StartAsync(new Needs(), static call => call.FinishAsync(new CallFailure { Kind = FailureKind.Internal, Message = "broken" }));
        var proxy = SidecarComponents.Proxy(play.Place(Layer.Proxy));

        for (var i = 0; i < 50; i++)
            Assert.Equal("broken", (await proxy.InvokeAsync(TestRequest.Create(), static (_, _) => new(Data("{}")), CancellationToken.None)).Error!.Message);

        Assert.InRange(play.Log.Count, 1, 10);
        Assert.Contains("test/sidecar failed: broken", play.Log.First(), StringComparison.Ordinal);
    }

    // What a transport does with a body that streams: it is gone afterwards.
    private static async Task<int> DrainAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        var length = 0L;
        while (true)
        {
            var result = await RequestBody.ReadAsync(reader, cancellationToken);
            length += result.Buffer.Length;
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
                return (int)length;
        }
    }

    private static ValueTask<ProxyResult> CallAsync(Play play, ProxyRequest request, ProxyHandler? next, Layer layer = Layer.Proxy, bool bypass = false) =>
        SidecarComponents.Proxy(play.Place(layer, bypass)).InvokeAsync(request, next ?? ((_, _) => throw new InvalidOperationException("nothing further in is called")), CancellationToken.None);

    private static ProxyResult Data(string json) => new ProxyResponse { Data = TestPayload.Of(json), StatusCode = 200, IsComplete = true };

    private static NameValueList List(params (string Name, string Value)[] pairs)
    {
        var list = new NameValueList(ignoreCase: true);
        foreach (var (name, value) in pairs)
            list.Add(name, value);
        return list;
    }
}
