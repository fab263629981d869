using System.IO.Compression;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Grpc.Tests.Testing;
using Gateway.Testing;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Grpc.Tests.Server;

/// <summary>What our server answers to bytes.</summary>
public sealed class ServerWireTests : IAsyncLifetime
{
    private readonly WireCall _wire = new();
    private readonly LogLines _log = new();
    private readonly string _large = new('x', 5000);
    private GrpcHost _host = null!;
    private int _calls;

    [Theory]
    [InlineData("GET", "application/grpc", 405)]
    [InlineData("PUT", "application/grpc", 405)]
    [InlineData("POST", "application/json", 415)]
    [InlineData("POST", "application/grpc-web", 415)]
    [InlineData("POST", "text/plain", 415)]
    [Spec("GRP-020")]
    public async Task What_is_no_gRPC_is_refused_with_an_HTTP_status(string method, string contentType, int status)
    {
        var answer = await _wire.SendAsync(new HttpMethod(method), _host.Address, "/test.Texts/Unary", Texts.Frame("a"), contentType);

        Assert.Equal(status, answer.Http);
        Assert.Equal(0, _calls);
    }

    [Fact]
    [Spec("GRP-020")]
    public async Task Other_versions_of_HTTP_are_refused()
    {
        var context = new Microsoft.AspNetCore.Http.DefaultHttpContext { Request = { Protocol = "HTTP/1.1", Method = "POST", ContentType = "application/grpc" } };

        await Server().HandleAsync(context);

        Assert.Equal(505, context.Response.StatusCode);
        Assert.False(GrpcServer.IsGrpc(context));
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc;charset=utf-8")]
    [InlineData("Application/GRPC")]
    [Spec("GRP-021")]
    public async Task Content_types_of_gRPC_are_accepted(string contentType)
    {
        var answer = await _wire.SendAsync(HttpMethod.Post, _host.Address, "/test.Texts/Unary", Texts.Frame("a"), contentType);

        Assert.Equal((200, 0), (answer.Http, answer.Status));
        Assert.Equal(Texts.Frame("a!"), answer.Body);
    }

    [Fact]
    [Spec("GRP-022")]
    public async Task An_answer_without_messages_is_all_trailers()
    {
        var answer = await _wire.PostAsync(_host.Address, "/test.Texts/Unary", Texts.Frame("fail"));

        Assert.Equal(200, answer.Http);
        Assert.Equal("5", answer.Headers["grpc-status"]);
        Assert.Equal("no%25such", answer.Headers["grpc-message"]);
        Assert.Equal("AQ", answer.Headers["x-why-bin"]);
        Assert.Empty(answer.Trailers);
    }

    [Fact]
    [Spec("GRP-022")]
    public async Task An_answer_with_messages_ends_with_trailers()
    {
        var answer = await _wire.PostAsync(_host.Address, "/test.Texts/Spread", Texts.Frame("fail"));

        Assert.Equal([.. Texts.Frame("fail"), .. Texts.Frame("")], answer.Body);
        Assert.False(answer.Headers.ContainsKey("grpc-status"));
        Assert.Equal("5", answer.Trailers["grpc-status"]);
    }

    [Theory]
    [InlineData("/test.Texts/Nothing", "service test.Texts has no method Nothing")]
    [InlineData("/test.Nothing/Unary", "there is no service test.Nothing")]
    [InlineData("/", "there is no service /")]
    [InlineData("/x", "there is no service /x")]
    [Spec("GRP-004")]
    public async Task What_is_not_served_is_unimplemented(string path, string message)
    {
        var answer = await _wire.PostAsync(_host.Address, path, Texts.Frame("a"));

        Assert.Equal((12, message), (answer.Status, answer.Message));
    }

    [Theory]
    [InlineData("grpc-timeout: 5", 13)]
    [InlineData("grpc-timeout: soon", 13)]
    [InlineData("grpc-timeout: 123456789m", 13)]
    [InlineData("grpc-timeout: 0m", 4)]
    [InlineData("grpc-encoding: br", 12)]
    [InlineData("x-bytes-bin: !!", 13)]
    [InlineData("x-bytes-bin: YQ,=", 13)]
    [Spec("GRP-033", "GRP-040", "GRP-052")]
    public async Task Headers_that_are_broken_or_unknown_end_the_call_before_its_handler(string header, int status)
    {
        var answer = await _wire.PostAsync(_host.Address, "/test.Texts/Unary", Texts.Frame("a"), header);

        Assert.Equal(status, answer.Status);
        Assert.Equal(0, _calls);
        if (status == 12)
            Assert.Equal("identity,gzip", answer.Headers["grpc-accept-encoding"]);
    }

    [Fact]
    [Spec("GRP-051", "GRP-055")]
    public async Task Several_binary_values_in_one_line_are_several_entries()
    {
        var answer = await _wire.PostAsync(_host.Address, "/test.Texts/Unary", Texts.Frame("metadata"), "x-b-bin: YQ,Yg==,", "x-t: one, two", "x-t: three");

        Assert.Equal("YQ|Yg|", answer.Trailers["x-b-bin"].Replace(", ", "|", StringComparison.Ordinal));
        Assert.Equal("one, two, three", answer.Headers["x-t"]);
    }

    [Theory]
    [InlineData(101, 1, 8)]
    [InlineData(100, 1, 0)]
    [InlineData(1, 17_000, 8)]
    [InlineData(1, 15_000, 0)]
    [Spec("GRP-053")]
    public async Task Metadata_has_limits(int entries, int length, int status)
    {
        var headers = Enumerable.Range(0, entries).Select(i => $"x-{i}: {new string('v', length)}").ToArray();

        var answer = await _wire.PostAsync(_host.Address, "/test.Texts/Unary", Texts.Frame("a"), headers);

        Assert.Equal(status, answer.Status);
    }

    [Fact]
    [Spec("GRP-014")]
    public async Task A_request_beyond_the_limit_is_refused()
    {
        var answer = await _wire.PostAsync(_host.Address, "/test.Texts/Unary", [0, 0, 1, 0, 1, .. new byte[65537]]);

        Assert.Equal((8, "a message of 65537 bytes was received; the limit is 65536"), (answer.Status, answer.Message));
    }

    [Theory]
    [InlineData("Unary")]
    [InlineData("Spread")]
    [Spec("GRP-015")]
    public async Task One_message_is_one(string method)
    {
        var none = await _wire.PostAsync(_host.Address, $"/test.Texts/{method}", []);
        var two = await _wire.PostAsync(_host.Address, $"/test.Texts/{method}", [.. Texts.Frame("a"), .. Texts.Frame("b")]);

        Assert.Equal((13, "the request has no message; expected one"), (none.Status, none.Message));
        Assert.Equal(13, two.Status);
        Assert.Equal(0, _calls);
    }

    [Theory]
    [InlineData("/test.Texts/Unary")]
    [InlineData("/test.Texts/Talk")]
    [Spec("GRP-011", "GRP-012", "GRP-013", "GRP-018")]
    public async Task Garbage_ends_the_call_and_nothing_else(string path)
    {
        foreach (var body in (byte[][])[[9, 0, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 7, 1], [0, 0], [0, 0, 0, 0, 1, 0xff]])
            Assert.Equal(13, (await _wire.PostAsync(_host.Address, path, body)).Status);

        Assert.Equal(0, (await _wire.PostAsync(_host.Address, path, Texts.Frame("well"))).Status);
    }

    [Fact]
    [Spec("GRP-017")]
    public async Task An_answer_beyond_the_limit_is_not_sent()
    {
        var unary = await _wire.PostAsync(_host.Address, "/test.Texts/Unary", Texts.Frame("huge"));
        var stream = await _wire.PostAsync(_host.Address, "/test.Texts/Spread", Texts.Frame("huge"));

        Assert.Equal((8, 0), (unary.Status, unary.Body.Length));
        Assert.Contains("was to be sent; the limit is 65536", unary.Message, StringComparison.Ordinal);
        Assert.Equal(8, stream.Status);
    }

    [Fact]
    [Spec("GRP-043")]
    public async Task Answers_are_compressed_where_handler_and_client_agree()
    {
        var agreed = await _wire.PostAsync(_host.Address, "/test.Texts/Unary", Texts.Frame("zip"), "grpc-accept-encoding: identity, gzip");
        var refused = await _wire.PostAsync(_host.Address, "/test.Texts/Unary", Texts.Frame("zip"), "grpc-accept-encoding: identity,deflate");
        var mixed = await _wire.PostAsync(_host.Address, "/test.Texts/Spread", Texts.Frame("zip"), "grpc-accept-encoding: gzip");

        Assert.Equal(("gzip", 1), (agreed.Headers["grpc-encoding"], agreed.Body[0]));
        using var gzip = new GZipStream(new MemoryStream(agreed.Body, 5, agreed.Body.Length - 5), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        await gzip.CopyToAsync(plain);
        Assert.Equal(_large.Length + 3, plain.Length);
        Assert.Equal(0, refused.Body[0]);
        Assert.False(refused.Headers.ContainsKey("grpc-encoding"));
        // The first message asks not to be.
        Assert.Equal((0, 1), (mixed.Body[0], mixed.Body[Texts.Frame("zip").Length]));
    }

    [Fact]
    [Spec("GRP-064")]
    public async Task A_fault_of_a_handler_is_logged_and_says_nothing_outside()
    {
        var answer = await _wire.PostAsync(_host.Address, "/test.Texts/Unary", Texts.Frame("throw"));

        Assert.Equal((2, "the handler failed"), (answer.Status, answer.Message));
        Assert.Equal("[GRPC] /test.Texts/Unary: the handler failed", _log.Lines.Single());
        Assert.DoesNotContain("secret", answer.Message!, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("GRP-064")]
    public async Task A_thrown_status_counts()
    {
        var answer = await _wire.PostAsync(_host.Address, "/test.Texts/Unary", Texts.Frame("refuse"));

        Assert.Equal((7, "not you", "Ag"), (answer.Status, answer.Message, answer.Headers["x-why-bin"]));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void A_method_is_added_once_and_as_what_it_is()
    {
        var builder = new GrpcServerBuilder().Unary(Texts.Unary, static (text, _) => new(text));

        Assert.Throws<ArgumentException>(() => builder.Unary(Texts.Unary, static (text, _) => new(text)));
        Assert.Throws<ArgumentException>(() => builder.Unary(Texts.Talk, static (text, _) => new(text)));
    }

    public async Task InitializeAsync() => _host = await GrpcHost.StartAsync(Server());

    public async Task DisposeAsync()
    {
        _wire.Dispose();
        await _host.DisposeAsync();
    }

    private GrpcServer Server() => new GrpcServerBuilder()
        .Unary(Texts.Unary, Answer)
        .ServerStreaming(Texts.Spread, SpreadAsync)
        .Duplex(Texts.Talk, static async (requests, responses, _) =>
        {
            while (true)
            {
                var read = await requests.ReadAsync();
                if (!read.HasMessage || !await responses.WriteAsync(read.Message))
                    return read.Status;
            }
        })
        .Build(new GrpcServerOptions { Limits = new GrpcLimits { MaxReceivedMessage = 65536, MaxSentMessage = 65536 } }, _log);

    private ValueTask<GrpcResult<string>> Answer(string text, GrpcServerCall call)
    {
        Interlocked.Increment(ref _calls);
        switch (text)
        {
            case "fail":
                call.Trailers.Add("x-why-bin", [1]);
                return new(new GrpcStatus(GrpcStatusCode.NotFound, "no%such"));
            case "throw":
                throw new InvalidOperationException("secret");
            case "refuse":
                throw new GrpcException(new GrpcStatus(GrpcStatusCode.PermissionDenied, "not you"), new GrpcMetadata().Add("x-why-bin", [2]));
            case "huge":
                return new(new string('h', 70_000));
            case "zip":
                call.CompressesResponses = true;
                return new(_large);
            case "metadata":
                foreach (var entry in call.Metadata.Where(static entry => entry.Name.StartsWith("x-", StringComparison.Ordinal)))
                    (entry.IsBinary ? call.Trailers : call.ResponseHeaders).AddRange(Only(entry));
                return new(text);
            default:
                return new(text + "!");
        }
    }

    private static GrpcMetadata Only(GrpcMetadataEntry entry) =>
        entry.IsBinary ? new GrpcMetadata().Add(entry.Name, entry.Bytes!) : new GrpcMetadata().Add(entry.Name, entry.Text!);

    private async ValueTask<GrpcStatus> SpreadAsync(string text, GrpcResponseStream<string> responses, GrpcServerCall call)
    {
        Interlocked.Increment(ref _calls);
        call.CompressesResponses = text == "zip";
        if (text == "huge" && !await responses.WriteAsync(new string('h', 70_000)))
            return GrpcStatus.Ok;
        await responses.WriteAsync(text, compress: false);
        await responses.WriteAsync(text == "zip" ? _large : "");
        return text == "fail" ? new GrpcStatus(GrpcStatusCode.NotFound, "no such") : GrpcStatus.Ok;
    }

    private sealed class LogLines : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Lines)
                Lines.Add(formatter(state, exception));
        }
    }
}
