using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using Gateway.Core.Server.Tls;
using Gateway.Core.Tls;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Server;

/// <summary>The reader of a client's first message, which anybody may send.</summary>
public sealed class ClientHelloTests
{
    [Theory]
    [Spec("CFG-176", "CFG-182")]
    [InlineData(SslProtocols.Tls12, 0x0303)]
    [InlineData(SslProtocols.Tls13, 0x0304)]
    [InlineData(SslProtocols.Tls12 | SslProtocols.Tls13, 0x0304)]
    public async Task A_real_hello_is_understood(SslProtocols versions, int newest)
    {
        var bytes = await CaptureAsync(new SslClientAuthenticationOptions { TargetHost = "Some.Host.Test", EnabledSslProtocols = versions });

        Assert.Equal(HelloState.Complete, ClientHello.TryRead(new(bytes), out var hello));
        Assert.Equal("some.host.test", hello!.ServerName);
        Assert.Equal(newest, hello.Newest);
        Assert.Equal(versions.HasFlag(SslProtocols.Tls12), hello.Offers(SslProtocols.Tls12));
        Assert.Equal(versions.HasFlag(SslProtocols.Tls13), hello.Offers(SslProtocols.Tls13));
        Assert.All(Enum.GetValues<KeyKind>(), kind => Assert.True(hello.CanUse(kind, versions)));
    }

    [Fact]
    [Spec("CFG-176")]
    public async Task A_hello_in_pieces_and_in_many_records_is_put_together()
    {
        var whole = await CaptureAsync(new SslClientAuthenticationOptions { TargetHost = "some.test" });
        for (var length = 1; length < whole.Length; length++)
            Assert.Equal(HelloState.Partial, ClientHello.TryRead(new(whole, 0, length), out _));

        var records = new MemoryStream();
        for (var at = 5; at < whole.Length; at += 7)
        {
            var part = whole.AsSpan(at, Math.Min(7, whole.Length - at));
            records.Write([22, 3, 1, 0, (byte)part.Length, .. part]);
        }
        var split = records.ToArray();

        Assert.Equal(HelloState.Complete, ClientHello.TryRead(Segments(split), out var hello));
        Assert.Equal("some.test", hello!.ServerName);
        for (var length = 1; length < split.Length; length++)
            Assert.Equal(HelloState.Partial, ClientHello.TryRead(new(split, 0, length), out _));
    }

    [Theory]
    [Spec("CFG-182")]
    [InlineData("GET / HTTP/1.1", "Http")]
    [InlineData("\u0080\u002e\u0001", "Foreign")]
    [InlineData("\0", "Foreign")]
    [InlineData("\u0016\u0002\u0001\0\u0001x", "Foreign")]
    [InlineData("\u0016\u0003\u0001\0\0\u0016\u0003\u0001", "Unknown")]
    [InlineData("\u0016\u0003\u0001\0\u0004\u0002\0\0\0", "Foreign")]
    [InlineData("\u0016\u0003\u0001\0\u0004\u0001\0\0\0", "Unknown")]
    [InlineData("\u0016\u0003\u0001\0\u0004\u0001\u00ff\u00ff\u00ff", "Partial")]
    public void What_is_no_hello_is_told_apart(string text, string expected) =>
        Assert.Equal(expected, ClientHello.TryRead(new(text.Select(static c => (byte)c).ToArray()), out _).ToString());

    [Fact]
    [Spec("CFG-182")]
    public void A_message_that_announces_megabytes_is_not_collected()
    {
        var bytes = new MemoryStream();
        bytes.Write([22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff]);
        bytes.Write(new byte[0x4000 - 4]);
        for (var i = 0; i < 4; i++)
        {
            bytes.Write([22, 3, 1, 0x40, 0]);
            bytes.Write(new byte[0x4000]);
        }

        Assert.Equal(HelloState.Unknown, ClientHello.TryRead(new(bytes.ToArray()), out _));
    }

    [Fact]
    [Spec("CFG-182")]
    public async Task No_changed_byte_makes_it_fail()
    {
        var whole = await CaptureAsync(new SslClientAuthenticationOptions { TargetHost = "some.test" });
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var changed = whole.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            ClientHello.TryRead(new(changed, 0, random.Next(1, changed.Length + 1)), out var hello);
            hello?.CanUse(KeyKind.P384, SslProtocols.Tls12);
        }
    }

    /// <summary>The first bytes that the platform sends as a client.</summary>
    private static async Task<byte[]> CaptureAsync(SslClientAuthenticationOptions options)
    {
        var (there, back) = (new Pipe(), new Pipe());
        var tls = new SslStream(new PipeStream(new Duplex(back.Reader, there.Writer)));
        var handshake = tls.AuthenticateAsClientAsync(options);
        var read = await there.Reader.ReadAtLeastAsync(5);
        var length = 5 + BinaryPrimitives.ReadUInt16BigEndian(read.Buffer.Slice(3, 2).ToArray());
        there.Reader.AdvanceTo(read.Buffer.Start);
        read = await there.Reader.ReadAtLeastAsync(length);
        var bytes = read.Buffer.ToArray();
        await back.Writer.CompleteAsync();
        await Assert.ThrowsAnyAsync<IOException>(() => handshake);
        return bytes;
    }

    private static ReadOnlySequence<byte> Segments(byte[] bytes)
    {
        var first = new Segment(bytes.AsMemory(0, 3), 0);
        var second = new Segment(bytes.AsMemory(3), 3);
        first.Follow(second);
        return new(first, 0, second, bytes.Length - 3);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public void Follow(Segment next) => Next = next;
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input { get; } = input;
        public PipeWriter Output { get; } = output;
    }
}
