using KrakenPlugins.Templates.Formatting;
using KrakenPlugins.Templates.Syntax;

namespace KrakenPlugins.Templates;

/// <summary>Where a stretch of rendered text came from.</summary>
public readonly struct TemplateSource
{
    private readonly TemplateText _text;
    private readonly int _position;

    internal TemplateSource(TemplateText text, int position, int offset, bool isText)
    {
        _text = text;
        _position = position;
        Offset = offset;
        IsText = isText;
    }

    /// <summary>Where the stretch begins in the rendered text, in UTF-16 code units from 0. It ends where the next one begins.</summary>
    public int Offset { get; }

    /// <summary>Whether the stretch was copied from the template; else an action gave it.</summary>
    public bool IsText { get; }

    /// <summary>The name under which the template's text was added.</summary>
    public string Template => _text.Name;

    /// <summary>The line in that text, from 1.</summary>
    public int Line => _text.LineOf(_position);

    /// <summary>The column in that text in UTF-16 code units, from 1.</summary>
    public int Column => _text.ColumnOf(_position);

    internal TemplateSource At(int offset) => IsText ? new TemplateSource(_text, _position + offset - Offset, offset, true) : this;
}

/// <summary>
/// The text that templates write. It can be cleared and used again; its memory stays. Not safe for use from several threads.
/// </summary>
public sealed class TemplateOutput
{
    private readonly List<TemplateSource>? _sources;

    /// <summary>An empty output; on demand one that remembers which part of which template wrote what.</summary>
    public TemplateOutput(bool recordSources = false) => _sources = recordSources ? [] : null;

    /// <summary>What was written. It is valid until something else is written.</summary>
    public ReadOnlySpan<char> Text => Buffer.Text;

    /// <summary>How much was written, in UTF-16 code units.</summary>
    public int Length => Buffer.Length;

    /// <summary>Where the text came from, in ascending order of the offsets; empty when the output does not record it.</summary>
    public IReadOnlyList<TemplateSource> Sources => _sources ?? (IReadOnlyList<TemplateSource>)[];

    internal TextBuffer Buffer { get; } = new(0);

    /// <summary>Empties the output and keeps its memory.</summary>
    public void Clear()
    {
        Buffer.Truncate(0);
        _sources?.Clear();
    }

    /// <summary>Where the code unit at an offset came from, to the line and column; null when that is not recorded.</summary>
    public TemplateSource? SourceAt(int offset)
    {
        if (_sources is not { Count: > 0 } sources || offset < sources[0].Offset) return null;
        int low = 0, high = sources.Count - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (sources[middle].Offset <= offset) low = middle;
            else high = middle - 1;
        }
        return sources[low].At(Math.Min(offset, Length));
    }

    /// <summary>The text as a string of its own.</summary>
    public override string ToString() => Buffer.ToString();

    /// <summary>Allows a rendering to write so many more code units; gives where it begins.</summary>
    internal int Begin(int limit)
    {
        Buffer.Limit = (int)Math.Min((long)Buffer.Length + limit, Array.MaxLength);
        return Buffer.Length;
    }

    /// <summary>Takes back what a failed rendering wrote.</summary>
    internal void Abandon(int start)
    {
        Buffer.Truncate(start);
        while (_sources is { Count: > 0 } sources && sources[^1].Offset >= start) sources.RemoveAt(sources.Count - 1);
    }

    internal void Record(TemplateText text, int position, bool isText)
    {
        if (_sources is null) return;
        var source = new TemplateSource(text, position, Buffer.Length, isText);
        if (_sources.Count > 0 && _sources[^1].Offset == source.Offset) _sources[^1] = source;
        else _sources.Add(source);
    }
}
