using System.Buffers;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.AwsSigV4.Signing;

/// <summary>
/// The headers of a signature, in lower case and sorted, values of one name folded into a line: <c>Host</c> and every header that reaches the
/// service as it is sent. Those that end at a hop, that proxies on the way write and that the transport adds by itself are not signed.
/// </summary>
internal ref struct CanonicalHeaders
{
    private static readonly SearchValues<string> s_unsigned = SearchValues.Create(
        [
            "host", "authorization", "user-agent", "accept-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "transfer-encoding", "content-length", "expect",
            "http2-settings", "forwarded", "via", "x-real-ip", "x-amzn-trace-id", "traceparent", "tracestate", "baggage",
        ],
        StringComparison.OrdinalIgnoreCase);

    private readonly ReadOnlySpan<KeyValuePair<string, string>> _headers;
    private readonly string _host;
    private readonly int[] _order;
    private readonly int _count;

    /// <summary>Sorts the headers. Give it back with <see cref="Return"/>.</summary>
    public CanonicalHeaders(NameValueList headers, string host)
    {
        _headers = headers.Items;
        _host = host;
        _order = ArrayPool<int>.Shared.Rent(headers.Count + 1);
        _order[_count++] = -1;
        for (var i = 0; i < _headers.Length; i++)
        {
            if (IsSigned(_headers[i].Key))
                _order[_count++] = i;
        }
        _order.AsSpan(0, _count).Sort(new ByName(headers));
    }

    /// <summary>Writes <c>name:value</c> lines.</summary>
    public readonly void WriteLines(PooledBytes output)
    {
        for (var i = 0; i < _count; i++)
        {
            var name = NameOf(_order[i]);
            WriteLower(output, name);
            output.Write(":"u8);
            WriteValue(output, ValueOf(_order[i]));
            while (i + 1 < _count && NameOf(_order[i + 1]).Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                output.Write(","u8);
                WriteValue(output, ValueOf(_order[++i]));
            }
            output.Write("\n"u8);
        }
    }

    /// <summary>Writes the names with semicolons between.</summary>
    public readonly void WriteNames(PooledBytes output)
    {
        for (var i = 0; i < _count; i++)
        {
            var name = NameOf(_order[i]);
            if (i > 0 && NameOf(_order[i - 1]).Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            if (i > 0)
                output.Write(";"u8);
            WriteLower(output, name);
        }
    }

    /// <summary>Gives the storage back.</summary>
    public readonly void Return() => ArrayPool<int>.Shared.Return(_order);

    private static bool IsSigned(string name) =>
        !s_unsigned.Contains(name)
        && !name.StartsWith("x-forwarded-", StringComparison.OrdinalIgnoreCase)
        && !name.StartsWith("x-b3-", StringComparison.OrdinalIgnoreCase)
        && !name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase);

    private readonly string NameOf(int index) => index < 0 ? "host" : _headers[index].Key;

    private readonly string ValueOf(int index) => index < 0 ? _host : _headers[index].Value;

    private static void WriteLower(PooledBytes output, string name)
    {
        var span = output.GetSpan(name.Length);
        for (var i = 0; i < name.Length; i++)
            span[i] = (byte)char.ToLowerInvariant(name[i]);
        output.Advance(name.Length);
    }

    /// <summary>The value without spaces around it, runs of spaces as one.</summary>
    private static void WriteValue(PooledBytes output, string value)
    {
        var rest = value.AsSpan().Trim();
        while (rest.IndexOf("  ") is >= 0 and var run)
        {
            CanonicalText.Write(output, rest[..(run + 1)]);
            rest = rest[run..].TrimStart(' ');
        }
        CanonicalText.Write(output, rest);
    }

    /// <summary>By name in lower case, equal names in their order.</summary>
    private readonly struct ByName(NameValueList headers) : IComparer<int>
    {
        public int Compare(int x, int y)
        {
            var left = x < 0 ? "host" : headers[x].Key;
            var right = y < 0 ? "host" : headers[y].Key;
            for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
            {
                var difference = char.ToLowerInvariant(left[i]) - char.ToLowerInvariant(right[i]);
                if (difference != 0)
                    return difference;
            }
            return left.Length != right.Length ? left.Length - right.Length : x - y;
        }
    }
}
