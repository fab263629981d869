using System.Globalization;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>A document is not of its format; caught by <see cref="ConfigFormats"/>.</summary>
internal sealed class SourceTextException(SourcePosition position, string message) : Exception(message)
{
    public SourcePosition Position { get; } = position;
}

/// <summary>Walks through a text and keeps count of lines.</summary>
internal sealed class TextCursor(string file, string text)
{
    private int _line = 1;
    private int _lineStart;

    /// <summary>Offset of the next character.</summary>
    public int At { get; private set; }

    public bool AtEnd => At >= text.Length;

    /// <summary>The next character, or <c>'\0'</c> at the end.</summary>
    public char Next => At < text.Length ? text[At] : '\0';

    public SourcePosition Position => new(file, _line, At - _lineStart + 1);

    /// <summary>What has not been read.</summary>
    public ReadOnlySpan<char> Rest => text.AsSpan(At);

    /// <summary>A character further on, or <c>'\0'</c> past the end.</summary>
    public char Peek(int distance) => At + distance < text.Length ? text[At + distance] : '\0';

    public bool StartsWith(string expected) => Rest.StartsWith(expected, StringComparison.Ordinal);

    /// <summary>Steps over characters, none of which ends a line.</summary>
    public void Skip(int count) => At += count;

    /// <summary>Takes the next character, which must be there.</summary>
    public char Take()
    {
        var c = text[At++];
        if (c == '\n')
        {
            _line++;
            _lineStart = At;
        }
        return c;
    }

    public bool TryTake(char expected)
    {
        if (AtEnd || text[At] != expected)
            return false;
        Take();
        return true;
    }

    /// <summary>Takes <c>\n</c> or <c>\r\n</c>.</summary>
    public bool TryTakeLineEnd()
    {
        if (Next == '\r' && Peek(1) == '\n')
            At++;
        return TryTake('\n');
    }

    public void SkipBlanks()
    {
        while (Next is ' ' or '\t')
            At++;
    }

    /// <summary>The text up to the end of the line, which stays.</summary>
    public ReadOnlySpan<char> TakeLine()
    {
        var rest = Rest;
        var length = rest.IndexOf('\n');
        length = length < 0 ? rest.Length : length > 0 && rest[length - 1] == '\r' ? length - 1 : length;
        At += length;
        return rest[..length];
    }

    public SourceTextException Failure(string message) => new(Position, message);

    /// <summary>Says what stands where something else was expected.</summary>
    public SourceTextException Expected(string expected) => Failure($"expected {expected}, not {DescribeNext()}");

    /// <summary>The next character for a sentence.</summary>
    public string DescribeNext() => AtEnd ? "the end of the file"
        : text[At] is '\n' or '\r' ? "the end of the line"
        : char.IsHighSurrogate(text[At]) && At + 1 < text.Length ? $"\"{text.AsSpan(At, 2)}\""
        : ConfigText.Quote(text[At].ToString(CultureInfo.InvariantCulture));
}
