using System.Text;

namespace Gateway.CommandLine;

/// <summary>Rows with aligned columns; the last column takes what it needs.</summary>
internal sealed class Table(params string[] titles)
{
    private readonly List<(string Text, Paint Paint)[]> _rows = [];

    /// <summary>Appends a row, one cell per title.</summary>
    public void Add(params (string Text, Paint Paint)[] cells) => _rows.Add(cells);

    /// <summary>The titles and rows, each with a line break.</summary>
    public string Of(Terminal terminal)
    {
        var widths = titles.Select((title, i) => Math.Max(title.Length, _rows.Count == 0 ? 0 : _rows.Max(r => r[i].Text.Length))).ToArray();
        var text = new StringBuilder();
        Append(text, terminal, widths, [.. titles.Select(static t => (t, Paint.Dim))]);
        foreach (var row in _rows)
            Append(text, terminal, widths, row);
        return text.ToString();
    }

    // Colours go around the padded text, so that they do not count as columns.
    private static void Append(StringBuilder text, Terminal terminal, int[] widths, (string Text, Paint Paint)[] cells)
    {
        for (var i = 0; i < cells.Length; i++)
            text.Append(terminal.Painted(cells[i].Paint, i == cells.Length - 1 ? cells[i].Text : cells[i].Text.PadRight(widths[i] + 2)));
        text.Append('\n');
    }
}
