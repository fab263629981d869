using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gateway.Core;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Contracts;

/// <summary>Branches of the listener, proven with one that is shaped like a gRPC server: framed messages, HTTP/2, trailers.</summary>
public sealed class ListenerTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/rest", """{"rest":true}""");
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact, Spec("NRC-103", "NRC-104", "NRC-118")]
    public async Task A_branch_serves_its_calls_beside_rest_on_the_same_port_without_use_h2c()
    {
        await using var gateway = await StartAsync();
        using var http2 = Http2Client(gateway);

        using var call = await http2.SendAsync(Call("/shop.Orders/Get", new ByteArrayContent(Frame("hello"))));
        var reply = await call.Content.ReadAsByteArrayAsync();
        var (rest1, rest2) = (await gateway.Client.GetStringAsync("/rest"), await http2.GetStringAsync("/rest"));

        Assert.Equal(HttpVersion.Version20, call.Version);
        Assert.Equal("hello", Unframe(reply));
        Assert.Equal("0", call.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Equal("""{"rest":true}""", rest1);
        Assert.Equal("""{"rest":true}""", rest2);
        await gateway.WaitForLogAsync("POST    \"/shop.Orders/Get\"");
    }

    [Fact, Spec("NRC-103")]
    public async Task Messages_stream_both_ways_at_the_same_time()
    {
        await using var gateway = await StartAsync();
        using var http2 = Http2Client(gateway);
        using var duplex = new DuplexContent();

        using var call = await http2.SendAsync(Call("/shop.Orders/Talk", duplex), HttpCompletionOption.ResponseHeadersRead).WaitAsync(Sockets.Limit());
        await using var answers = await call.Content.ReadAsStreamAsync();
        for (var i = 0; i < 100; i++)
        {
            await duplex.WriteAsync(Frame($"message {i}"));
            Assert.Equal($"message {i}", await ReadFrameAsync(answers));
        }
        duplex.Complete();

        Assert.Equal(0, await answers.ReadAsync(new byte[1], Sockets.Limit()));
        Assert.Equal("0", call.TrailingHeaders.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task Service_wide_components_outside_of_routing_have_passed_and_those_inside_have_not()
    {
        await using var gateway = await StartAsync();
        using var http2 = Http2Client(gateway);

        using var call = await http2.SendAsync(Call("/shop.Orders/Get", new ByteArrayContent(Frame("a"))));
        using var rest = await http2.GetAsync("/rest");

        Assert.True(call.Headers.Contains("X-Outer"));
        Assert.False(call.Headers.Contains("X-Inner"));
        Assert.True(rest.Headers.Contains("X-Inner"));
    }

    [Fact]
    public async Task A_branch_that_is_not_configured_takes_no_part()
    {
        await using var gateway = await TestGateway.StartAsync(Document(""), _upstream.Host, new() { Plugins = Plugins() });
        using var http2 = Http2Client(gateway);

        await Assert.ThrowsAsync<HttpRequestException>(() => http2.SendAsync(Call("/shop.Orders/Get", new ByteArrayContent(Frame("a")))));
        using var call = await gateway.Client.SendAsync(Call("/shop.Orders/Get", new ByteArrayContent(Frame("a")), HttpVersion.Version11));

        Assert.Equal(HttpStatusCode.NotFound, call.StatusCode);
    }

    [Fact, Spec("CFG-153", "NRC-104")]
    public async Task A_reload_that_needs_http_2_gets_it_on_the_same_port()
    {
        await using var gateway = await TestGateway.StartAsync(Document(""), _upstream.Host, new() { Plugins = Plugins() });

        await ReloadAsync(gateway, "\"grpc\":{}");

        using var http2 = Http2Client(gateway);
        using var call = await http2.SendAsync(Call("/shop.Orders/Get", new ByteArrayContent(Frame("a"))));
        Assert.Equal(HttpStatusCode.OK, call.StatusCode);
        Assert.Equal("""{"rest":true}""", await gateway.Client.GetStringAsync("/rest"));
    }

    [Fact, Spec("CFG-153")]
    public async Task A_reload_tells_calls_of_the_old_configuration_to_close()
    {
        await using var gateway = await StartAsync();
        using var http2 = Http2Client(gateway);
        using var duplex = new DuplexContent();
        using var call = await http2.SendAsync(Call("/shop.Orders/Talk", duplex), HttpCompletionOption.ResponseHeadersRead).WaitAsync(Sockets.Limit());
        await using var answers = await call.Content.ReadAsStreamAsync();
        await duplex.WriteAsync(Frame("first"));
        Assert.Equal("first", await ReadFrameAsync(answers));

        await ReloadAsync(gateway, "\"grpc\":{}");

        Assert.Equal(0, await answers.ReadAsync(new byte[1], Sockets.Limit()));
        Assert.Equal("14", call.TrailingHeaders.GetValues("grpc-status").Single());
        duplex.Complete();
        using var next = await http2.SendAsync(Call("/shop.Orders/Get", new ByteArrayContent(Frame("b"))));
        Assert.Equal("b", Unframe(await next.Content.ReadAsByteArrayAsync()));
    }

    [Fact]
    public async Task A_branch_that_cannot_be_built_refuses_the_start()
    {
        var plugins = new PluginRegistry();
        plugins.Listener("grpc", static (config, _, diagnostics) =>
        {
            diagnostics.Error(config.Position, "extra_config.grpc", "no services");
            return null;
        });

        var error = await Assert.ThrowsAsync<Core.Server.ConfigurationException>(() => TestGateway.StartAsync(Document("\"grpc\":{}"), _upstream.Host, new() { Plugins = plugins }));

        Assert.Contains("no services", error.Message, StringComparison.Ordinal);
    }

    private Task<TestGateway> StartAsync() =>
        TestGateway.StartAsync(Document("\"grpc\":{},\"test/outer\":{},\"test/inner\":{}"), _upstream.Host, new() { Plugins = Plugins() });

    private static PluginRegistry Plugins()
    {
        var plugins = new PluginRegistry();
        plugins.Listener("grpc", static (_, _, _) => new EchoBranch());
        plugins.Server("test/outer", ServerStages.Cors, static (_, _, _) => new Mark("X-Outer"));
        plugins.Server("test/inner", ServerStages.Security, static (_, _, _) => new Mark("X-Inner"));
        return plugins;
    }

    private static string Document(string extra) => $$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{extra}} },"endpoints":[{"endpoint":"/rest","backend":[{"url_pattern":"/rest"}]}]}
        """;

    private static Task ReloadAsync(TestGateway gateway, string extra) => gateway.ReloadAsync(Document(extra));

    private static HttpClient Http2Client(TestGateway gateway) => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{gateway.Port}"),
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = TimeSpan.FromSeconds(20),
    };

    private static HttpRequestMessage Call(string path, HttpContent content, Version? version = null)
    {
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        return new HttpRequestMessage(HttpMethod.Post, path) { Content = content, Version = version ?? HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    private static byte[] Frame(string text)
    {
        var frame = new byte[5 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), frame.Length - 5);
        Encoding.UTF8.GetBytes(text, frame.AsSpan(5));
        return frame;
    }

    private static string Unframe(byte[] frame) => Encoding.UTF8.GetString(frame.AsSpan(5, BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(1))));

    private static async Task<string> ReadFrameAsync(Stream stream)
    {
        var head = new byte[5];
        await stream.ReadExactlyAsync(head, Sockets.Limit());
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        await stream.ReadExactlyAsync(body, Sockets.Limit());
        return Encoding.UTF8.GetString(body);
    }

    private sealed class Mark(string name) : IHttpMiddleware
    {
        public Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            context.Response.Headers[name] = "1";
            return next(context);
        }
    }

    /// <summary>Sends every byte back as it comes, then a status in a trailer.</summary>
    private sealed class EchoBranch : IListenerBranch
    {
        public bool NeedsClearTextHttp2 => true;

        public bool Accepts(HttpContext context) =>
            context.Request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.Ordinal);

        public async Task RunAsync(HttpContext context, CancellationToken closing)
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
            var status = "0";
            using var either = CancellationTokenSource.CreateLinkedTokenSource(closing, context.RequestAborted);
            try
            {
                while (await RequestBody.ReadAsync(context.Request.BodyReader, either.Token) is var read)
                {
                    foreach (var segment in read.Buffer)
                        await context.Response.BodyWriter.WriteAsync(segment, context.RequestAborted);
                    context.Request.BodyReader.AdvanceTo(read.Buffer.End);
                    if (read.IsCompleted)
                        break;
                }
            }
            catch (OperationCanceledException) when (closing.IsCancellationRequested)
            {
                status = "14";
            }
            context.Response.AppendTrailer("grpc-status", status);
        }
    }

    /// <summary>A request body that the test writes piece by piece.</summary>
    private sealed class DuplexContent : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task WriteAsync(byte[] bytes)
        {
            var stream = await _stream.Task.WaitAsync(Sockets.Limit());
            await stream.WriteAsync(bytes, Sockets.Limit());
            await stream.FlushAsync(Sockets.Limit());
        }

        public void Complete() => _complete.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.FlushAsync(cancellationToken);
            _stream.SetResult(stream);
            await _complete.Task.WaitAsync(cancellationToken);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
