using System.Text;
using Gateway.Core.Transport;
using Xunit;

namespace Gateway.Core.Tests.Transport;

/// <summary>Random and damaged input: the parsers never throw, and never depend on how the bytes were cut.</summary>
public sealed class ParserPropertyTests
{
    private const int Rounds = 20_000;
    private static readonly string[] Heads =
    [
        "HTTP/1.1 200 OK\r\nContent-Type: a\r\nContent-Length: 10\r\nConnection: close, X\r\nX: y\r\n\r\n",
        "HTTP/1.0 404 Not Found\nTransfer-Encoding: chunked\nContent-Length: 3\n\n",
        "HTTP/1.1 204\r\n\r\n",
    ];

    [Fact]
    public void A_damaged_head_parses_the_same_however_it_arrives()
    {
        var random = new Random(20_260_101);
        var limits = new TransportLimits { MaxResponseHeaderBytes = 200, MaxResponseHeaders = 8 };
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Damage(Encoding.Latin1.GetBytes(Heads[random.Next(Heads.Length)]), random);

            var whole = Describe(bytes, [bytes.Length], limits);
            var byByte = Describe(bytes, Enumerable.Range(1, bytes.Length), limits);

            Assert.True(whole == byByte, $"{whole} is not {byByte} for {Convert.ToHexString(bytes)}");
        }
    }

    [Fact]
    public void Damaged_chunks_decode_the_same_however_they_arrive()
    {
        var random = new Random(20_260_102);
        var wire = Encoding.Latin1.GetBytes("5\r\nhello\r\n1f;a=b\r\n" + new string('x', 31) + "\r\n0\r\nA: b\r\n\r\n");
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Damage(wire, random);

            var whole = Decode(bytes, bytes.Length);
            var byByte = Decode(bytes, 1);

            Assert.True(whole == byByte, $"{whole} is not {byByte} for {Convert.ToHexString(bytes)}");
        }
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        ReadOnlySpan<byte> likely = "\r\n\t :;,0159afgHX-\0\u007f"u8;
        var bytes = new List<byte>(original);
        for (var i = random.Next(4); i > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(3))
            {
                case 0:
                    bytes[at] = likely[random.Next(likely.Length)];
                    break;
                case 1:
                    bytes.Insert(at, random.Next(2) == 0 ? (byte)random.Next(256) : likely[random.Next(likely.Length)]);
                    break;
                default:
                    bytes.RemoveAt(at);
                    break;
            }
        }
        return [.. bytes];
    }

    private static string Describe(byte[] bytes, IEnumerable<int> lengths, TransportLimits limits)
    {
        var head = new ResponseHead(limits);
        head.Reset();
        var state = HeadState.Incomplete;
        foreach (var length in lengths)
        {
            state = head.Parse(bytes.AsSpan(0, length));
            if (state != HeadState.Incomplete)
                break;
        }
        if (state != HeadState.Complete)
            return state.ToString();
        var headers = string.Join('|', head.CreateHeaders(bytes).Items.ToArray().Select(pair => $"{pair.Key}={pair.Value}"));
        Assert.DoesNotContain(headers, character => character is '\r' or '\n' or '\0');
        return $"{head.StatusCode} {head.Length} {head.KeepAlive} {head.IsChunked} {head.ContentLength} {headers}";
    }

    private static string Decode(byte[] bytes, int step)
    {
        var decoder = new ChunkDecoder(1000);
        var body = new StringBuilder();
        var start = 0;
        for (var end = Math.Min(step, bytes.Length); ; end = Math.Min(end + step, bytes.Length))
        {
            while (true)
            {
                var result = decoder.Next(bytes.AsSpan(start, end - start), out var skipped);
                start += skipped;
                if (result is ChunkStep.End or ChunkStep.Invalid)
                    return $"{result} {body}";
                if (result == ChunkStep.NeedMore)
                    break;
                var count = (int)Math.Min(decoder.Remaining, end - start);
                body.Append(Encoding.Latin1.GetString(bytes, start, count));
                decoder.Consume(count);
                start += count;
            }
            if (end == bytes.Length)
                return $"more {body}";
        }
    }
}
