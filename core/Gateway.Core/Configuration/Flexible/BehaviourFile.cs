using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>Finds and reads the behaviour file.</summary>
internal static class BehaviourFile
{
    private const string DefaultName = "flexible_config.json";

    /// <summary>Its path: what <c>FC_CONFIG</c> names, or the default one where it exists; <see langword="null"/> when there is none.</summary>
    public static string? Find(Func<string, string?> environment, SourceFiles files)
    {
        if (environment("FC_CONFIG") is { Length: > 0 } named)
            return named;
        try
        {
            return files.HasFile(DefaultName) ? DefaultName : null;
        }
        catch (SourceFileException)
        {
            // The working directory is gone, and with it what lay there.
            return null;
        }
    }

    /// <summary>Reads it; <see langword="null"/> after an error.</summary>
    public static Behaviour? Read(string path, SourceFiles files, ConfigDiagnostics diagnostics)
    {
        try
        {
            var root = JsonConfigReader.Read(path, files.ReadFree(path).Span, diagnostics);
            return root is not null && new ConfigBinder(diagnostics).TryBind<Behaviour>(root, ConfigPath.Root, out var behaviour) ? behaviour : null;
        }
        catch (SourceFileException e)
        {
            diagnostics.Error(new(e.Path, 0, 0), "", $"cannot read the behaviour file of Flexible Configuration: {e.Reason}");
            return null;
        }
    }
}
