using System.Net;
using System.Net.Sockets;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Grpc.Tests.Testing;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KrakenPlugins.Grpc.Tests.Client;

/// <summary>What our client makes of servers that are none, or broken.</summary>
public sealed class ClientWireTests
{
    [Theory]
    [InlineData(401, GrpcStatusCode.Unauthenticated)]
    [InlineData(404, GrpcStatusCode.Unimplemented)]
    [InlineData(503, GrpcStatusCode.Unavailable)]
    [InlineData(418, GrpcStatusCode.Unknown)]
    [Spec("GRP-023")]
    public async Task An_HTTP_status_stands_for_a_status_that_is_missing(int http, GrpcStatusCode code)
    {
        var status = await StatusOfAsync(context =>
        {
            context.Response.StatusCode = http;
            return context.Response.WriteAsync("<html>");
        });

        Assert.Equal(new GrpcStatus(code, $"the server answered with HTTP status {http}"), status);
    }

    [Fact]
    [Spec("GRP-023")]
    public async Task A_status_that_is_there_wins_over_that_of_HTTP()
    {
        var status = await StatusOfAsync(static context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers["grpc-status"] = "9";
            context.Response.Headers["grpc-message"] = "not%20yet";
            return Task.CompletedTask;
        });

        Assert.Equal(new GrpcStatus(GrpcStatusCode.FailedPrecondition, "not yet"), status);
    }

    [Theory]
    [InlineData("text/html", "the server answered with content type text/html; expected application/grpc")]
    [InlineData(null, "the server answered with content type (none); expected application/grpc")]
    [Spec("GRP-024")]
    public async Task Another_content_type_is_no_answer(string? type, string detail)
    {
        var status = await StatusOfAsync(context =>
        {
            context.Response.ContentType = type;
            return context.Response.Body.WriteAsync(Texts.Frame("a")).AsTask();
        });

        Assert.Equal(new GrpcStatus(GrpcStatusCode.Unknown, detail), status);
    }

    [Theory]
    [InlineData(0x2, GrpcStatusCode.Internal)]
    [InlineData(0x7, GrpcStatusCode.Unavailable)]
    [InlineData(0x8, GrpcStatusCode.Cancelled)]
    [InlineData(0xb, GrpcStatusCode.ResourceExhausted)]
    [InlineData(0xc, GrpcStatusCode.PermissionDenied)]
    [Spec("GRP-025")]
    public async Task A_reset_ends_the_call_with_the_status_of_its_code(int error, GrpcStatusCode code)
    {
        var early = await StatusOfAsync(context =>
        {
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(error);
            return Task.CompletedTask;
        });
        var late = await StatusOfAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(Texts.Frame("a"));
            await context.Response.Body.FlushAsync();
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(error);
        });

        Assert.Equal((code, code), (early.Code, late.Code));
    }

    [Fact]
    [Spec("GRP-026")]
    public async Task An_end_without_status_is_unknown()
    {
        var status = await StatusOfAsync(static context => AnswerAsync(context, Texts.Frame("a"), null));

        Assert.Equal(new GrpcStatus(GrpcStatusCode.Unknown, "the server ended without grpc-status"), status);
    }

    [Theory]
    [InlineData("99", (GrpcStatusCode)99)]
    [InlineData("-1", GrpcStatusCode.Unknown)]
    [InlineData("", GrpcStatusCode.Unknown)]
    [InlineData("OK", GrpcStatusCode.Unknown)]
    [Spec("GRP-027")]
    public async Task Numbers_without_a_name_stay_and_what_is_none_is_unknown(string text, GrpcStatusCode code) =>
        Assert.Equal(code, (await StatusOfAsync(context => AnswerAsync(context, Texts.Frame("a"), text))).Code);

    [Theory]
    [InlineData(new byte[] { 7, 0, 0, 0, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 0xff }, GrpcStatusCode.Internal)]
    [InlineData(new byte[] { 0, 1, 0, 0, 0 }, GrpcStatusCode.ResourceExhausted)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, GrpcStatusCode.Internal)]
    [InlineData(new byte[0], GrpcStatusCode.Internal)]
    [Spec("GRP-011", "GRP-012", "GRP-013", "GRP-014", "GRP-015", "GRP-016", "GRP-018")]
    public async Task A_broken_answer_is_a_status(byte[] body, GrpcStatusCode code) =>
        Assert.Equal(code, (await StatusOfAsync(context => AnswerAsync(context, body, "0"))).Code);

    [Fact]
    [Spec("GRP-045")]
    public async Task An_encoding_that_nobody_offered_is_an_error()
    {
        var status = await StatusOfAsync(static context =>
        {
            context.Response.Headers["grpc-encoding"] = "br";
            return AnswerAsync(context, Texts.Frame("a"), "0");
        });

        Assert.Equal(GrpcStatus.Internal("the server encodes messages with br; expected identity,gzip"), status);
    }

    [Theory]
    [InlineData(101, 1, GrpcStatusCode.ResourceExhausted)]
    [InlineData(100, 1, GrpcStatusCode.Ok)]
    [InlineData(1, 17_000, GrpcStatusCode.ResourceExhausted)]
    // Beyond twice the limit nothing is decoded any more, which ends the connection.
    [InlineData(1, 70_000, GrpcStatusCode.Unavailable)]
    [Spec("GRP-053")]
    public async Task Metadata_of_an_answer_has_limits(int entries, int length, GrpcStatusCode code)
    {
        var status = await StatusOfAsync(context =>
        {
            for (var i = 0; i < entries; i++)
                context.Response.AppendTrailer($"x-{i}", new string('v', length));
            return AnswerAsync(context, Texts.Frame("a"), "0");
        });

        Assert.Equal(code, status.Code);
    }

    [Fact]
    [Spec("GRP-052")]
    public async Task Broken_base64_in_an_answer_is_an_error()
    {
        var status = await StatusOfAsync(static context =>
        {
            context.Response.AppendTrailer("x-bin", "!");
            return AnswerAsync(context, Texts.Frame("a"), "0");
        });

        Assert.Equal(GrpcStatus.Internal("metadata x-bin is no base64"), status);
    }

    [Fact]
    [Spec("GRP-028")]
    public async Task A_server_that_cannot_be_reached_is_unavailable()
    {
        using var nobody = new GrpcChannel(new GrpcChannelOptions { Address = $"unix:/tmp/{Guid.NewGuid():N}" });

        var reply = await nobody.CallAsync(Texts.Unary, "a").InTime();
        await using var call = nobody.Open(Texts.Talk);
        var read = await call.ReadAsync().InTime();

        Assert.Equal(GrpcStatusCode.Unavailable, reply.Status.Code);
        Assert.Equal(GrpcStatusCode.Unavailable, read.Status.Code);
        Assert.False(await call.WriteAsync("a"));
    }

    [Fact]
    [Spec("GRP-028")]
    public async Task A_connection_that_breaks_is_unavailable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var channel = new GrpcChannel(new GrpcChannelOptions { Address = $"http://{listener.LocalEndpoint}" });

        var reply = channel.CallAsync(Texts.Unary, "a").AsTask();
        (await listener.AcceptSocketAsync().InTime()).Close(0);

        Assert.Equal(GrpcStatusCode.Unavailable, (await reply.InTime()).Status.Code);
    }

    [Fact]
    [Spec("GRP-017")]
    public async Task A_request_beyond_the_limit_is_not_sent()
    {
        var requests = 0;
        await using var host = await GrpcHost.StartAsync(context =>
        {
            Interlocked.Increment(ref requests);
            return AnswerAsync(context, Texts.Frame("a"), "0");
        });
        using var channel = host.Channel(static options => options with { Limits = new GrpcLimits { MaxSentMessage = 100 } });

        var reply = await channel.CallAsync(Texts.Unary, new string('x', 200)).InTime();
        await using var stream = channel.Stream(Texts.Spread, new string('x', 200));
        var read = await stream.ReadAsync().InTime();

        Assert.Equal(GrpcStatus.Exhausted("a message of 203 bytes was to be sent; the limit is 100"), reply.Status);
        Assert.Equal(reply.Status, read.Status);
        Assert.Equal(0, requests);
    }

    [Fact]
    [Spec("GRP-017")]
    public async Task A_message_of_a_stream_beyond_the_limit_ends_the_call()
    {
        await using var host = await GrpcHost.StartAsync(static context => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted));
        using var channel = host.Channel(static options => options with { Limits = new GrpcLimits { MaxSentMessage = 100 } });
        await using var call = channel.Open(Texts.Talk);

        Assert.True(await call.WriteAsync("a"));
        Assert.False(await call.WriteAsync(new string('x', 200)));

        Assert.Equal(GrpcStatusCode.ResourceExhausted, (await call.ReadAsync().InTime()).Status.Code);
    }

    [Fact]
    [Spec("GRP-031")]
    public async Task A_deadline_ends_a_call_whatever_the_server_does()
    {
        await using var host = await GrpcHost.StartAsync(static context => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted));
        using var channel = host.Channel();

        var late = await channel.CallAsync(Texts.Unary, "a", new GrpcCallOptions { Timeout = TimeSpan.Zero }).InTime();
        await using var call = channel.Open(Texts.Talk, new GrpcCallOptions { Timeout = TimeSpan.FromMilliseconds(30) });

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, late.Status.Code);
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await call.ReadAsync().InTime()).Status.Code);
    }

    [Fact]
    [Spec("GRP-032")]
    public async Task A_token_cancels_the_call_and_the_server_sees_it()
    {
        var aborted = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        await using var host = await GrpcHost.StartAsync(async context =>
        {
            context.RequestAborted.Register(() => aborted.TrySetResult());
            arrived.TrySetResult();
            await aborted.Task;
        });
        using var channel = host.Channel();
        using var source = new CancellationTokenSource();

        var reply = channel.CallAsync(Texts.Unary, "a", new GrpcCallOptions { Cancellation = source.Token }).AsTask();
        await arrived.Task.InTime();
        await source.CancelAsync();

        Assert.Equal(GrpcStatusCode.Cancelled, (await reply.InTime()).Status.Code);
        await aborted.Task.InTime();
    }

    [Fact]
    [Spec("GRP-032")]
    public async Task Disposing_a_call_cancels_it()
    {
        var aborted = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        await using var host = await GrpcHost.StartAsync(async context =>
        {
            context.RequestAborted.Register(() => aborted.TrySetResult());
            arrived.TrySetResult();
            await aborted.Task;
        });
        using var channel = host.Channel();

        await using (channel.Open(Texts.Talk))
            await arrived.Task.InTime();

        await aborted.Task.InTime();
    }

    [Fact]
    [Spec("GRP-005")]
    public async Task The_head_of_a_request_is_that_of_the_protocol()
    {
        IHeaderDictionary? seen = null;
        await using var host = await GrpcHost.StartAsync(context =>
        {
            seen = context.Request.Headers;
            Assert.Equal(("POST", "/test.Texts/Unary", "application/grpc"), (context.Request.Method, context.Request.Path.Value, context.Request.ContentType));
            return AnswerAsync(context, Texts.Frame("a"), "0");
        });
        using var channel = host.Channel();

        (await channel.CallAsync(Texts.Unary, "a", new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(5) }).InTime()).Require();

        Assert.Equal(("trailers", "identity,gzip", "5000000u"), (seen!.TE.ToString(), seen["grpc-accept-encoding"].ToString(), seen["grpc-timeout"].ToString()));
        Assert.StartsWith("grpc-krakenplugins/", seen.UserAgent.ToString(), StringComparison.Ordinal);
        Assert.Null(seen.ContentLength);
    }

    [Theory]
    [InlineData("localhost:80")]
    [InlineData("ftp://x")]
    [InlineData("http://host/path")]
    [InlineData("http://user@host")]
    [InlineData("")]
    public void What_is_no_address_is_refused(string address) =>
        Assert.Throws<ArgumentException>(() => new GrpcChannel(new GrpcChannelOptions { Address = address }));

    [Fact]
    public async Task Wrong_use_throws()
    {
        using var channel = new GrpcChannel(new GrpcChannelOptions { Address = "http://localhost:1" });
        var lent = new GrpcMethod<string, System.Buffers.ReadOnlySequence<byte>>(GrpcMethodKind.Unary, "a.B", "C", Texts.Marshaller, RawMarshaller.Lent);

        await Assert.ThrowsAsync<ArgumentException>(async () => await channel.CallAsync(lent, "a"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await channel.CallAsync(Texts.Talk, "a"));
        Assert.Throws<ArgumentException>(() => channel.Open(Texts.Unary));
        Assert.Throws<ArgumentException>(() => channel.Stream(Texts.Unary, "a"));
    }

    private static async Task<GrpcStatus> StatusOfAsync(RequestDelegate handle)
    {
        await using var host = await GrpcHost.StartAsync(handle);
        using var channel = host.Channel();
        return (await channel.CallAsync(Texts.Unary, "a").InTime()).Status;
    }

    private static Task AnswerAsync(HttpContext context, byte[] body, string? status)
    {
        context.Response.ContentType = "application/grpc";
        if (status is not null)
            context.Response.AppendTrailer("grpc-status", status);
        return context.Response.Body.WriteAsync(body).AsTask();
    }
}
