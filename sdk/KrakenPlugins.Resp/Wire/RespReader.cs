using System.Buffers.Text;
using System.Text;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Wire;

/// <summary>
/// Cuts replies out of the bytes of a connection, RESP2 and RESP3, however they are split. A length that was announced makes room for
/// nothing: memory grows with the bytes that have come. Source: Redis serialization protocol specification.
/// </summary>
/// <param name="maxReplyBytes">Bytes of one reply.</param>
internal sealed class RespReader(int maxReplyBytes)
{
    private const int MaxDepth = 16;
    private const int MaxLine = 64 << 10;
    private const int MaxError = 512;
    private const int Idle = 16 << 10;

    private readonly Frame[] _frames = new Frame[MaxDepth];
    private int _depth;
    private byte[] _buffer = new byte[Idle];
    private int _start;
    private int _end;
    private int _scanned;
    private long _consumed;

    /// <summary>Whether nothing of a reply or message has come behind the last whole one.</summary>
    public bool IsEmpty => _depth == 0 && _start == _end;

    /// <summary>Whether a reply has begun that is not whole; pushed messages and attributes are none.</summary>
    public bool HasBegun => _depth > 0 ? !_frames[0].IsDropped : _start < _end && _buffer[_start] is not ((byte)'>' or (byte)'|');

    /// <summary>Where the next bytes go, at least one.</summary>
    public Memory<byte> Free()
    {
        if (_start == _end)
        {
            _start = _end = _scanned = 0;
            if (_buffer.Length > Idle * 4)
                _buffer = new byte[Idle];
        }
        else if (_end == _buffer.Length)
        {
            var larger = _start < _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
            Buffer.BlockCopy(_buffer, _start, larger, 0, _end - _start);
            _buffer = larger;
            (_scanned, _end, _start) = (_scanned - _start, _end - _start, 0);
        }
        return _buffer.AsMemory(_end);
    }

    /// <summary>Tells that bytes came.</summary>
    public void Add(int count) => _end += count;

    /// <summary>Takes the next whole reply; pushed messages and attributes are dropped.</summary>
    /// <exception cref="RespProtocolException">The bytes are no reply, or one beyond the bounds.</exception>
    public bool TryRead(out RedisReply reply)
    {
        while (TryReadElement(out var element, out var opened))
        {
            if (opened || !TryPlace(element, out reply))
                continue;
            _consumed = 0;
            return true;
        }
        if (_consumed + (_end - _start) > maxReplyBytes)
            throw TooLarge();
        reply = default;
        return false;
    }

    private bool TryReadElement(out RedisReply element, out bool opened)
    {
        element = default;
        opened = false;
        var newline = _buffer.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
        if (newline < 0)
        {
            _scanned = _end;
            return _end - _start <= MaxLine ? false : throw new RespProtocolException("a line has no end");
        }
        newline += _scanned;
        if (newline - _start < 2 || _buffer[newline - 1] != '\r')
            throw new RespProtocolException("a line does not end with CR LF");
        var line = _buffer.AsSpan(_start + 1, newline - 2 - _start);
        switch (_buffer[_start])
        {
            case (byte)'$' or (byte)'=' or (byte)'!':
                return TryReadBulk(_buffer[_start], line, newline + 1, out element);
            case (byte)'*' or (byte)'~' or (byte)'>' or (byte)'%' or (byte)'|':
                opened = Open(_buffer[_start], line, out element);
                break;
            default:
                element = Simple(_buffer[_start], line);
                break;
        }
        Consume(newline + 1);
        return true;
    }

    private static RedisReply Simple(byte type, ReadOnlySpan<byte> line)
    {
        switch (type)
        {
            case (byte)'+' or (byte)',' or (byte)'(':
                return RedisReply.Of(line.ToArray());
            case (byte)'-':
                return Error(line);
            case (byte)':':
                return RedisReply.Of(Number(line));
            case (byte)'#' when line is [(byte)'t' or (byte)'f']:
                return RedisReply.Of(line[0] == 't' ? 1 : 0);
            case (byte)'_' when line.IsEmpty:
                return default;
            default:
                throw new RespProtocolException("a reply begins with an unknown type");
        }
    }

    // People read it: short, on one line, and without the arguments of the command, which some servers repeat.
    private static RedisReply Error(ReadOnlySpan<byte> text)
    {
        var repeated = text.IndexOf(", with args beginning with"u8);
        if (repeated >= 0)
            text = text[..repeated];
        var error = Encoding.UTF8.GetString(text.Length > MaxError ? text[..MaxError] : text);
        return RedisReply.Failed(RedisFailure.Error, string.Create(error.Length, error, static (clean, error) =>
        {
            for (var i = 0; i < clean.Length; i++)
                clean[i] = char.IsControl(error[i]) ? ' ' : error[i];
        }));
    }

    private bool TryReadBulk(byte type, ReadOnlySpan<byte> line, int body, out RedisReply element)
    {
        element = default;
        var length = Number(line);
        if (length == -1 && type == '$')
        {
            Consume(body);
            return true;
        }
        if (length < 0)
            throw new RespProtocolException("a length is negative");
        if (length > maxReplyBytes)
            throw TooLarge();
        if (_end - body < length + 2)
        {
            // The short line is looked for again, not the bytes behind it.
            _scanned = _start;
            return false;
        }
        var bytes = _buffer.AsSpan(body, (int)length);
        if (_buffer[body + bytes.Length] != '\r' || _buffer[body + bytes.Length + 1] != '\n')
            throw new RespProtocolException("a text is longer than its length");
        // A verbatim text begins with its format, as in "txt:".
        element = type == '!' ? Error(bytes)
            : RedisReply.Of((type == '=' && bytes.Length >= 4 ? bytes[4..] : bytes).ToArray());
        Consume(body + bytes.Length + 2);
        return true;
    }

    /// <summary>Begins a list; one without elements is whole at once.</summary>
    private bool Open(byte type, ReadOnlySpan<byte> line, out RedisReply element)
    {
        element = default;
        var count = Number(line);
        if (count == -1 && type == '*')
            return false;
        // Every element has 3 bytes at least.
        var most = maxReplyBytes / 3 / (type is (byte)'%' or (byte)'|' ? 2 : 1);
        if (count < 0 || count > most)
            throw new RespProtocolException("a list has an impossible number of elements");
        if (type is (byte)'%' or (byte)'|')
            count *= 2;
        var isDropped = type == '|' || type == '>';
        if (count == 0 && !isDropped)
        {
            element = RedisReply.Of(Array.Empty<RedisReply>());
            return false;
        }
        if (_depth == MaxDepth)
            throw new RespProtocolException("lists are nested too deeply");
        if (count > 0)
            _frames[_depth++] = new Frame { Items = new RedisReply[Math.Min(count, 16)], Expected = (int)count, IsDropped = isDropped };
        return true;
    }

    /// <summary>Puts an element where it belongs.</summary>
    /// <returns>Whether a reply is whole.</returns>
    private bool TryPlace(RedisReply element, out RedisReply reply)
    {
        while (_depth > 0)
        {
            ref var frame = ref _frames[_depth - 1];
            if (frame.Count == frame.Items.Length)
                Array.Resize(ref frame.Items, Math.Min(frame.Items.Length * 2, frame.Expected));
            frame.Items[frame.Count++] = element;
            if (frame.Count < frame.Expected)
                break;
            _depth--;
            var isDropped = frame.IsDropped;
            element = RedisReply.Of(frame.Items, frame.Count);
            frame = default;
            if (!isDropped)
                continue;
            if (_depth == 0)
                _consumed = 0;
            reply = default;
            return false;
        }
        reply = element;
        return _depth == 0;
    }

    private void Consume(int position)
    {
        _consumed += position - _start;
        if (_consumed > maxReplyBytes)
            throw TooLarge();
        _start = _scanned = position;
    }

    private static long Number(ReadOnlySpan<byte> text)
    {
        if (text is [(byte)'+', ..])
            text = text[1..];
        return Utf8Parser.TryParse(text, out long number, out var read) && read == text.Length
            ? number
            : throw new RespProtocolException("a number is none");
    }

    private RespProtocolException TooLarge() => new($"a reply has more than {maxReplyBytes} bytes");

    private struct Frame
    {
        public RedisReply[] Items;
        public int Count;
        public int Expected;
        public bool IsDropped;
    }
}
