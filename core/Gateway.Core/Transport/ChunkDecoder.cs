namespace Gateway.Core.Transport;

internal enum ChunkStep
{
    /// <summary>Body bytes are next.</summary>
    Data,
    /// <summary>More bytes must arrive first.</summary>
    NeedMore,
    /// <summary>The message is over.</summary>
    End,
    /// <summary>The framing is broken or too large.</summary>
    Invalid,
}

/// <summary>
/// The chunked transfer coding (RFC 9112, 7.1), a byte at a time for the framing and in bulk for the data. Size lines and chunk ends
/// must be CRLF; extensions and trailers are discarded and bounded together.
/// </summary>
internal struct ChunkDecoder(int maxOverhead)
{
    private enum State : byte
    {
        SizeStart,
        Size,
        Extension,
        SizeLineFeed,
        Data,
        DataReturn,
        DataLineFeed,
        TrailerStart,
        Trailer,
        LastLineFeed,
        End,
    }

    private State _state;
    private long _remaining;
    private int _overhead;
    private int _digits;

    /// <summary>Bytes of the current chunk that are still to come.</summary>
    public readonly long Remaining => _state == State.Data ? _remaining : 0;

    /// <summary>Skips framing at the front of the input.</summary>
    /// <param name="input">Bytes not consumed yet.</param>
    /// <param name="skipped">Bytes of framing to drop.</param>
    public ChunkStep Next(ReadOnlySpan<byte> input, out int skipped)
    {
        skipped = 0;
        while (true)
        {
            if (_state == State.End)
                return ChunkStep.End;
            if (skipped == input.Length)
                return ChunkStep.NeedMore;
            if (_state == State.Data)
                return ChunkStep.Data;
            if (!Accept(input[skipped++]))
                return ChunkStep.Invalid;
        }
    }

    /// <summary>Counts body bytes that were taken.</summary>
    public void Consume(int count)
    {
        _remaining -= count;
        if (_remaining == 0)
            _state = State.DataReturn;
    }

    private bool Accept(byte b)
    {
        switch (_state)
        {
            case State.SizeStart:
                _remaining = 0;
                _digits = 0;
                _state = State.Size;
                return AcceptDigit(b);
            case State.Size:
                if (b == '\r')
                    _state = State.SizeLineFeed;
                else if (b is (byte)';' or (byte)' ' or (byte)'\t')
                    _state = State.Extension;
                else
                    return AcceptDigit(b);
                return true;
            case State.Extension:
                if (b == '\r')
                    _state = State.SizeLineFeed;
                return b is not ((byte)'\n' or 0) && ++_overhead <= maxOverhead;
            case State.SizeLineFeed:
                _state = _remaining == 0 ? State.TrailerStart : State.Data;
                return b == '\n';
            case State.DataReturn:
                _state = State.DataLineFeed;
                return b == '\r';
            case State.DataLineFeed:
                _state = State.SizeStart;
                return b == '\n';
            case State.TrailerStart:
                _state = b switch { (byte)'\r' => State.LastLineFeed, (byte)'\n' => State.End, _ => State.Trailer };
                return ++_overhead <= maxOverhead;
            case State.Trailer:
                if (b == '\n')
                    _state = State.TrailerStart;
                return ++_overhead <= maxOverhead;
            default:
                _state = State.End;
                return b == '\n';
        }
    }

    private bool AcceptDigit(byte b)
    {
        var digit = b switch
        {
            >= (byte)'0' and <= (byte)'9' => b - '0',
            >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
            _ => -1,
        };
        if (digit < 0 || _remaining > long.MaxValue >> 5)
            return false;
        _remaining = (_remaining << 4) | (uint)digit;
        // Leading zeros are digits, too: without a count a size line could go on for ever.
        return ++_digits <= 16;
    }
}
