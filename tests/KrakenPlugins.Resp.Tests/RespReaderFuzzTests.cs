using System.Globalization;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Resp.Wire;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Resp.Tests;

/// <summary>Random bytes and damaged replies: whatever comes, and however it is split, the reader says the same or refuses.</summary>
public sealed class RespReaderFuzzTests
{
    private const int MaxReplyBytes = 2_000;

    private static readonly int s_runs = Environment.GetEnvironmentVariable("TEST_FULL") == "1" ? 500_000 : 20_000;

    [Fact, Spec("TRF-330")]
    public void Whole_replies_are_read_however_they_are_split()
    {
        var random = new Random(1);
        for (var run = 0; run < s_runs / 4; run++)
        {
            var (bytes, expected) = (new StringBuilder(), new List<string>());
            for (var i = random.Next(1, 5); i > 0; i--)
                expected.Add(Write(random, bytes, depth: 0));

            Assert.Equal(expected, Read(Encoding.Latin1.GetBytes(bytes.ToString()), random, out var refusal));
            Assert.Null(refusal);
        }
    }

    [Fact, Spec("TRF-330")]
    public void Damaged_replies_give_the_same_in_one_piece_and_in_many_and_nothing_but_a_refusal_is_thrown()
    {
        var random = new Random(2);
        for (var run = 0; run < s_runs; run++)
        {
            var text = new StringBuilder();
            for (var i = random.Next(1, 4); i > 0; i--)
                Write(random, text, depth: 0);
            var bytes = Encoding.Latin1.GetBytes(text.ToString());
            for (var i = random.Next(0, 4); i > 0; i--)
                Damage(random, ref bytes);

            var whole = Read(bytes, null, out var refusal);
            var split = Read(bytes, random, out var splitRefusal);

            Assert.Equal(whole, split);
            Assert.Equal(refusal is null, splitRefusal is null);
        }
    }

    [Fact, Spec("TRF-330")]
    public void Random_bytes_cost_no_more_memory_than_they_are()
    {
        var random = new Random(3);
        var alphabet = "*$+-:_#,(!=%~>|0123456789\r\n\r\n\r\nax"u8.ToArray();
        for (var run = 0; run < s_runs; run++)
        {
            var bytes = new byte[random.Next(1, 200)];
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = alphabet[random.Next(alphabet.Length)];
            var before = GC.GetAllocatedBytesForCurrentThread();

            Read(bytes, null, out _);

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        }
    }

    private static List<string> Read(byte[] bytes, Random? random, out string? refusal)
    {
        var (reader, replies) = (new RespReader(MaxReplyBytes), new List<string>());
        refusal = null;
        try
        {
            for (var at = 0; at < bytes.Length;)
            {
                var free = reader.Free().Span;
                var count = Math.Min(Math.Min(bytes.Length - at, free.Length), random?.Next(1, 20) ?? int.MaxValue);
                bytes.AsSpan(at, count).CopyTo(free);
                reader.Add(count);
                at += count;
                while (reader.TryRead(out var reply))
                    replies.Add(Show(reply));
            }
        }
        catch (RespProtocolException refused)
        {
            refusal = refused.Message;
        }
        return replies;
    }

    private static void Damage(Random random, ref byte[] bytes)
    {
        var at = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes = [.. bytes[..at], (byte)"*$:\r\n019-"[random.Next(9)], .. bytes[at..]];
                break;
            case 2 when bytes.Length > 1:
                bytes = [.. bytes[..at], .. bytes[(at + 1)..]];
                break;
            default:
                bytes = [.. bytes, .. bytes[at..]];
                break;
        }
    }

    private static string Write(Random random, StringBuilder bytes, int depth)
    {
        switch (random.Next(depth < 4 ? 10 : 7))
        {
            case 0:
                bytes.Append("_\r\n");
                return "null";
            case 1:
                var number = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64);
                bytes.Append(CultureInfo.InvariantCulture, $":{number}\r\n");
                return number.ToString(CultureInfo.InvariantCulture);
            case 2 or 3:
                var text = Text(random, "\r\n\0$*:");
                bytes.Append(CultureInfo.InvariantCulture, $"${text.Length}\r\n{text}\r\n");
                return $"'{text}'";
            case 4:
                var line = Text(random, " ");
                bytes.Append('+').Append(line).Append("\r\n");
                return $"'{line}'";
            case 5:
                var error = Text(random, " ");
                bytes.Append('-').Append(error).Append("\r\n");
                return $"!{error}";
            case 6:
                bytes.Append(">1\r\n+pushed\r\n");
                return Write(random, bytes, depth);
            default:
                var count = random.Next(5);
                bytes.Append("*~"[random.Next(2)]).Append(count).Append("\r\n");
                return $"[{string.Join(',', Enumerable.Range(0, count).Select(_ => Write(random, bytes, depth + 1)).ToArray())}]";
        }
    }

    private static string Text(Random random, string extra)
    {
        var text = new char[random.Next(12)];
        for (var i = 0; i < text.Length; i++)
            text[i] = random.Next(3) == 0 ? extra[random.Next(extra.Length)] : (char)random.Next('a', 'z');
        return new string(text);
    }

    private static string Show(RedisReply reply) => reply.Kind switch
    {
        RedisReplyKind.Null => "null",
        RedisReplyKind.Integer => reply.TryGetInteger(out var number) ? number.ToString(CultureInfo.InvariantCulture) : "?",
        RedisReplyKind.Text => $"'{Encoding.Latin1.GetString(reply.Bytes.Span)}'",
        RedisReplyKind.List => $"[{string.Join(',', reply.Items.ToArray().Select(Show))}]",
        _ => $"!{reply.Error}",
    };
}
