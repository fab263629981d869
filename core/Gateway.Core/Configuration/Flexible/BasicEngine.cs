using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Templates;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>
/// Flexible Configuration, switched on with <c>FC_ENABLE</c> (CFG-065 to 082). Source: reference page "flexible configuration".
/// </summary>
internal sealed class BasicEngine(LoadOptions options, SourceFiles files, FlexibleLimits limits, ConfigDiagnostics diagnostics)
{
    private readonly string _settings = options.Environment("FC_SETTINGS") ?? "";
    private readonly string _templates = options.Environment("FC_TEMPLATES") ?? "";
    private readonly string _partials = options.Environment("FC_PARTIALS") ?? "";
    private readonly string _out = options.Environment("FC_OUT") ?? "";

    /// <summary>Renders the base template and reads the result; <see langword="null"/> after errors.</summary>
    public ConfigNode? Read(string path)
    {
        files.LeaveOut(_out);
        var findings = new SettingsFindings(limits);
        var settings = _settings.Length == 0 ? null : new SettingsReader(files, findings, limits).ReadFolder(_settings);
        var templates = TemplateFiles(findings);
        findings.Report(diagnostics);
        if (findings.HasErrors)
            return null;

        using var library = new TemplateLibrary(new Partials([_partials], isRecursive: false, files, limits), MissingKey.Default, options.Environment, limits);
        if (settings is not null)
            library.UseSettings(settings);
        var name = Path.GetFileName(path);
        if (!TryAdd(library, name, path, isBase: true))
            return null;
        foreach (var template in templates)
        {
            if (template.Name == name && RealPath.Of(files.Absolute(template.Path)) == RealPath.Of(files.Absolute(path)))
                continue;
            if (template.Name == name)
                diagnostics.Warning(new(template.Path, 0, 0), "", $"has the name of the base template {path} and takes its place; rename it");
            if (!TryAdd(library, template.Name, template.Path, isBase: false))
                return null;
        }
        if (library.Render(name, diagnostics) is not { } rendered || !OutFile.TryWrite(_out, rendered.Text, "FC_OUT", isConfined: false, files, diagnostics))
            return null;
        var format = DocumentFormat.OfRendered(path, _out);
        return rendered.Parse(path, format, limits, diagnostics) is { } root ? ConfigFile.Shaped(root, format) : null;
    }

    private IReadOnlyList<FoundFile> TemplateFiles(SettingsFindings findings)
    {
        if (_templates.Length == 0)
            return [];
        try
        {
            return new FolderScan(files, limits).Direct(_templates, ".tmpl");
        }
        catch (SourceFileException e)
        {
            findings.Add(e);
            return [];
        }
    }

    private bool TryAdd(TemplateLibrary library, string name, string path, bool isBase)
    {
        try
        {
            var content = isBase ? files.ReadFree(path) : files.Read(path);
            library.Add(name, path, SourceFiles.Decode(path, content.Span));
            return true;
        }
        catch (SourceFileException e)
        {
            diagnostics.Error(new(e.Path, 0, 0), "", $"cannot read the {(isBase ? "configuration" : "template")}: {e.Reason}");
        }
        catch (TemplateException e)
        {
            diagnostics.Error(library.PositionOf(e), "", TemplateLibrary.MessageOf(e));
        }
        return false;
    }
}
