using System.Buffers.Binary;
using System.Text;
using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Redis;

/// <summary>What the answers of a key differ by.</summary>
/// <param name="Names">The headers whose values select an answer, in order.</param>
/// <param name="Generation">A random number in the keys of those answers: without the rule that names it nobody finds them any more.</param>
internal sealed record SharedRule(string[] Names, long Generation);

/// <summary>
/// What is written to Redis: an answer, or the names of the headers by which the answers of a key differ. Numbers are big-endian, texts UTF-8
/// behind their length. What does not read back exactly, or could break a head, is nothing.
/// </summary>
internal static class EntryCodec
{
    private const byte AnswerKind = 1;
    private const byte RuleKind = 3;
    private const ushort Magic = 0x4843;
    private const int MostHeaders = 1000;
    private const long MostMilliseconds = 1000L << 31;

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Writes an answer.</summary>
    public static byte[] Write(Entry entry)
    {
        using var output = new PooledBytes(256 + entry.Body.Length);
        WriteStart(output, AnswerKind);
        WriteNumber(output, entry.ReceivedAt);
        WriteNumber(output, entry.Freshness.Lifetime);
        WriteNumber(output, entry.Freshness.InitialAge);
        WriteNumber(output, entry.Status);
        WriteText(output, entry.Url);
        WriteNumber(output, entry.Headers.Count);
        foreach (ref readonly var header in entry.Headers.Items)
        {
            WriteText(output, header.Key);
            WriteText(output, header.Value);
        }
        WriteNumber(output, entry.Body.Length);
        output.Write(entry.Body.Span);
        return output.Span.ToArray();
    }

    /// <summary>Writes a rule.</summary>
    public static byte[] Write(SharedRule rule)
    {
        using var output = new PooledBytes();
        WriteStart(output, RuleKind);
        WriteNumber(output, rule.Generation);
        WriteNumber(output, rule.Names.Length);
        foreach (var name in rule.Names)
            WriteText(output, name);
        return output.Span.ToArray();
    }

    /// <summary>Reads either, and sets the one that it is; <see langword="false"/> for anything else.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out Entry? entry, out SharedRule? rule)
    {
        entry = null;
        rule = null;
        var input = bytes.Span;
        if (input.Length < 3 || BinaryPrimitives.ReadUInt16BigEndian(input) != Magic)
            return false;
        var kind = input[2];
        input = input[3..];
        try
        {
            if (kind == RuleKind)
                return TryReadRule(input, out rule);
            return kind == AnswerKind && TryReadEntry(input, bytes, out entry);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static bool TryReadRule(ReadOnlySpan<byte> input, out SharedRule? rule)
    {
        rule = null;
        if (!TryReadNumber(ref input, out var generation) || !TryReadNumber(ref input, out var count) || count is < 1 or > VaryRule.MostNames)
            return false;
        var names = new string[count];
        for (var i = 0; i < names.Length; i++)
        {
            if (!TryReadText(ref input, out names[i]) || !names[i].All(HeaderName.IsTokenChar))
                return false;
        }
        rule = new SharedRule(names, generation);
        return input.IsEmpty;
    }

    private static bool TryReadEntry(ReadOnlySpan<byte> input, ReadOnlyMemory<byte> bytes, out Entry? entry)
    {
        entry = null;
        if (!TryReadNumber(ref input, out var receivedAt) || receivedAt is < 0 or > 253_402_300_799_999
            || !TryReadNumber(ref input, out var lifetime) || lifetime is < 0 or > MostMilliseconds
            || !TryReadNumber(ref input, out var age) || age is < 0 or > MostMilliseconds * 2
            || !TryReadNumber(ref input, out var status) || status is < 200 or > 599
            || !TryReadText(ref input, out var url)
            || !TryReadNumber(ref input, out var count) || count is < 0 or > MostHeaders)
            return false;
        var headers = new NameValueList(ignoreCase: true);
        for (var i = 0; i < count; i++)
        {
            if (!TryReadText(ref input, out var name) || name.Length == 0 || !name.All(HeaderName.IsTokenChar) || !TryReadText(ref input, out var value) || value.AsSpan().ContainsAny('\r', '\n', '\0'))
                return false;
            headers.Add(name, value);
        }
        if (!TryReadNumber(ref input, out var length) || length != input.Length)
            return false;
        entry = new Entry((int)status, headers, bytes[^(int)length..], new Freshness(lifetime, age), DateTimeOffset.FromUnixTimeMilliseconds(receivedAt), url);
        return true;
    }

    private static void WriteStart(PooledBytes output, byte kind)
    {
        BinaryPrimitives.WriteUInt16BigEndian(output.GetSpan(2), Magic);
        output.Advance(2);
        output.Write([kind]);
    }

    private static void WriteNumber(PooledBytes output, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    private static void WriteText(PooledBytes output, string text)
    {
        WriteNumber(output, Encoding.UTF8.GetByteCount(text));
        output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
    }

    private static bool TryReadNumber(ref ReadOnlySpan<byte> input, out long value)
    {
        value = 0;
        if (input.Length < 8)
            return false;
        value = BinaryPrimitives.ReadInt64BigEndian(input);
        input = input[8..];
        return true;
    }

    private static bool TryReadText(ref ReadOnlySpan<byte> input, out string text)
    {
        text = "";
        if (!TryReadNumber(ref input, out var length) || length < 0 || length > input.Length)
            return false;
        text = s_utf8.GetString(input[..(int)length]);
        input = input[(int)length..];
        return true;
    }
}
