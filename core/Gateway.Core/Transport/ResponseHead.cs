using System.Buffers;
using System.Text;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

internal enum HeadState
{
    Incomplete,
    Complete,
    Invalid,
}

/// <summary>One header line: positions in the head's bytes.</summary>
internal struct HeaderLine
{
    public int NameStart;
    public int NameLength;
    public int ValueStart;
    public int ValueLength;
    public ResponseHeader Kind;
    public bool IsEndToEnd;
}

/// <summary>
/// Reads a response head (RFC 9112) strictly and without allocating: it keeps positions, and remembers the texts of the connection's
/// last answer, so that headers that repeat cost a comparison. Bare LF line ends are tolerated, folded lines and control characters
/// are not. Belongs to one connection and is used again for every answer.
/// </summary>
internal sealed class ResponseHead(TransportLimits limits)
{
    private const int RememberedBytes = 8 << 10;
    private static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> Controls =
        SearchValues.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    private HeaderLine[] _lines = new HeaderLine[16];
    private int _count;
    private int _position;
    private int _scanned;
    private bool _hasConnection;
    private NameValueList? _lastHeaders;
    private string? _lastContentType;

    public int StatusCode { get; private set; }

    /// <summary>Bytes of the head once it is complete.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the connection may serve another call after this answer.</summary>
    public bool KeepAlive { get; private set; }

    public bool IsChunked { get; private set; }

    public long? ContentLength { get; private set; }

    /// <summary>What is wrong with an invalid head.</summary>
    public string Error { get; private set; } = "";

    public void Reset()
    {
        _count = 0;
        _position = 0;
        _scanned = 0;
        _hasConnection = false;
        StatusCode = 0;
        Length = 0;
        KeepAlive = true;
        IsChunked = false;
        ContentLength = null;
    }

    /// <summary>Goes on with a head of which more bytes have arrived.</summary>
    /// <param name="bytes">All bytes of the message so far, those parsed before included.</param>
    public HeadState Parse(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var found = bytes[_scanned..].IndexOf((byte)'\n');
            var end = found < 0 ? bytes.Length : _scanned + found;
            if (end >= limits.MaxResponseHeaderBytes)
                return Fail($"net/http: server response headers exceeded {limits.MaxResponseHeaderBytes} bytes; aborted");
            if (found < 0)
            {
                _scanned = end;
                return HeadState.Incomplete;
            }
            var lineEnd = end > _position && bytes[end - 1] == '\r' ? end - 1 : end;
            var isFirst = _position == 0;
            if (!isFirst && lineEnd == _position)
            {
                Length = end + 1;
                return Finish(bytes);
            }
            var state = isFirst ? ParseStatusLine(bytes[..lineEnd]) : ParseHeader(bytes, lineEnd);
            if (state == HeadState.Invalid)
                return state;
            _position = _scanned = end + 1;
        }
    }

    /// <summary>The connection must not be used again, whatever the answer says.</summary>
    public void CloseAfter() => KeepAlive = false;

    /// <summary>The end-to-end headers as a list that belongs to the caller.</summary>
    public NameValueList CreateHeaders(ReadOnlySpan<byte> bytes)
    {
        var last = _lastHeaders;
        if (last is not null && Matches(last, bytes))
            return last.Fork();

        var headers = new NameValueList(ignoreCase: true);
        foreach (ref readonly var line in _lines.AsSpan(0, _count))
        {
            if (!line.IsEndToEnd)
                continue;
            var known = last is not null && headers.Count < last.Count ? last[headers.Count] : default;
            var name = bytes.Slice(line.NameStart, line.NameLength);
            var value = bytes.Slice(line.ValueStart, line.ValueLength);
            headers.Add(TextEquals(known.Key, name) ? known.Key : Encoding.ASCII.GetString(name), TextEquals(known.Value, value) ? known.Value : Text(value));
        }
        _lastHeaders = Length <= RememberedBytes ? headers.Fork() : null;
        return headers;
    }

    /// <summary>The value of the first header of a kind, or <see langword="null"/>.</summary>
    public string? Find(ResponseHeader kind, ReadOnlySpan<byte> bytes)
    {
        foreach (ref readonly var line in _lines.AsSpan(0, _count))
        {
            if (line.Kind != kind)
                continue;
            var value = bytes.Slice(line.ValueStart, line.ValueLength);
            return kind switch
            {
                ResponseHeader.ContentType => TextEquals(_lastContentType, value) ? _lastContentType : _lastContentType = Text(value),
                ResponseHeader.ContentEncoding when value.SequenceEqual("gzip"u8) => "gzip",
                _ => Text(value),
            };
        }
        return null;
    }

    private HeadState ParseStatusLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || line[7] is not ((byte)'0' or (byte)'1') || line[8] != ' '
            || (line.Length > 12 && line[12] != ' ') || line.ContainsAny(Controls))
        {
            return Fail($"malformed HTTP response \"{Printable(line)}\"");
        }
        var (a, b, c) = (line[9] - '0', line[10] - '0', line[11] - '0');
        if (a is < 1 or > 9 || b is < 0 or > 9 || c is < 0 or > 9)
            return Fail($"malformed HTTP status code \"{Printable(line[9..12])}\"");
        StatusCode = (a * 100) + (b * 10) + c;
        KeepAlive = line[7] == '1';
        return HeadState.Incomplete;
    }

    private HeadState ParseHeader(ReadOnlySpan<byte> bytes, int lineEnd)
    {
        var line = bytes[_position..lineEnd];
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(Token))
            return Fail($"malformed MIME header line: {Printable(line)}");
        var value = line[(colon + 1)..];
        var start = value.IndexOfAnyExcept((byte)' ', (byte)'\t');
        var length = start < 0 ? 0 : value.LastIndexOfAnyExcept((byte)' ', (byte)'\t') + 1 - start;
        start = start < 0 ? 0 : start;
        if (value.Slice(start, length).ContainsAny(Controls))
            return Fail($"invalid header field value for \"{Encoding.ASCII.GetString(line[..colon])}\"");
        if (_count == limits.MaxResponseHeaders)
            return Fail($"server response has more than {limits.MaxResponseHeaders} headers; aborted");

        if (_count == _lines.Length)
            Array.Resize(ref _lines, _lines.Length * 2);
        var kind = HeaderRules.ClassifyResponse(line[..colon]);
        _lines[_count++] = new HeaderLine
        {
            NameStart = _position,
            NameLength = colon,
            ValueStart = _position + colon + 1 + start,
            ValueLength = length,
            Kind = kind,
            IsEndToEnd = kind < ResponseHeader.TransferEncoding,
        };
        return kind switch
        {
            ResponseHeader.ContentLength => ReadContentLength(value.Slice(start, length)),
            ResponseHeader.TransferEncoding => ReadTransferEncoding(value.Slice(start, length)),
            ResponseHeader.Connection => NoteConnection(),
            _ => HeadState.Incomplete,
        };
    }

    private HeadState ReadContentLength(ReadOnlySpan<byte> value)
    {
        if (value.Length is 0 or > 18 || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
            return Fail($"bad Content-Length \"{Printable(value)}\"");
        long length = 0;
        foreach (var digit in value)
            length = (length * 10) + (digit - '0');
        if (ContentLength is { } earlier && earlier != length)
            return Fail("http: message cannot contain multiple Content-Length headers");
        ContentLength = length;
        return HeadState.Incomplete;
    }

    private HeadState ReadTransferEncoding(ReadOnlySpan<byte> value)
    {
        if (IsChunked || !Ascii.EqualsIgnoreCase(value, "chunked"u8))
            return Fail($"unsupported transfer encoding: \"{Printable(value)}\"");
        IsChunked = true;
        return HeadState.Incomplete;
    }

    private HeadState NoteConnection()
    {
        _hasConnection = true;
        return HeadState.Incomplete;
    }

    private HeadState Finish(ReadOnlySpan<byte> bytes)
    {
        if (_hasConnection)
            ApplyConnection(bytes);
        if (!IsChunked || ContentLength is null)
            return HeadState.Complete;
        // Two framings are how answers are smuggled: the chunks count, and nothing after them is trusted (RFC 9112, 6.3).
        ContentLength = null;
        KeepAlive = false;
        foreach (ref var line in _lines.AsSpan(0, _count))
            line.IsEndToEnd &= line.Kind != ResponseHeader.ContentLength;
        return HeadState.Complete;
    }

    private void ApplyConnection(ReadOnlySpan<byte> bytes)
    {
        var close = false;
        foreach (ref readonly var line in _lines.AsSpan(0, _count))
        {
            if (line.Kind != ResponseHeader.Connection)
                continue;
            var rest = bytes.Slice(line.ValueStart, line.ValueLength);
            while (!rest.IsEmpty)
            {
                var comma = rest.IndexOf((byte)',');
                var option = (comma < 0 ? rest : rest[..comma]).Trim(" \t"u8);
                rest = comma < 0 ? default : rest[(comma + 1)..];
                if (Ascii.EqualsIgnoreCase(option, "close"u8))
                    close = true;
                else if (Ascii.EqualsIgnoreCase(option, "keep-alive"u8))
                    KeepAlive = true;
                else
                    MarkHopByHop(option, bytes);
            }
        }
        KeepAlive &= !close;
    }

    private void MarkHopByHop(ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes)
    {
        foreach (ref var line in _lines.AsSpan(0, _count))
        {
            if (Ascii.EqualsIgnoreCase(bytes.Slice(line.NameStart, line.NameLength), name))
                line.IsEndToEnd = false;
        }
    }

    private bool Matches(NameValueList last, ReadOnlySpan<byte> bytes)
    {
        var items = last.Items;
        var i = 0;
        foreach (ref readonly var line in _lines.AsSpan(0, _count))
        {
            if (!line.IsEndToEnd)
                continue;
            if (i == items.Length
                || !TextEquals(items[i].Value, bytes.Slice(line.ValueStart, line.ValueLength))
                || !TextEquals(items[i].Key, bytes.Slice(line.NameStart, line.NameLength)))
            {
                return false;
            }
            i++;
        }
        return i == items.Length;
    }

    private HeadState Fail(string error)
    {
        Error = error;
        return HeadState.Invalid;
    }

    private static bool TextEquals(string? text, ReadOnlySpan<byte> bytes) => text is not null && Ascii.Equals(bytes, text);

    private static string Text(ReadOnlySpan<byte> bytes) => HeaderRules.Decode(bytes);

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(64);
        foreach (var b in bytes[..Math.Min(bytes.Length, 64)])
            text.Append(b is >= 0x20 and < 0x7F ? (char)b : '.');
        return text.ToString();
    }
}
