using System.Text;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Templates;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>
/// Extended Flexible Configuration, switched on by its behaviour file (CFG-114 to 138). Source: reference page "extended flexible
/// configuration".
/// </summary>
internal sealed class ExtendedEngine(LoadOptions options, Behaviour behaviour, SourceFiles files, FlexibleLimits limits, ConfigDiagnostics diagnostics)
{
    /// <summary>Renders the base template, resolves its references and gives the result; <see langword="null"/> after errors.</summary>
    public ConfigNode? Read(string path)
    {
        files.LeaveOut(behaviour.Out);
        var findings = new SettingsFindings(limits);
        var reader = new SettingsReader(files, findings, limits);
        var settings = reader.ReadAll(behaviour.Settings);
        if (behaviour.KeysNamingRules == "strict")
            NamingRules.CheckStrict(settings, findings);
        CheckPartialFolders(findings);
        findings.Report(diagnostics);
        if (findings.HasErrors)
            return null;

        using var library = new TemplateLibrary(Partials(), MissingKey(), options.Environment, limits);
        var templates = new TemplateReader(library, files, limits, diagnostics);
        if (templates.AddBase(path) is not { } name || !templates.TryAddAll(behaviour.Templates.Paths))
            return null;
        library.UseSettings(WithMeta(settings, MetaVariable.Of(behaviour, reader.Files, templates)));
        if (behaviour.Debug || options.Environment("FC_DEBUG") is "true")
            Trace(settings, reader.Files, templates);
        return library.Render(name, diagnostics) is { } rendered ? Finish(path, rendered, library) : null;
    }

    private ConfigNode? Finish(string path, RenderedText rendered, TemplateLibrary library)
    {
        // The template says what the text is; what keeps it says so only where the template does not.
        var format = DocumentFormat.Named(path) ?? DocumentFormat.OfRendered(path, behaviour.Out);
        if (rendered.Parse(path, format, limits, diagnostics) is not { } root)
        {
            Write(rendered.Text);
            return null;
        }
        var documents = new ReferenceDocuments(files, (file, text) => Render(file, text, library));
        var document = new ReferenceDocument(path, root);
        documents.Add(document);
        var resolved = new References(behaviour.EffectiveRefKey, documents, limits, diagnostics).Resolve(document);
        var isVerbatim = ReferenceEquals(resolved, root) && format == (DocumentFormat.Named(behaviour.Out) ?? format);
        if (diagnostics.HasErrors)
            return null;
        var shaped = ConfigFile.Shaped(resolved, format);
        return Write(isVerbatim ? rendered.Text : new DocumentWriter(hidesSecrets: false).Write(shaped)) ? shaped : null;
    }

    private bool Write(string text) => OutFile.TryWrite(behaviour.Out, text, "\"out\"", isConfined: true, files, diagnostics);

    private ConfigNode? Render(string path, string text, TemplateLibrary library)
    {
        var format = DocumentFormat.Of(path);
        if (!text.Contains("{{", StringComparison.Ordinal))
            return ConfigFormats.Read(path, Encoding.UTF8.GetBytes(text), format, diagnostics) is { } plain ? NotTooDeep(plain) : null;
        return library.RenderFile(path, text, diagnostics)?.Parse(path, format, limits, diagnostics);
    }

    private ConfigNode? NotTooDeep(ConfigNode root)
    {
        if (NodeDepth.FirstBelow(root, limits.Depth) is not { } deep)
            return root;
        diagnostics.Error(deep.Position, "", "too many levels of nesting");
        return null;
    }

    private void CheckPartialFolders(SettingsFindings findings)
    {
        foreach (var folder in behaviour.Partials.Paths)
        {
            try
            {
                if (!files.HasFolder(folder))
                    findings.Add(new(folder, 0, 0), $"no such directory ({files.Absolute(folder)})");
            }
            catch (SourceFileException e)
            {
                findings.Add(e);
            }
        }
    }

    private Partials Partials() => new(behaviour.Partials.Paths.Count > 0 ? behaviour.Partials.Paths : [""], isRecursive: behaviour.Partials.Paths.Count > 0, files, limits);

    private MissingKey MissingKey() => behaviour.Templates.UndefinedVars switch
    {
        "zero" => KrakenPlugins.Templates.MissingKey.Zero,
        "invalid" => KrakenPlugins.Templates.MissingKey.Default,
        _ => KrakenPlugins.Templates.MissingKey.Error,
    };

    private ConfigNode WithMeta(ConfigNode settings, ConfigNode meta)
    {
        var name = behaviour.EffectiveMetaKey;
        foreach (var member in settings.Members)
        {
            if (member.Name == name)
                diagnostics.Warning(member.NamePosition, "", $"the variable \"{name}\" of the settings is replaced by the metadata of that name; \"meta_key\" renames those");
        }
        return ConfigNode.Object(settings.Position, [.. settings.Members, new(name, default, meta)]);
    }

    private void Trace(ConfigNode settings, IReadOnlyList<string> read, TemplateReader templates)
    {
        var text = new StringBuilder("Flexible Configuration\nsettings:\n").Append(new DocumentWriter(hidesSecrets: true).Write(settings));
        text.Append("settings files:\n");
        foreach (var file in read)
            text.Append("  ").Append(file).Append('\n');
        text.Append("templates:\n");
        foreach (var template in templates.Read)
            text.Append("  ").Append(template.Name).Append(": ").Append(template.Path).Append('\n');
        options.Trace(text.ToString());
    }
}
