using System.Buffers;

namespace Gateway.Core.Routing;

/// <summary>
/// Text of a URL under construction. Starts in the caller's buffer (usually on the stack) and moves to a pooled one when that is
/// full. Pass by <see langword="ref"/>; call <see cref="Dispose"/> once.
/// </summary>
public ref struct UrlBuilder
{
    private char[]? _rented;
    private Span<char> _chars;
    private int _length;

    /// <summary>An empty text.</summary>
    /// <param name="initial">Where it starts; may be empty.</param>
    public UrlBuilder(Span<char> initial) => _chars = initial;

    /// <summary>Number of characters written.</summary>
    public readonly int Length => _length;

    /// <summary>The text; valid until the next write.</summary>
    public readonly ReadOnlySpan<char> WrittenSpan => _chars[.._length];

    /// <summary>Writes one character as it is.</summary>
    public void Append(char value)
    {
        if (_length == _chars.Length)
            Grow(1);
        _chars[_length++] = value;
    }

    /// <summary>Writes text as it is.</summary>
    public void Append(scoped ReadOnlySpan<char> text)
    {
        if (text.Length > _chars.Length - _length)
            Grow(text.Length);
        text.CopyTo(_chars[_length..]);
        _length += text.Length;
    }

    /// <summary>Writes a byte as <c>%XX</c>, in upper case as RFC 3986 section 2.1 wants.</summary>
    public void AppendEscape(byte value)
    {
        const string digits = "0123456789ABCDEF";
        if (_chars.Length - _length < 3)
            Grow(3);
        _chars[_length] = '%';
        _chars[_length + 1] = digits[value >> 4];
        _chars[_length + 2] = digits[value & 15];
        _length += 3;
    }

    /// <summary>Removes what was written and keeps the buffer.</summary>
    public void Clear() => _length = 0;

    /// <summary>The text as a string.</summary>
    public override readonly string ToString() => new(WrittenSpan);

    /// <summary>Returns the pooled buffer.</summary>
    public void Dispose()
    {
        var rented = _rented;
        this = default;
        if (rented is not null)
            ArrayPool<char>.Shared.Return(rented);
    }

    private void Grow(int needed)
    {
        var larger = ArrayPool<char>.Shared.Rent(Math.Max(_length + needed, Math.Max(_chars.Length * 2, 128)));
        WrittenSpan.CopyTo(larger);
        if (_rented is not null)
            ArrayPool<char>.Shared.Return(_rented);
        _rented = larger;
        _chars = larger;
    }
}
