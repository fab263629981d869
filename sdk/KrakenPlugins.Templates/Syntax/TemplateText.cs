using System.Globalization;
using System.Text;

namespace KrakenPlugins.Templates.Syntax;

/// <summary>A text that templates were parsed from, and its places. An offset counts UTF-16 code units from the beginning.</summary>
internal sealed class TemplateText(string name, string text)
{
    private int[]? _lines;

    /// <summary>The name under which the text was added.</summary>
    public string Name => name;

    public string Text => text;

    /// <summary>The line of an offset, from 1.</summary>
    public int LineOf(int offset)
    {
        var found = Array.BinarySearch(Lines, offset);
        return found >= 0 ? found + 1 : ~found;
    }

    /// <summary>The column of an offset in UTF-16 code units, from 1.</summary>
    public int ColumnOf(int offset) => offset - Lines[LineOf(offset) - 1] + 1;

    /// <summary>The place of an offset as Go writes it: name, line, and the number of bytes before it on the line.</summary>
    public string Place(int offset)
    {
        var line = LineOf(offset);
        var start = Lines[line - 1];
        var bytes = Encoding.UTF8.GetByteCount(text.AsSpan(start, offset - start));
        return string.Create(CultureInfo.InvariantCulture, $"{name}:{line}:{bytes}");
    }

    private int[] Lines => _lines ??= FindLines();

    private int[] FindLines()
    {
        var starts = new int[text.AsSpan().Count('\n') + 1];
        for (int line = 1, i = 0; line < starts.Length; line++)
        {
            i = text.IndexOf('\n', i) + 1;
            starts[line] = i;
        }
        return starts;
    }
}
