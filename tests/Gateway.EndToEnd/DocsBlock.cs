namespace Gateway.EndToEnd;

/// <summary>One fenced block of a Markdown file.</summary>
/// <param name="Kind">What stands behind the fence: <c>json</c>, <c>json refused</c>, <c>sh</c>, <c>text</c>.</param>
/// <param name="Text">Its lines.</param>
/// <param name="Line">Line of the fence, counted from 1.</param>
/// <param name="FollowsPrevious">Whether only blank lines lie between it and the block before.</param>
internal sealed record DocsBlock(string Kind, string Text, int Line, bool FollowsPrevious)
{
    /// <summary>The file that the block is: what stands behind <c>file</c> in its kind; <see langword="null"/> when it is none.</summary>
    public string? FileName => Kind.IndexOf(" file ", StringComparison.Ordinal) is var at and >= 0 ? Kind[(at + " file ".Length)..] : null;

    /// <summary>The blocks of a file in order.</summary>
    public static IReadOnlyList<DocsBlock> Of(string file)
    {
        var blocks = new List<DocsBlock>();
        var lines = File.ReadAllLines(file);
        var follows = false;
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                follows &= lines[i].Length == 0;
                continue;
            }
            var end = Array.FindIndex(lines, i + 1, static line => line == "```");
            if (end < 0)
                throw new InvalidDataException($"{file}:{i + 1}: the block has no end");
            blocks.Add(new(lines[i][3..], string.Join('\n', lines[(i + 1)..end]), i + 1, follows));
            i = end;
            follows = true;
        }
        return blocks;
    }
}
