using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>The files that references lead to, each read and rendered once (CFG-132, 133).</summary>
/// <param name="files">The files of the load.</param>
/// <param name="render">Turns a file's text into a document; <see langword="null"/> after an error.</param>
internal sealed class ReferenceDocuments(SourceFiles files, Func<string, string, ConfigNode?> render)
{
    private readonly Dictionary<string, ReferenceDocument?> _read = new(StringComparer.Ordinal);

    /// <summary>Makes a document known that was read already.</summary>
    public void Add(ReferenceDocument document) => _read.Add(files.Absolute(document.Path), document);

    /// <summary>
    /// The document: looked for beside the one that refers to it, then in the working directory; <see langword="null"/> when its own
    /// errors were reported.
    /// </summary>
    /// <exception cref="SourceFileException">It is not there, or cannot be read.</exception>
    public ReferenceDocument? Open(string file, ReferenceDocument from)
    {
        var path = Find(file, from);
        var absolute = files.Absolute(path);
        if (_read.TryGetValue(absolute, out var known))
            return known;
        var root = render(path, SourceFiles.Decode(path, files.Read(path).Span));
        var document = root is null ? null : new ReferenceDocument(path, root);
        _read.Add(absolute, document);
        return document;
    }

    private string Find(string file, ReferenceDocument from)
    {
        if (file.Contains("://", StringComparison.Ordinal))
            throw new SourceFileException(file, "a reference leads to a file, not to an address");
        var plain = file.StartsWith("./", StringComparison.Ordinal) ? file[2..] : file;
        var beside = Path.IsPathRooted(file) ? file : Path.Join(Path.GetDirectoryName(from.Path), plain);
        if (files.HasFile(beside))
            return beside;
        if (files.HasFile(plain))
            return plain;
        if (files.HasFolder(beside))
            throw new SourceFileException(beside, $"is a directory ({files.Absolute(beside)})");
        var tried = beside == plain ? files.Absolute(plain) : $"{files.Absolute(beside)}, {files.Absolute(plain)}";
        throw new SourceFileException(plain, $"no such file ({tried})");
    }
}
