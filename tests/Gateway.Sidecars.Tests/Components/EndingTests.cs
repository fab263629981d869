using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Sidecars.Components;
using Gateway.Testing;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sdk.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace Gateway.Sidecars.Tests.Components;

/// <summary>How calls end that nobody waits for, that failed further in, or whose answers have no body.</summary>
public sealed class EndingTests
{
    private static readonly ResponseChange s_head = new() { Attempt = 1, Status = 203, Headers = { Short.Set("X-By", "plugin") } };

    [Fact, Spec("GRP-181", "GRP-178")]
    public async Task A_change_of_the_head_leaves_the_failure_of_an_attempt_that_has_none()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, static async call =>
        {
            Assert.Null((await call.GoOnAsync())?.Failure);
            await call.FinishAsync(s_head);
        });
        var error = new GatewayError(GatewayErrorKind.Connection, "refused", 502);

        var data = await SidecarComponents.Proxy(play.Place(Layer.Proxy)).InvokeAsync(TestRequest.Create(), (_, _) => new(error), CancellationToken.None);
        var raw = await SidecarComponents.Client(play.Place(Layer.Client)).InvokeAsync(TestRequest.Create(), (_, _) => new(error), CancellationToken.None);

        await play.CheckAsync();
        Assert.Equal((null, error), (data.Response, data.Error));
        Assert.Equal((null, error), (raw.Response, raw.Error));
        Assert.Empty(play.Log);
    }

    [Theory, Spec("GRP-183", "GRP-182")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Raw_bytes_where_data_is_due_are_a_failure_that_says_so(bool isExecutor)
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, ResponseHead = true }, async call =>
        {
            if (!isExecutor)
                await call.GoOnAsync();
            await call.FinishAsync(new Response { Status = 200, Body = Short.Whole("{\"a\":1}"), IsComplete = true });
        });
        var place = play.Place(isExecutor ? Layer.Executor : Layer.Backend);
        var component = isExecutor ? SidecarComponents.Executor(place with { TakesData = true }) : SidecarComponents.Proxy(place with { TakesData = true });

        var result = await component.InvokeAsync(TestRequest.Create(), static (_, _) => new(new ProxyResponse { IsComplete = true }), CancellationToken.None);

        await play.CheckAsync();
        Assert.Null(result.Response);
        Assert.Equal((GatewayErrorKind.Payload, 500, !isExecutor), (result.Error!.Kind, result.Error.StatusCode, result.Error.IsNeutral));
        Assert.Contains("answered with raw bytes, which need the encoding no-op; expected data", result.Error.Message, StringComparison.Ordinal);
        Assert.Single(play.Log);
    }

    [Theory, Spec("GRP-166")]
    [InlineData(CancelReason.ClientGone, true)]
    [InlineData(CancelReason.Lost, true)]
    [InlineData(CancelReason.Deadline, true)]
    [InlineData(CancelReason.ClientGone, false)]
    [InlineData(CancelReason.Lost, false)]
    [InlineData(CancelReason.Deadline, false)]
    public async Task A_modifier_that_nobody_waits_for_is_told_why(CancelReason reason, bool isRequest)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var play = await Play.StartAsync(new Needs { RequestHead = true }, async call =>
        {
            begun.SetResult();
            Assert.Equal(reason, await call.Cancelled);
        });
        using var client = new CancellationTokenSource();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(client.Token);
        var request = Request(client.Token);
        using var response = new ProxyResponse();

        var pending = isRequest
            ? SidecarComponents.RequestModifier(play.Place(Layer.RequestModifier)).ModifyAsync(request, end.Token).AsTask()
            : SidecarComponents.ResponseModifier(play.Place(Layer.ResponseModifier)).ModifyAsync(request, response, end.Token).AsTask();
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(10));
        request.IsAbandoned = reason == CancelReason.Lost;
        await (reason == CancelReason.ClientGone ? client : end).CancelAsync();

        var error = await pending.WaitAsync(TimeSpan.FromSeconds(10));
        await Wait.UntilAsync(() => play.Calls[0].IsCancelled, static () => "the plugin was not told");
        await play.CheckAsync();
        Assert.Equal(reason switch { CancelReason.ClientGone => GatewayErrorKind.ClientAborted, CancelReason.Lost => GatewayErrorKind.Lost, _ => GatewayErrorKind.Timeout }, error!.Kind);
        await Wait.UntilAsync(() => play.Scene.Link.OpenCalls == 0, static () => "the call is still open");
    }

    [Theory, Spec("GRP-186")]
    [InlineData("http", "other.test", null)]
    [InlineData("https", "b.test", null)]
    [InlineData("http", "b.test:81", null)]
    [InlineData("http", "b.test", "gateway")]
    [InlineData("http", "own.test", "own")]
    public async Task The_gateways_credentials_stay_with_the_host_that_they_are_for(string scheme, string authority, string? expected)
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, ResponseHead = true }, async call =>
        {
            var change = new RequestChange { Scheme = scheme, Authority = authority };
            if (expected == "own")
                change.Headers.Add(Short.Set("authorization", "own"));
            if (call.Start.Request.Method == "GET")
            {
                await call.PassAsync(change);
                return;
            }
            await call.GoOnAsync(change);
            await call.FinishAsync(new ResponseChange { Attempt = 1 });
        });
        foreach (var method in (string[])["GET", "PUT"])
        {
            var request = TestRequest.Create(method, "/x", host: new BackendHost("http", "b.test", 80));
            request.Headers.Set("Authorization", "gateway");
            request.CredentialHeader = "Authorization";
            string? seen = "", marked = "";

            using var answer = (await SidecarComponents.Client(play.Place(Layer.Client)).InvokeAsync(request, (went, _) =>
            {
                (seen, marked) = (went.Headers.Get("Authorization"), went.CredentialHeader);
                return new(new SyntheticResponse(ReadOnlyMemory<byte>.Empty));
            }, CancellationToken.None)).Response;

            Assert.Equal((expected, expected == "gateway" ? "Authorization" : null), (seen, marked));
        }
        await play.CheckAsync();
    }

    [Fact, Spec("GRP-187")]
    public async Task What_no_message_carries_is_too_much_for_the_sidecar_and_a_503()
    {
        await using var play = await Play.StartAsync(new Needs { RequestBody = BodyNeed.Buffered }, static call => call.PassAsync());
        await using var upstream = (await Upstream.StartAsync()).Answer("/data", "{}");
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server, maxWholeBody: 64 << 20), upstream);
        var body = new byte[17 << 20];

        using var answer = await gateway.Client.PostAsync("/data", new ByteArrayContent(body));
        var error = (await SidecarComponents.Proxy(play.Place(Layer.Proxy, maxWholeBody: 64 << 20))
            .InvokeAsync(TestRequest.Create("POST", body: RequestBody.Of(body)), static (_, _) => throw new InvalidOperationException("nothing goes on"), CancellationToken.None)).Error!;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal((503, GatewayErrorKind.Rejected, true, true), (error.StatusCode, error.Kind, error.IsNeutral, error.IsUnsent));
        Assert.Empty(play.Calls);
        Assert.Empty(upstream.Received);
    }

    [Theory, Spec("GRP-173")]
    [InlineData("GET", 204u)]
    [InlineData("GET", 205u)]
    [InlineData("GET", 304u)]
    [InlineData("HEAD", 200u)]
    public async Task A_body_of_the_plugins_goes_nowhere_where_no_answer_has_one(string method, uint status)
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, ResponseHead = true, ResponseBody = BodyNeed.Streamed }, async call =>
        {
            await call.GoOnAsync();
            var isChunked = call.Header("X-Do") == "chunks";
            await call.FinishAsync(new ResponseChange { Attempt = 1, Status = status, Body = isChunked ? new() { StreamId = 1, Length = 4 } : Short.Whole("body") });
            if (isChunked)
                await call.ChunkAsync(1, "body", isLast: true);
        });
        await using var upstream = (await Upstream.StartAsync()).Answer("/raw", new string('x', 100_000));
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream, endpoint: "");

        foreach (var how in (string[])["whole", "chunks"])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), "/raw") { Headers = { { "X-Do", how } } };
            using var answer = await gateway.Client.SendAsync(request);
            Assert.Equal((int)status, (int)answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        }
        // The connection is still in step.
        using var next = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/raw"));

        Assert.Equal((int)status, (int)next.StatusCode);
        await play.CheckAsync();
    }

    [Fact, Spec("GRP-171")]
    public async Task A_connection_that_is_taken_over_passes_a_component_that_hears_of_heads()
    {
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, ResponseHead = true }, static async call =>
        {
            Assert.Equal(101u, (await call.GoOnAsync()).Status);
            await call.FinishAsync(new ResponseChange { Attempt = 1 });
        });
        await using var upstream = await Upstream.StartAsync();
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream, static registry =>
            registry.Endpoint("test/inner", EndpointStages.RateLimit, static (_, _, _) => new Echoing()), "\"test/inner\": {}");
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Port);
        var stream = client.GetStream();

        await stream.WriteAsync("GET /raw HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var status = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));
        while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)) is { Length: > 0 })
        {
        }
        await stream.WriteAsync("ping\n"u8.ToArray());
        var echoed = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10));

        Assert.StartsWith("HTTP/1.1 101", status, StringComparison.Ordinal);
        Assert.Equal("ping", echoed);
        Assert.Equal("", await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        await play.CheckAsync();
    }

    [Fact, Spec("GRP-187")]
    public async Task The_access_log_shows_the_status_of_the_answer_and_not_of_those_that_were_stopped()
    {
        var isAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var play = await Play.StartAsync(new Needs { RequestHead = true, ResponseHead = true }, async call =>
        {
            await call.SendAsync(new() { Proceed = new() { Attempt = 1 } });
            await isAsked.Task;
            await call.FinishAsync(new CallFailure { Kind = FailureKind.Rejected, Status = 429, Message = "too often" });
        });
        await using var upstream = (await Upstream.StartAsync()).On("/data", async context =>
        {
            isAsked.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });
        await using var gateway = await Short.ServerAsync(play.Place(Layer.Server), upstream);

        using var answer = await gateway.Client.GetAsync("/data");

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        await gateway.WaitForLogAsync("\"/data\"");
        Assert.Contains(gateway.Log.Split('\n'), static line => line.Contains("[GIN]", StringComparison.Ordinal) && line.Contains(" 429 ", StringComparison.Ordinal));
        Assert.DoesNotContain(gateway.Log.Split('\n'), static line => line.Contains("[GIN]", StringComparison.Ordinal) && line.Contains(" 500 ", StringComparison.Ordinal));
    }

    private static ProxyRequest Request(CancellationToken client) => new()
    {
        Method = "GET",
        Headers = new NameValueList(ignoreCase: true),
        Query = new NameValueList(ignoreCase: false),
        Parameters = new NameValueList(ignoreCase: false),
        Body = RequestBody.Empty,
        ClientAborted = client,
    };

    private sealed class Echoing : IHttpMiddleware
    {
        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            await using var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
            var buffer = new byte[5];
            await stream.ReadExactlyAsync(buffer);
            await stream.WriteAsync(buffer);
        }
    }
}
