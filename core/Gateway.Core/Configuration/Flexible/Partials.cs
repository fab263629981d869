using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Templates;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>
/// The function <c>include</c>: a file below the folders of partials as it is, whatever is in it (CFG-073, 074, 125).
/// </summary>
/// <param name="folders">Where partials are looked for, in this order.</param>
/// <param name="isRecursive">Whether a folder's own folders are looked through too.</param>
/// <param name="files">The files of the load.</param>
/// <param name="limits">The bounds.</param>
internal sealed class Partials(IReadOnlyList<string> folders, bool isRecursive, SourceFiles files, FlexibleLimits limits)
{
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _paths = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ILookup<string, FoundFile>> _found = new(StringComparer.Ordinal);

    /// <summary>The function for templates.</summary>
    public TemplateFunction Include => new("include", [TemplateParameter.String], isVariadic: false, arguments => TemplateValue.From(Read(arguments[0].AsString)));

    /// <summary>The partial that holds exactly this text, when one and only one was included.</summary>
    public string? PathOf(string text) => _paths.GetValueOrDefault(text);

    private string Read(string name)
    {
        if (_texts.TryGetValue(name, out var text))
            return text;
        try
        {
            var path = Find(name) ?? throw new TemplateFunctionException($"there is no partial {ConfigText.Quote(name)} in {Folders}");
            // Byte for byte: a mark at the beginning stays.
            text = SourceFiles.Decode(path, files.Read(path).Span, keepsMark: true);
            _texts.Add(name, text);
            _paths[text] = _paths.TryGetValue(text, out var other) && other != path ? null : path;
            return text;
        }
        catch (SourceFileException e)
        {
            throw new TemplateFunctionException(e.Message);
        }
    }

    private string Folders => string.Join(", ", folders.Select(f => f.Length == 0 ? files.Absolute(".") : $"{f} ({files.Absolute(f)})"));

    private string? Find(string name)
    {
        foreach (var folder in folders)
        {
            var path = Path.Join(folder, name);
            if (files.IsConfined)
                files.RequireWithin(path, folder.Length == 0 ? "." : folder);
            if (files.HasFile(path))
                return path;
            if (!isRecursive || FindBelow(folder, name) is not { } found)
                continue;
            if (files.IsConfined)
                files.RequireWithin(found, folder);
            return found;
        }
        return null;
    }

    private string? FindBelow(string folder, string name)
    {
        if (!_found.TryGetValue(folder, out var found))
            _found.Add(folder, found = new FolderScan(files, limits).All(folder).ToLookup(static f => f.Name, StringComparer.Ordinal));
        var wanted = "/" + name;
        foreach (var file in found[Path.GetFileName(name)])
        {
            if (file.Path.EndsWith(wanted, StringComparison.Ordinal))
                return file.Path;
        }
        return null;
    }
}
