using Gateway.Core.Configuration.Flexible;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>
/// Loads a configuration: file, environment, binding, defaults, inheritance, validation. Bad input is never an exception; every
/// finding of a load is reported, not only the first.
/// Source: reference pages "configuration structure", "service settings", "endpoints", "backends".
/// </summary>
public static class ConfigLoader
{
    /// <summary>
    /// Loads a file in the format that its extension names, or, where the environment asks for it, renders it as a template and resolves
    /// its references first.
    /// </summary>
    public static LoadResult Load(string path, LoadOptions options)
    {
        var diagnostics = new ConfigDiagnostics();
        var limits = new FlexibleLimits();
        var files = new SourceFiles(options.WorkingDirectory, options.Confine, limits);
        var root = FlexibleConfiguration.Read(path, options, files, limits, diagnostics);
        var result = root is null ? Finish(null, options, diagnostics) : Load(root, options, diagnostics);
        return result with { Sources = files.All };
    }

    /// <summary>Loads a document that was read already, whatever its format.</summary>
    /// <param name="root">The root; anything but an object is an error.</param>
    /// <param name="options">How.</param>
    /// <param name="diagnostics">Findings made so far, to which those of this load are added.</param>
    public static LoadResult Load(ConfigNode root, LoadOptions options, ConfigDiagnostics diagnostics)
    {
        if (root.Kind != ConfigKind.Object)
            diagnostics.Error(root.Position, "", "a configuration is an object: {\"version\": 3, …}");
        else if (IsVersion3(root, diagnostics))
            return Finish(new ServiceLoader(new LoadContext(options, diagnostics)).Load(root), options, diagnostics) with { Document = root };
        return Finish(null, options, diagnostics);
    }

    private static bool IsVersion3(ConfigNode root, ConfigDiagnostics diagnostics)
    {
        var source = new ConfigSource(root, ConfigPath.Root);
        var version = source.Find("version");
        long have = 0;
        if (version is not null && !WeakTyping.TryInteger(version, out have))
        {
            source.Error(diagnostics, "version", $"expected an integer, not {ConfigText.Describe("version", version)}");
            return false;
        }
        if (have == 3)
            return true;

        var hint = have switch
        {
            0 => "add \"version\": 3",
            1 or 2 => "the document is of an older language; migrate it first with `gateway migrate`, as the migration guide describes",
            4 => "the document is of the later language of the 3.x products",
            _ => "3 is the only version of the language that is understood",
        };
        source.Error(diagnostics, "version", $"unsupported version: {have} (want: 3); {hint}");
        return false;
    }

    private static LoadResult Finish(ServiceConfig? config, LoadOptions options, ConfigDiagnostics diagnostics)
    {
        if (options.Strict)
            diagnostics = Strict(diagnostics);
        if (config is not null && !diagnostics.HasErrors)
            options.Judge(config, diagnostics);
        return new(diagnostics.HasErrors ? null : config, diagnostics);
    }

    private static ConfigDiagnostics Strict(ConfigDiagnostics diagnostics)
    {
        var strict = new ConfigDiagnostics();
        foreach (var diagnostic in diagnostics.All)
            strict.Add(diagnostic.Severity == ConfigSeverity.Warning ? diagnostic with { Severity = ConfigSeverity.Error } : diagnostic);
        return strict;
    }
}
