using System.Text;
using Gateway.Testing;
using KrakenPlugins.Resp.Wire;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Resp.Tests;

/// <summary>Replies as bytes, whole and split anywhere.</summary>
public sealed class RespReaderTests
{
    [Theory, Spec("TRF-330")]
    [InlineData("+OK\r\n", "'OK'")]
    [InlineData(":-42\r\n", "-42")]
    [InlineData("$5\r\na\r\nbc\r\n", "'a\r\nbc'")]
    [InlineData("$0\r\n\r\n", "''")]
    [InlineData("$-1\r\n", "null")]
    [InlineData("*-1\r\n", "null")]
    [InlineData("_\r\n", "null")]
    [InlineData("#t\r\n", "1")]
    [InlineData(",1.5\r\n", "'1.5'")]
    [InlineData("(12345678901234567890\r\n", "'12345678901234567890'")]
    [InlineData("=7\r\ntxt:abc\r\n", "'abc'")]
    [InlineData("-ERR no\r\n", "!ERR no")]
    [InlineData("!6\r\nERR no\r\n", "!ERR no")]
    [InlineData("*0\r\n", "[]")]
    [InlineData("*2\r\n:1\r\n*2\r\n$1\r\nx\r\n_\r\n", "[1,['x',null]]")]
    [InlineData("%1\r\n+a\r\n:1\r\n", "['a',1]")]
    [InlineData("~1\r\n-WRONG\r\n", "[!WRONG]")]
    [InlineData(">2\r\n+invalidate\r\n*1\r\n+k\r\n:7\r\n", "7")]
    [InlineData("|1\r\n+ttl\r\n:3\r\n:7\r\n", "7")]
    [InlineData("*2\r\n|1\r\n+ttl\r\n:3\r\n:7\r\n:8\r\n", "[7,8]")]
    public void Reads_every_type_byte_by_byte(string bytes, string expected)
    {
        var reader = new RespReader(1024);

        for (var i = 0; i < bytes.Length; i++)
        {
            reader.Free().Span[0] = (byte)bytes[i];
            reader.Add(1);
            var isWhole = reader.TryRead(out var reply);
            Assert.Equal(i == bytes.Length - 1, isWhole);
            if (isWhole)
                Assert.Equal(expected, Show(reply));
        }
    }

    [Fact, Spec("TRF-330")]
    public void Reads_replies_that_come_together()
    {
        var replies = ReadAll("+a\r\n:2\r\n$1\r\nc\r\n*1\r\n:4\r\n-E\r\n");

        Assert.Equal(["'a'", "2", "'c'", "[4]", "!E"], replies);
    }

    [Theory, Spec("TRF-330")]
    [InlineData("$1025\r\n")]
    [InlineData("$99999999999999\r\n")]
    [InlineData("$99999999999999999999999\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$x\r\n")]
    [InlineData("$1\r\nabc")]
    [InlineData("*2147483647\r\n")]
    [InlineData("*-2\r\n")]
    [InlineData("%600000000\r\n")]
    [InlineData(":1x\r\n")]
    [InlineData("?\r\n")]
    [InlineData("+a\n")]
    [InlineData("\r\n")]
    public void Refuses_what_is_no_reply(string bytes) => Assert.Throws<RespProtocolException>(() => ReadAll(bytes));

    [Fact, Spec("TRF-330")]
    public void Refuses_depth_and_size_without_end()
    {
        Assert.Throws<RespProtocolException>(() => ReadAll(string.Concat(Enumerable.Repeat("*1\r\n", 17))));
        Assert.Throws<RespProtocolException>(() => ReadAll("*1000\r\n" + string.Concat(Enumerable.Repeat(":1\r\n", 300))));
        Assert.Throws<RespProtocolException>(() => ReadAll("+" + new string('a', 1100)));
    }

    [Fact, Spec("TRF-330")]
    public void An_announced_length_makes_room_for_nothing()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        var reader = new RespReader(1 << 30);
        Feed(reader, "*100000000\r\n$1000000000\r\n");

        Assert.False(reader.TryRead(out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
    }

    private static void Feed(RespReader reader, string text)
    {
        foreach (var b in Encoding.Latin1.GetBytes(text))
        {
            reader.Free().Span[0] = b;
            reader.Add(1);
        }
    }

    private static List<string> ReadAll(string text)
    {
        var reader = new RespReader(1024);
        Feed(reader, text);
        var replies = new List<string>();
        while (reader.TryRead(out var reply))
            replies.Add(Show(reply));
        return replies;
    }

    private static string Show(RedisReply reply) => reply.Kind switch
    {
        RedisReplyKind.Null => "null",
        RedisReplyKind.Integer => reply.TryGetInteger(out var number) ? number.ToString(System.Globalization.CultureInfo.InvariantCulture) : "?",
        RedisReplyKind.Text => $"'{reply.Text}'",
        RedisReplyKind.List => $"[{string.Join(',', reply.Items.ToArray().Select(Show))}]",
        _ => $"!{reply.Error}",
    };
}
