using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>Reads a configuration file the way that the environment asks for: as it is, or through one of the two template engines.</summary>
internal static class FlexibleConfiguration
{
    private static readonly string[] s_basicVariables = ["FC_ENABLE", "FC_SETTINGS", "FC_TEMPLATES", "FC_PARTIALS", "FC_OUT"];

    /// <summary>The root, of any kind, or <see langword="null"/> after errors.</summary>
    public static ConfigNode? Read(string path, LoadOptions options, SourceFiles files, FlexibleLimits limits, ConfigDiagnostics diagnostics)
    {
        var behaviour = options.IsFlexible ? BehaviourFile.Find(options.Environment, files) : null;
        var isBasic = options.IsFlexible && behaviour is null && IsSet(options, "FC_ENABLE");
        if (behaviour is null && !isBasic)
            return ConfigFile.Read(path, files, diagnostics);
        return isBasic
            ? new BasicEngine(options, files, limits, diagnostics).Read(path)
            : ReadExtended(path, behaviour!, options, files, limits, diagnostics);
    }

    private static ConfigNode? ReadExtended(
        string path, string behaviourFile, LoadOptions options, SourceFiles files, FlexibleLimits limits, ConfigDiagnostics diagnostics)
    {
        var ignored = string.Join(", ", s_basicVariables.Where(name => IsSet(options, name)));
        if (ignored.Length > 0)
            diagnostics.Warning(new(behaviourFile, 0, 0), "", $"this file rules Flexible Configuration; the environment variables {ignored} are ignored");
        return BehaviourFile.Read(behaviourFile, files, diagnostics) is { } behaviour
            ? new ExtendedEngine(options, behaviour, files, limits, diagnostics).Read(path)
            : null;
    }

    private static bool IsSet(LoadOptions options, string variable) => !string.IsNullOrEmpty(options.Environment(variable));
}
