using System.IO.Pipelines;
using System.Text;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Core.Tests.Sdk;

public sealed class EditedResponseTests
{
    [Fact]
    public async Task Untouched_it_is_the_answer_that_it_was_made_from()
    {
        var backend = new Backend();

        using var edited = EditedResponse.Of(backend);

        Assert.Equal((200, 7L, "gzip", "text/plain", "http://up/x"), (edited.StatusCode, edited.ContentLength, edited.ContentEncoding, edited.ContentType, edited.FinalUrl));
        Assert.Equal("backend", await TextAsync(edited));
        Assert.Same(edited, EditedResponse.Of(edited));
    }

    [Fact]
    public void Changes_of_status_and_headers_leave_the_original_alone()
    {
        var backend = new Backend();
        using var edited = EditedResponse.Of(backend);

        edited.SetStatus(404);
        edited.Headers.Remove("Content-Encoding");
        edited.Headers.Set("Content-Type", "a/b");

        Assert.Equal((404, null, "a/b"), (edited.StatusCode, edited.ContentEncoding, edited.ContentType));
        Assert.Equal((200, "gzip", "text/plain"), (backend.StatusCode, backend.ContentEncoding, backend.ContentType));
    }

    [Theory]
    [InlineData(199)]
    [InlineData(600)]
    public void A_status_that_ends_no_exchange_is_refused(int status)
    {
        using var edited = EditedResponse.Of(new Backend());

        Assert.Throws<ArgumentOutOfRangeException>(() => edited.SetStatus(status));
    }

    [Fact]
    public async Task A_replaced_body_brings_its_headers_and_is_read_in_pieces()
    {
        var backend = new Backend();
        using var edited = EditedResponse.Of(backend);
        edited.ReplaceBody("first"u8.ToArray(), "x/y");
        edited.ReplaceBody("new body"u8.ToArray(), "a/b");
        var buffer = new byte[5];

        var first = await edited.ReadAsync(buffer, CancellationToken.None);
        var length = edited.ContentLength;
        var second = await edited.ReadAsync(buffer, CancellationToken.None);
        var end = await edited.ReadAsync(buffer, CancellationToken.None);

        Assert.Equal((5, 8L, 3, 0), (first, length, second, end));
        Assert.Equal(("a/b", "8", null), (edited.ContentType, edited.Headers.Get("Content-Length"), edited.ContentEncoding));
        Assert.Equal(0, backend.Reads);
    }

    [Fact]
    public async Task Both_bodies_copy_into_a_pipe()
    {
        using var kept = EditedResponse.Of(new Backend());
        using var replaced = EditedResponse.Of(new Backend());
        replaced.ReplaceBody(new byte[10_000], "a/b");

        Assert.Equal(7, await CopyAsync(kept));
        Assert.Equal(10_000, await CopyAsync(replaced));
    }

    [Fact]
    public async Task A_replaced_body_respects_the_limit_and_the_cancellation()
    {
        using var edited = EditedResponse.Of(new Backend());
        edited.ReplaceBody(new byte[100], "a/b");

        await Assert.ThrowsAsync<BufferLimitException>(async () => await edited.ReadAllAsync(99, CancellationToken.None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await edited.ReadAsync(new byte[1], new CancellationToken(true)));
    }

    [Fact]
    public async Task Disposing_lets_go_of_the_original_once()
    {
        var backend = new Backend();
        var edited = EditedResponse.Of(backend);

        edited.Dispose();
        edited.Dispose();

        Assert.Equal(1, backend.Disposals);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await edited.ReadAsync(new byte[1], CancellationToken.None));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await edited.ReadAllAsync(10, CancellationToken.None));
    }

    private static async Task<string> TextAsync(ClientResponse response)
    {
        using var bytes = await response.ReadAllAsync(1000, CancellationToken.None);
        return Encoding.UTF8.GetString(bytes.Span);
    }

    private static async Task<long> CopyAsync(ClientResponse response)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        await response.CopyToAsync(pipe.Writer, CancellationToken.None);
        await pipe.Writer.CompleteAsync();
        return (await pipe.Reader.ReadAtLeastAsync(1 << 20)).Buffer.Length;
    }

    private sealed class Backend : ClientResponse
    {
        private static readonly byte[] s_body = "backend"u8.ToArray();

        public Backend()
        {
            Headers.Add("content-type", "text/plain");
            Headers.Add("content-encoding", "gzip");
        }

        public int Reads { get; private set; }
        public int Disposals { get; private set; }
        public override int StatusCode => 200;
        public override long? ContentLength => s_body.Length;
        public override string? ContentEncoding => Headers.Get("Content-Encoding");
        public override string? ContentType => Headers.Get("Content-Type");
        public override NameValueList Headers { get; } = new(ignoreCase: true);
        public override string FinalUrl => "http://up/x";

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (Reads++ > 0)
                return new(0);
            s_body.CopyTo(buffer);
            return new(s_body.Length);
        }

        protected override void Dispose(bool disposing) => Disposals++;
    }
}
