using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Templates;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>
/// Fills the library of the extended engine: every file below the listed paths is a template, whatever its ending. One with bad
/// syntax is a warning, because not everything that lies there is meant for the configuration; a call of it fails.
/// </summary>
internal sealed class TemplateReader(TemplateLibrary library, SourceFiles files, FlexibleLimits limits, ConfigDiagnostics diagnostics)
{
    private readonly TemplateNames _names = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<NamedTemplate> _read = [];
    private readonly List<string> _failed = [];

    /// <summary>The templates that can be called.</summary>
    public IReadOnlyList<NamedTemplate> Read => _read;

    /// <summary>Paths of those that cannot.</summary>
    public IReadOnlyList<string> Failed => _failed;

    /// <summary>Adds the base template; <see langword="null"/> after an error.</summary>
    public string? AddBase(string path)
    {
        try
        {
            var text = SourceFiles.Decode(path, files.ReadFree(path).Span);
            var name = _names.Take(path, out _)!;
            _known.Add(RealPath.Of(files.Absolute(path)));
            library.Add(name, path, text);
            return name;
        }
        catch (SourceFileException e)
        {
            diagnostics.Error(new(e.Path, 0, 0), "", $"cannot read the configuration: {e.Reason}");
        }
        catch (TemplateException e)
        {
            diagnostics.Error(library.PositionOf(e), "", TemplateLibrary.MessageOf(e));
        }
        return null;
    }

    /// <summary>Adds what the paths lead to; <see langword="false"/> after an error.</summary>
    public bool TryAddAll(IReadOnlyList<string> paths)
    {
        var isGood = true;
        foreach (var path in paths)
        {
            try
            {
                foreach (var file in files.HasFolder(path) ? new FolderScan(files, limits).All(path) : [new(path, [], Path.GetFileName(path))])
                    Add(file.Path);
            }
            catch (SourceFileException e)
            {
                diagnostics.Error(new(e.Path, 0, 0), "", $"cannot read the template: {e.Reason}");
                isGood = false;
            }
        }
        return isGood;
    }

    private void Add(string path)
    {
        if (!_known.Add(RealPath.Of(files.Absolute(path))))
            return;
        var content = files.Read(path);
        var name = _names.Take(path, out var other) ?? throw new SourceFileException(path, $"cannot be told apart from {other}; rename it");
        if (other is not null)
            diagnostics.Warning(new(path, 0, 0), "", $"has the name of {other}; it is called \"{name}\" instead");
        try
        {
            library.Add(name, path, SourceFiles.Decode(path, content.Span));
            _read.Add(new(name, path));
        }
        catch (TemplateException e)
        {
            diagnostics.Warning(library.PositionOf(e), "", $"the file is no template and cannot be called: {TemplateLibrary.MessageOf(e)}");
            _failed.Add(path);
        }
        catch (SourceFileException e)
        {
            diagnostics.Warning(new(path, 0, 0), "", $"the file is no template and cannot be called: {e.Reason}");
            _failed.Add(path);
        }
    }
}
