using System.IO.Pipelines;
using System.Text;
using Gateway.Core.Transport;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class BodyTests
{
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    [Theory]
    [InlineData("", "unexpected EOF")]
    [InlineData("5\r\nhel", "unexpected EOF")]
    [InlineData("5\r\nhello", "unexpected EOF")]
    [InlineData("5\r\nhello\r\n", "unexpected EOF")]
    [InlineData("5\r\nhello\r\n0\r\n", "unexpected EOF")]
    [InlineData("5\r\nhello\r\n0\r\nA: b\r\n", "unexpected EOF")]
    [InlineData("\r\nhello", "malformed chunked encoding")]
    [InlineData("g\r\n", "malformed chunked encoding")]
    [InlineData("-1\r\n", "malformed chunked encoding")]
    [InlineData("0x5\r\nhello\r\n0\r\n\r\n", "malformed chunked encoding")]
    [InlineData(" 5\r\nhello\r\n0\r\n\r\n", "malformed chunked encoding")]
    [InlineData("5\nhello\r\n0\r\n\r\n", "malformed chunked encoding")]
    [InlineData("5\r\nhello0\r\n\r\n", "malformed chunked encoding")]
    [InlineData("5\r\nhelloo\r\n0\r\n\r\n", "malformed chunked encoding")]
    [InlineData("5;a\nb\r\nhello\r\n0\r\n\r\n", "malformed chunked encoding")]
    [InlineData("ffffffffffffffff\r\n", "malformed chunked encoding")]
    [InlineData("00000000000000005\r\nhello\r\n0\r\n\r\n", "malformed chunked encoding")]
    public async Task Chunks_that_break_the_framing_break_the_body(string body, string message)
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Chunked + body);
        });
        using var fixture = new TransportFixture();

        using var response = (await fixture.GetAsync(upstream.Url)).Response!;
        var exception = await Assert.ThrowsAnyAsync<IOException>(() => TransportFixture.TextAsync(response));

        Assert.Equal(message, exception.Message);
    }

    [Theory]
    [InlineData("5;{0}\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n0\r\nA: {0}\r\n\r\n")]
    public async Task Chunk_extensions_and_trailers_are_bounded(string body)
    {
        await using var upstream = RawUpstream.Answering(Chunked + body.Replace("{0}", new string('a', 70_000), StringComparison.Ordinal));
        using var fixture = new TransportFixture();

        using var response = (await fixture.GetAsync(upstream.Url)).Response!;
        var exception = await Assert.ThrowsAnyAsync<IOException>(() => TransportFixture.TextAsync(response));

        Assert.Equal("malformed chunked encoding", exception.Message);
    }

    [Fact]
    public async Task Reads_chunks_of_all_sizes_through_buffers_of_all_sizes()
    {
        var random = new Random(1);
        var body = new StringBuilder();
        var wire = new StringBuilder(Chunked);
        for (var i = 0; i < 200; i++)
        {
            var chunk = new string((char)('a' + (i % 26)), i % 10 == 0 ? random.Next(1, 60_000) : random.Next(1, 600));
            body.Append(chunk);
            wire.Append($"{chunk.Length:x}\r\n{chunk}\r\n");
        }
        await using var upstream = RawUpstream.Answering(wire.Append("0\r\n\r\n").ToString());
        using var fixture = new TransportFixture();

        foreach (var size in new[] { 1 << 17, 5000, 1000, 97 })
        {
            using var response = (await fixture.GetAsync(upstream.Url)).Response!;
            var read = new StringBuilder();
            var buffer = new byte[size];
            while (await response.ReadAsync(buffer, CancellationToken.None) is var count and > 0)
                read.Append(Encoding.Latin1.GetString(buffer, 0, count));
            Assert.Equal(body.ToString(), read.ToString());
        }
        Assert.Single(upstream.Connections);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reads_a_large_body_whole_and_into_a_pipe(bool chunked)
    {
        var body = string.Create(3_000_000, 0, static (span, _) => { for (var i = 0; i < span.Length; i++) span[i] = (char)('a' + (i % 23)); });
        await using var upstream = RawUpstream.Answering(
            chunked ? $"{Chunked}{body.Length:x}\r\n{body}\r\n0\r\n\r\n" : $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        using var fixture = new TransportFixture();

        Assert.Equal(body, await fixture.GetTextAsync(upstream.Url));
        using var response = (await fixture.GetAsync(upstream.Url)).Response!;
        using var copy = new MemoryStream();
        var writer = PipeWriter.Create(copy);
        await response.CopyToAsync(writer, CancellationToken.None).AsTask().WaitAsync(TransportFixture.Deadline);
        await writer.CompleteAsync();

        Assert.Equal(body, Encoding.Latin1.GetString(copy.ToArray()));
        Assert.Single(upstream.Connections);
    }

    [Fact]
    public async Task Hands_on_what_has_arrived_before_the_rest_comes()
    {
        var more = new TaskCompletionSource();
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n");
            await more.Task;
            await connection.WriteAsync("data: 2\n\n");
        });
        using var fixture = new TransportFixture();
        var pipe = new Pipe();

        using var response = (await fixture.GetAsync(upstream.Url)).Response!;
        var copy = response.CopyToAsync(pipe.Writer, CancellationToken.None).AsTask();
        var first = await pipe.Reader.ReadAsync().AsTask().WaitAsync(TransportFixture.Deadline);

        Assert.Equal("data: 1\n\n", Encoding.ASCII.GetString(first.Buffer));
        pipe.Reader.AdvanceTo(first.Buffer.End);
        more.SetResult();
        await copy.WaitAsync(TransportFixture.Deadline);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhello")]
    public async Task A_body_cut_short_is_an_unexpected_end(string answer)
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(answer);
        });
        using var fixture = new TransportFixture();

        using var response = (await fixture.GetAsync(upstream.Url)).Response!;
        var exception = await Assert.ThrowsAnyAsync<IOException>(() => TransportFixture.TextAsync(response));

        Assert.Equal("unexpected EOF", exception.Message);
    }

    [Fact]
    public async Task A_reset_in_the_middle_of_a_body_is_a_read_failure()
    {
        var read = new TaskCompletionSource();
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            await read.Task;
            connection.Reset();
        });
        using var fixture = new TransportFixture();

        using var response = (await fixture.GetAsync(upstream.Url)).Response!;
        Assert.Equal(5, await response.ReadAsync(new byte[10], CancellationToken.None));
        read.SetResult();
        var exception = await Assert.ThrowsAnyAsync<IOException>(async () => await response.ReadAsync(new byte[10], CancellationToken.None));

        Assert.Equal($"read tcp 127.0.0.1:{upstream.Port}: connection reset by peer", exception.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_closes_the_socket_at_once_while_the_body_is_read(bool ownToken)
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            await connection.WaitForCloseAsync();
        });
        using var fixture = new TransportFixture();
        using var call = new CancellationTokenSource();
        using var read = new CancellationTokenSource();

        using var response = (await fixture.SendAsync(TransportFixture.Request(upstream.Url), call.Token)).Response!;
        var reading = response.ReadAllAsync(100, ownToken ? read.Token : call.Token).AsTask();
        await (ownToken ? read : call).CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(TransportFixture.Deadline));
        await upstream.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);
    }

    [Fact]
    public async Task Disposing_before_the_end_closes_the_connection()
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
            await connection.WaitForCloseAsync();
        });
        using var fixture = new TransportFixture();

        var response = (await fixture.GetAsync(upstream.Url)).Response!;
        response.Dispose();

        await upstream.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);
        Assert.Equal(0, fixture.Transport.IdleConnections);
    }
}
