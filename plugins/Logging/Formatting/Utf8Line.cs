using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace KrakenPlugins.Logging.Formatting;

/// <summary>
/// A line of a log while it is written, in UTF-8. There is one per thread and it keeps its storage, so that a line costs no allocation.
/// </summary>
internal sealed class Utf8Line
{
    private const int KeptBytes = 64 * 1024;

    [ThreadStatic]
    private static Utf8Line? t_line;

    private byte[] _bytes = new byte[512];
    private int _length;

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _length);

    /// <summary>Bytes written.</summary>
    public int Length => _length;

    /// <summary>Takes the thread's line, empty; give it back with <see cref="Return"/>.</summary>
    public static Utf8Line Take()
    {
        var line = t_line ?? new Utf8Line();
        // Whoever takes another one meanwhile (a value that logs) gets a new one.
        t_line = null;
        line._length = 0;
        return line;
    }

    /// <summary>Gives the line back to the thread.</summary>
    public void Return()
    {
        if (_bytes.Length <= KeptBytes)
            t_line = this;
    }

    /// <summary>Appends bytes as they are.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Free(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Appends text as it is; half of a surrogate pair becomes U+FFFD.</summary>
    public void Append(ReadOnlySpan<char> text) => _length += Encoding.UTF8.GetBytes(text, Free(text.Length * 3));

    /// <summary>Appends an ASCII character.</summary>
    public void Append(char ascii)
    {
        Free(1)[0] = (byte)ascii;
        _length++;
    }

    /// <summary>Appends an ASCII character several times.</summary>
    public void Fill(char ascii, int count)
    {
        if (count <= 0)
            return;
        Free(count)[..count].Fill((byte)ascii);
        _length += count;
    }

    /// <summary>Appends an integer.</summary>
    public void Append(long value)
    {
        Utf8Formatter.TryFormat(value, Free(20), out var written);
        _length += written;
    }

    /// <summary>Appends an integer with leading zeros.</summary>
    public void AppendPadded(long value, int width)
    {
        value.TryFormat(Free(Math.Max(20, width)), out var written, width switch { 2 => "D2", 3 => "D3", 4 => "D4", 6 => "D6", 9 => "D9", _ => "D" }, CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>Appends a number with so many decimals.</summary>
    public void AppendFixed(double value, int decimals)
    {
        Span<byte> text = stackalloc byte[400];
        if (decimals <= 9 && Utf8Formatter.TryFormat(value, text, out var written, new System.Buffers.StandardFormat('F', (byte)decimals)))
        {
            Append(text[..written]);
            return;
        }
        Append(value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
    }

    /// <summary>Appends text so that it stays on its line and inside of quotes, in plain text as in JSON (OBS-028).</summary>
    public void AppendEscaped(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var plain = LineEscape.IndexOfSpecial(text);
            if (plain < 0)
            {
                Append(text);
                return;
            }
            Append(text[..plain]);
            LineEscape.Append(this, text[plain]);
            text = text[(plain + 1)..];
        }
    }

    private Span<byte> Free(int count)
    {
        if (_bytes.Length - _length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        return _bytes.AsSpan(_length);
    }
}
