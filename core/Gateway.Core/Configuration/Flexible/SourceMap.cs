using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>A piece of a rendered text.</summary>
/// <param name="Start">Its first character, counted from 0.</param>
/// <param name="Position">Where it came from.</param>
/// <param name="IsVerbatim">Whether what follows in the text follows there too; else all of it came from the one place.</param>
internal readonly record struct RenderedPiece(int Start, SourcePosition Position, bool IsVerbatim);

/// <summary>Leads from a place in a rendered text to the template, or partial, that it came from (CFG-077).</summary>
internal sealed class SourceMap
{
    private readonly string _text;
    private readonly IReadOnlyList<RenderedPiece> _pieces;
    private readonly SourcePosition _whole;
    private readonly int[] _lines;

    /// <summary>Makes the map.</summary>
    /// <param name="text">The rendered text.</param>
    /// <param name="pieces">Its pieces, in order.</param>
    /// <param name="whole">The file that stands for the text as a whole.</param>
    public SourceMap(string text, IReadOnlyList<RenderedPiece> pieces, SourcePosition whole)
    {
        _text = text;
        _pieces = pieces;
        _whole = whole;
        _lines = LineStarts(text);
    }

    /// <summary>The origin of a place in the rendered text.</summary>
    public SourcePosition Origin(SourcePosition rendered)
    {
        if (OffsetOf(rendered) is not { } offset)
            return _whole;
        var at = PieceAt(offset);
        if (at < 0)
            return _whole;
        var piece = _pieces[at];
        return piece.IsVerbatim ? Advanced(piece, offset) : piece.Position;
    }

    /// <summary>Where in the rendered text a place is; <see langword="null"/> when it is nowhere.</summary>
    public int? OffsetOf(SourcePosition rendered) => rendered.Line < 1 || rendered.Line > _lines.Length
        ? null : Math.Min(_lines[rendered.Line - 1] + Math.Max(rendered.Column - 1, 0), _text.Length);

    /// <summary>The same tree with the origins of its positions.</summary>
    public ConfigNode Relocate(ConfigNode node) => node.Kind switch
    {
        ConfigKind.Null => ConfigNode.Null(Origin(node.Position)),
        ConfigKind.Boolean => ConfigNode.Boolean(Origin(node.Position), node.Text == "true"),
        ConfigKind.Number => ConfigNode.Number(Origin(node.Position), node.Text),
        ConfigKind.String => ConfigNode.String(Origin(node.Position), node.Text),
        ConfigKind.Array => ConfigNode.Array(Origin(node.Position), [.. node.Items.Select(Relocate)]),
        _ => ConfigNode.Object(Origin(node.Position), [.. node.Members.Select(m => new ConfigMember(m.Name, Origin(m.NamePosition), Relocate(m.Value)))]),
    };

    private SourcePosition Advanced(RenderedPiece piece, int offset)
    {
        var between = _text.AsSpan(piece.Start, offset - piece.Start);
        var lastBreak = between.LastIndexOf('\n');
        return lastBreak < 0
            ? piece.Position with { Column = piece.Position.Column + between.Length }
            : piece.Position with { Line = piece.Position.Line + between.Count('\n'), Column = between.Length - lastBreak };
    }

    // The last piece that starts there or before; of several that start there the last, since the others are empty.
    private int PieceAt(int offset)
    {
        var low = 0;
        var high = _pieces.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            if (_pieces[middle].Start <= offset)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high;
    }

    private static int[] LineStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (var at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1))
            starts.Add(at + 1);
        return [.. starts];
    }
}
