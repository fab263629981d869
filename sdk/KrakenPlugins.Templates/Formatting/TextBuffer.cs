using System.Globalization;
using System.Text;

namespace KrakenPlugins.Templates.Formatting;

/// <summary>A text that grows up to a limit. Appending allocates only when the buffer has to grow.</summary>
internal sealed class TextBuffer(int limit)
{
    private char[] _characters = [];

    /// <summary>The number of UTF-16 code units that the text may have.</summary>
    public int Limit { get; set; } = limit;

    public int Length { get; private set; }

    public ReadOnlySpan<char> Text => _characters.AsSpan(0, Length);

    public override string ToString() => new(_characters, 0, Length);

    public void Truncate(int length) => Length = length;

    public void Append(char c)
    {
        if (Length >= _characters.Length || Length >= Limit) Grow(1);
        _characters[Length++] = c;
    }

    public void Append(ReadOnlySpan<char> text) => text.CopyTo(Reserve(text.Length));

    public void Append(long value)
    {
        Span<char> digits = stackalloc char[20];
        value.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        Append(digits[..length]);
    }

    public void Append(Rune rune)
    {
        Span<char> units = stackalloc char[2];
        Append(units[..rune.EncodeToUtf16(units)]);
    }

    public void Fill(char c, int count)
    {
        if (count > 0) Reserve(count).Fill(c);
    }

    /// <summary>Moves the padding of equal code units at the end in front of what was written since a start.</summary>
    public void MovePaddingBefore(int start, int count)
    {
        var moved = _characters[Length - 1];
        _characters.AsSpan(start, Length - start - count).CopyTo(_characters.AsSpan(start + count));
        _characters.AsSpan(start, count).Fill(moved);
    }

    /// <summary>Room for so many code units at the end, which now belongs to the text.</summary>
    private Span<char> Reserve(int count)
    {
        if (count > _characters.Length - Length || count > Limit - Length) Grow(count);
        var start = Length;
        Length += count;
        return _characters.AsSpan(start, count);
    }

    private void Grow(int count)
    {
        if (count > Limit - Length) throw new TextLimitException(Limit);
        if (count <= _characters.Length - Length) return;
        var size = Math.Max(Math.Max(256L, Length + (long)count), Math.Min(_characters.Length * 2L, Limit));
        Array.Resize(ref _characters, (int)Math.Min(size, Array.MaxLength));
    }
}

/// <summary>A text that became longer than its limit.</summary>
internal sealed class TextLimitException(int limit)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"the text is longer than {limit} characters"));
