using System.IO.Pipelines;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class UploadTests
{
    [Theory]
    [InlineData(1_000_000_000L)]
    [InlineData(null)]
    public async Task An_early_answer_ends_the_upload_and_the_connection(long? length)
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadUntilAsync("\r\n\r\n");
            await connection.WriteAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
            await connection.WaitForCloseAsync();
        });
        using var fixture = new TransportFixture();
        var pipe = new Pipe();
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = TransportFixture.Streaming(pipe, length);

        using (var response = (await fixture.SendAsync(request)).Response!)
        {
            Assert.Equal(413, response.StatusCode);
            Assert.Equal("big", await TransportFixture.TextAsync(response));
        }

        await upstream.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);
        Assert.Equal(0, fixture.Transport.IdleConnections);
        // Nobody reads from the client's pipe any more: its owner can.
        await pipe.Writer.WriteAsync("rest"u8.ToArray());
        Assert.True(pipe.Reader.TryRead(out var rest));
        Assert.Equal("rest", Encoding.ASCII.GetString(rest.Buffer));
    }

    [Fact]
    public async Task An_early_answer_ends_the_upload_of_a_large_buffered_body_that_is_not_read()
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadUntilAsync("\r\n\r\n");
            await connection.WriteAsync("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
            await Task.Delay(Timeout.Infinite, connection.Stopped);
        });
        using var fixture = new TransportFixture();
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = RequestBody.Of(new byte[50_000_000]);

        using var response = (await fixture.SendAsync(request)).Response!;

        Assert.Equal(401, response.StatusCode);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("hello world!")]
    public async Task A_body_that_is_not_as_long_as_announced_aborts_the_call(string sent)
    {
        await using var upstream = new RawUpstream(connection => connection.WaitForCloseAsync());
        using var fixture = new TransportFixture();
        var pipe = new Pipe();
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = TransportFixture.Streaming(pipe, 10);

        var call = fixture.ErrorAsync(request);
        await TransportFixture.UntilAsync(() => upstream.Connections.Count == 1);
        await pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes(sent));
        await pipe.Writer.CompleteAsync();
        var error = await call;

        Assert.Equal(GatewayErrorKind.ClientAborted, error.Kind);
        Assert.Equal($"http: ContentLength=10 with Body length {sent.Length}", error.Message);
        await upstream.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("hello world!")]
    public async Task A_body_that_is_here_and_not_as_long_as_announced_is_not_sent(string body)
    {
        await using var upstream = new RawUpstream(connection => connection.WaitForCloseAsync());
        using var fixture = new TransportFixture();
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes(body));
        await pipe.Writer.CompleteAsync();
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = TransportFixture.Streaming(pipe, 10);

        var error = await fixture.ErrorAsync(request);

        Assert.Equal(GatewayErrorKind.ClientAborted, error.Kind);
        Assert.Empty(upstream.Connections);
    }

    [Fact]
    public async Task A_client_that_breaks_off_its_upload_aborts_the_call()
    {
        await using var upstream = new RawUpstream(connection => connection.WaitForCloseAsync());
        using var fixture = new TransportFixture();
        var pipe = new Pipe();
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = TransportFixture.Streaming(pipe, null);

        var call = fixture.ErrorAsync(request);
        await TransportFixture.UntilAsync(() => upstream.Connections.Count == 1);
        await pipe.Writer.CompleteAsync(new IOException("the client went away"));
        var error = await call;

        Assert.Equal(GatewayErrorKind.ClientAborted, error.Kind);
        Assert.Equal("the client went away", error.Message);
        await upstream.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);
    }

    [Fact]
    public async Task Cancelling_an_upload_frees_the_clients_pipe()
    {
        await using var upstream = new RawUpstream(connection => connection.WaitForCloseAsync());
        using var fixture = new TransportFixture();
        using var cancel = new CancellationTokenSource();
        var pipe = new Pipe();
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = TransportFixture.Streaming(pipe, null);

        var call = fixture.ErrorAsync(request, cancel.Token);
        await TransportFixture.UntilAsync(() => upstream.Connections.Count == 1);
        await cancel.CancelAsync();
        var error = await call;

        Assert.Equal("context deadline exceeded", error.Message);
        await pipe.Writer.WriteAsync("rest"u8.ToArray());
        Assert.True(pipe.Reader.TryRead(out _));
        await upstream.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);
    }

    [Fact]
    [Spec("RTE-106")]
    public async Task An_upload_is_read_no_faster_than_the_backend_takes_it()
    {
        var release = new TaskCompletionSource();
        await using var upstream = new RawUpstream(async connection =>
        {
            await release.Task;
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        });
        using var fixture = new TransportFixture();
        const int size = 40_000_000;
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10));
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = TransportFixture.Streaming(pipe, size);
        var written = 0;

        var call = fixture.TextAsync(request);
        var writing = Task.Run(async () =>
        {
            var block = new byte[32 << 10];
            while (written < size)
            {
                var part = Math.Min(block.Length, size - written);
                await pipe.Writer.WriteAsync(block.AsMemory(0, part));
                Volatile.Write(ref written, written + part);
            }
        });
        var seen = -1;
        await TransportFixture.UntilAsync(() => seen == (seen = Volatile.Read(ref written)) && seen > 0);
        Assert.True(seen < size);
        release.SetResult();
        await writing.WaitAsync(TransportFixture.Deadline);

        Assert.Equal("ok", await call);
    }
}
