namespace Gateway.Core.Configuration.Flexible;

/// <summary>The bounds of one load. Sizes of files are in bytes, of texts in characters.</summary>
internal sealed record FlexibleLimits
{
    /// <summary>Files that one load may read, and entries of the folders that it may look through.</summary>
    public int Files { get; init; } = 200_000;

    /// <summary>One file.</summary>
    public int FileBytes { get; init; } = 64 << 20;

    /// <summary>All files together.</summary>
    public long TotalBytes { get; init; } = 512L << 20;

    /// <summary>Folders within folders.</summary>
    public int FolderDepth { get; init; } = 64;

    /// <summary>One rendered text.</summary>
    public int OutputChars { get; init; } = 128 << 20;

    /// <summary>The time that the templates of one load may take.</summary>
    public TimeSpan RenderTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Levels of nesting of a settings tree and of a rendered document, what references insert included.</summary>
    public int Depth { get; init; } = 1000;

    /// <summary>References within references.</summary>
    public int ReferenceDepth { get; init; } = 100;

    /// <summary>Values of a document after its references were inserted.</summary>
    public int Nodes { get; init; } = 10_000_000;

    /// <summary>Findings that are named one by one.</summary>
    public int Findings { get; init; } = 100;
}
