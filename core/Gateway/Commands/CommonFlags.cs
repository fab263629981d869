using Gateway.CommandLine;
using Gateway.Commands.Plugins;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using Gateway.Fips;
using Gateway.Sidecars.Plugins;

namespace Gateway.Commands;

/// <summary>Flags that several commands share, and what they mean for a load.</summary>
internal static class CommonFlags
{
    public static readonly Flag Config = new("config", 'c', FlagKind.Text, "Path to the configuration file") { Completion = FlagCompletion.File };
    public static readonly Flag Port = new("port", 'p', FlagKind.Number, "Listening port for the HTTP service");
    public static readonly Flag Strict = new("strict", null, FlagKind.Switch, "Every warning about the configuration is an error");
    public static readonly Flag AllowMissing = new("allow-missing", null, FlagKind.List, "Run although no plugin provides this namespace or has this name (* for all); repeatable");

    public static readonly Flag Plugins = new("plugins", null, FlagKind.List, "Folder to look for plugins in, before all others; repeatable") { Completion = FlagCompletion.Folder };

    public static readonly Flag Confine = new("confine", null, FlagKind.List, "Folder that settings, templates, partials and referenced files must lie in; repeatable");

    /// <summary>Accepted for those who come from a licensed product; there is no licence here (CFG-250).</summary>
    public static readonly Flag License = new("license", 'l', FlagKind.Text, "Ignored: no licence is needed") { Completion = FlagCompletion.File };

    /// <summary>The same for a command whose <c>-l</c> means something else.</summary>
    public static readonly Flag LicenseWithoutLetter = License with { Short = null };

    /// <summary>What a command without a configuration file answers (CFG-212).</summary>
    public const string MissingConfig = "Please, provide the path to the configuration file with --config or see all the options with --help\n";

    /// <summary>The configuration file, or <see langword="null"/> after saying that it is missing.</summary>
    public static string? ConfigFile(Arguments arguments, Terminal terminal)
    {
        if (arguments.Text(Config.Name) is { Length: > 0 } file)
            return file;
        terminal.Error(MissingConfig);
        return null;
    }

    /// <summary>Where plugins come from.</summary>
    public static PluginHost PluginHost(Arguments arguments) => new(Search(arguments))
    {
        Processes = static () => new SidecarPlugins(GatewayExecutable.Command),
        AllowMissing = arguments.All(AllowMissing.Name).SelectMany(static v => v.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.Ordinal),
    };

    /// <summary>The folders in which plugins are looked for.</summary>
    public static PluginSearch Search(Arguments arguments) => new() { CommandLine = arguments.All(Plugins.Name) };

    /// <summary>How the file is loaded.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="plugins">What provides namespaces.</param>
    /// <param name="isDebug">Whether the debug endpoint is switched on.</param>
    /// <param name="isFlexible">Whether the file may be a template.</param>
    /// <param name="isMissingFine">Whether no plugin is needed for what the file asks for, because it serves something else.</param>
    public static LoadOptions LoadOptions(Arguments arguments, PluginHost plugins, bool isDebug, bool isFlexible = true, bool isMissingFine = false) => new()
    {
        Environment = Environment.GetEnvironmentVariable,
        PluginFolderKnown = plugins.Discover,
        IsAvailable = plugins.ProvidesNamespace,
        IsEncodingAvailable = plugins.ProvidesEncoding,
        IsDiscoveryAvailable = plugins.ProvidesDiscovery,
        IsKindAvailable = plugins.ProvidesKind,
        AllowMissing = isMissingFine ? new HashSet<string> { "*" } : plugins.AllowMissing,
        Strict = arguments.Has(Strict.Name),
        PortOverride = arguments.Number(Port.Name) is var port && port == 0 ? null : port,
        DebugEndpoint = isDebug,
        Confine = arguments.All(Confine.Name),
        IsFlexible = isFlexible,
        Judge = FipsStart.Setting.Mode == FipsMode.Only ? (config, diagnostics) => FipsRules.Judge(config, plugins.Catalog, diagnostics) : static (_, _) => { },
        Trace = static text => new Terminal().Error(text),
    };
}
