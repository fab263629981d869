using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using KrakenPlugins.Grpc.Framing;
using KrakenPlugins.Grpc.Tests.Testing;
using KrakenPlugins.Grpc.Wire;
using Gateway.Testing;

namespace KrakenPlugins.Grpc.Tests.Framing;

public sealed class MessageReaderTests
{
    // Any bytes are a text, but for one word.
    private static readonly WireMarshaller<string> s_text = new(static (_, _) => throw new NotSupportedException(), TryReadText);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(1000)]
    [Spec("GRP-010")]
    public async Task Reads_messages_however_they_are_cut(int chunk)
    {
        byte[] stream = [.. Frame("one"), .. Frame(""), .. Frame(new string('x', 300))];

        var (messages, end) = await ReadAllAsync(stream, chunk);

        Assert.Equal(["one", "", new string('x', 300)], messages);
        Assert.Equal(GrpcStatus.Ok, end);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0x80)]
    [InlineData(255)]
    [Spec("GRP-011")]
    public async Task A_flag_other_than_0_and_1_ends_the_stream(byte flag)
    {
        var (messages, end) = await ReadAllAsync([.. Frame("good"), flag, 0, 0, 0, 0], 1000);

        Assert.Equal(["good"], messages);
        Assert.Equal(new GrpcStatus(GrpcStatusCode.Internal, $"a message begins with the flag {flag}; expected 0 or 1"), end);
    }

    [Fact]
    [Spec("GRP-012")]
    public async Task A_compressed_message_needs_an_encoding()
    {
        var (_, end) = await ReadAllAsync(Frame(Zip("x"), flag: 1), 1000);

        Assert.Equal(GrpcStatusCode.Internal, end.Code);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    [Spec("GRP-013")]
    public async Task A_stream_that_ends_within_a_message_is_an_error(int kept)
    {
        var (messages, end) = await ReadAllAsync(Frame("four")[..kept], 1000);

        Assert.Empty(messages);
        Assert.Equal(GrpcStatus.Internal("the stream ended within a message"), end);
    }

    [Fact]
    [Spec("GRP-014")]
    public async Task A_message_that_is_too_large_is_refused_by_its_header_alone()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(new byte[] { 0, 0x7f, 0xff, 0xff, 0xff });

        var read = await new MessageReader(pipe.Reader, 1024).ReadAsync(s_text, CancellationToken.None).InTime();

        Assert.Equal(GrpcStatus.Exhausted("a message of 2147483647 bytes was received; the limit is 1024"), read.Status);
    }

    [Fact]
    [Spec("GRP-014")]
    public async Task Lengths_beyond_31_bits_are_too_large_not_negative()
    {
        var (_, end) = await ReadAllAsync([0, 0xff, 0xff, 0xff, 0xff], 1000);

        Assert.Equal(GrpcStatusCode.ResourceExhausted, end.Code);
    }

    [Fact]
    [Spec("GRP-015")]
    public async Task A_single_message_is_alone()
    {
        var twice = await SingleAsync([.. Frame("a"), .. Frame("b")]);
        var half = await SingleAsync([.. Frame("a"), 0]);
        var none = await SingleAsync([]);

        Assert.Equal(GrpcStatus.Internal("a second message was received where there is to be one"), twice.Status);
        Assert.Equal(GrpcStatusCode.Internal, half.Status.Code);
        Assert.False(none.HasMessage);
    }

    [Fact]
    [Spec("GRP-016")]
    public async Task Bytes_that_are_no_message_of_the_type_end_the_stream()
    {
        var (messages, end) = await ReadAllAsync([.. Frame("good"), .. Frame("broken"), .. Frame("late")], 1000);

        Assert.Equal(["good"], messages);
        Assert.Equal(GrpcStatusCode.Internal, end.Code);
    }

    [Fact]
    [Spec("GRP-041")]
    public async Task The_flag_holds_for_its_own_message()
    {
        var (messages, end) = await ReadAllAsync([.. Frame(Zip("zipped"), 1), .. Frame("plain"), .. Frame(Zip("again"), 1)], 3, isGzip: true);

        Assert.Equal(["zipped", "plain", "again"], messages);
        Assert.Equal(GrpcStatus.Ok, end);
    }

    [Fact]
    [Spec("GRP-044")]
    public async Task Decompression_stops_at_the_limit()
    {
        // 200 MB of zeros in 200 kB.
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var i = 0; i < 200; i++)
                gzip.Write(new byte[1_000_000]);
        }
        var before = GC.GetTotalAllocatedBytes();

        var (_, end) = await ReadAllAsync(Frame(bomb.ToArray(), 1), 10_000_000, isGzip: true, limit: 1 << 20);

        Assert.Equal(GrpcStatus.Exhausted("a message has more than 1048576 bytes once it is decompressed"), end);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 20_000_000);
    }

    [Theory]
    [InlineData("not gzip at all")]
    [InlineData("\u001f\u008b")]
    [InlineData("")]
    [Spec("GRP-044")]
    public async Task Broken_gzip_ends_the_stream(string payload)
    {
        var (_, end) = await ReadAllAsync(Frame(Encoding.Latin1.GetBytes(payload), 1), 1000, isGzip: true);

        Assert.Equal(payload.Length == 0 ? GrpcStatusCode.Ok : GrpcStatusCode.Internal, end.Code);
    }

    [Fact]
    [Spec("GRP-044")]
    public async Task Gzip_that_breaks_off_is_broken()
    {
        var whole = Zip(new string('x', 1000));

        var (_, end) = await ReadAllAsync(Frame(whole[..^6], 1), 1000, isGzip: true);

        Assert.Equal(GrpcStatusCode.Internal, end.Code);
    }

    [Fact]
    [Spec("GRP-018")]
    public async Task Whatever_comes_ends_in_a_status()
    {
        var random = new Random(7);
        byte[] good = [.. Frame("one"), .. Frame(Zip("two"), 1), .. Frame(new string('x', 500))];
        for (var round = 0; round < 3000; round++)
        {
            var stream = round % 3 == 0 ? new byte[random.Next(40)] : (byte[])good.Clone();
            if (round % 3 == 0)
                random.NextBytes(stream);
            for (var i = 0; i < round % 7 && stream.Length > 0; i++)
                stream[random.Next(stream.Length)] = (byte)random.Next(256);
            stream = stream[..random.Next(stream.Length + 1)];

            var (messages, end) = await ReadAllAsync(stream, random.Next(1, 20), isGzip: round % 2 == 0, limit: 4096);

            Assert.InRange(messages.Count, 0, 8);
            Assert.Contains(end.Code, (GrpcStatusCode[])[GrpcStatusCode.Ok, GrpcStatusCode.Internal, GrpcStatusCode.ResourceExhausted]);
        }
    }

    [Fact]
    [Spec("GRP-070")]
    public async Task Lent_bytes_lie_where_they_came_and_stay_until_the_next_read()
    {
        var memory = new byte[4096];
        byte[] stream = [.. Frame("first"), .. Frame("second")];
        stream.CopyTo(memory, 0);
        var reader = new MessageReader(PipeReader.Create(new ReadOnlySequence<byte>(memory, 0, stream.Length)), 1024);

        var first = await reader.ReadAsync(RawMarshaller.Lent, CancellationToken.None);
        memory[5] = (byte)'F';

        Assert.Equal("First", Encoding.UTF8.GetString(first.Message));
        Assert.Equal("second", Encoding.UTF8.GetString((await reader.ReadAsync(RawMarshaller.Lent, CancellationToken.None)).Message));
    }

    private static bool TryReadText(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out string text)
    {
        text = Encoding.UTF8.GetString(bytes);
        return text != "broken";
    }

    private static async Task<GrpcRead<string>> SingleAsync(byte[] stream) =>
        await new MessageReader(PipeReader.Create(new MemoryStream(stream)), 1024).ReadSingleAsync(s_text, CancellationToken.None).InTime();

    private static async Task<(List<string> Messages, GrpcStatus End)> ReadAllAsync(byte[] stream, int chunk, bool isGzip = false, int limit = 1024)
    {
        var input = PipeReader.Create(new SlowStream(stream, chunk), new StreamPipeReaderOptions(bufferSize: 64, minimumReadSize: 16));
        var reader = new MessageReader(input, limit) { IsGzip = isGzip };
        var messages = new List<string>();
        while (true)
        {
            var read = await reader.ReadAsync(s_text, CancellationToken.None).InTime();
            if (!read.HasMessage)
                return (messages, read.Status);
            messages.Add(read.Message);
        }
    }

    private static byte[] Frame(string text) => Frame(Encoding.UTF8.GetBytes(text), 0);

    private static byte[] Frame(byte[] payload, byte flag)
    {
        var head = new byte[5];
        head[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), payload.Length);
        return [.. head, .. payload];
    }

    private static byte[] Zip(string text)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return target.ToArray();
    }

    private sealed class SlowStream(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }
}
