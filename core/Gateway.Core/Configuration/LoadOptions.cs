using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>How a configuration is loaded.</summary>
public sealed class LoadOptions
{
    /// <summary>Value of an environment variable, or <see langword="null"/> when it is not set.</summary>
    public Func<string, string?> Environment { get; init; } = static _ => null;

    /// <summary>Told the configuration's own plugin folder before the first namespace is asked for.</summary>
    public Action<PluginFolderConfig?> PluginFolderKnown { get; init; } = static _ => { };

    /// <summary>Whether a plugin provides a namespace (second) in a scope (first, see <see cref="ConfigScope"/>).</summary>
    public Func<string, string, bool> IsAvailable { get; init; } = static (_, _) => false;

    /// <summary>Whether a plugin provides an encoding (second) as what an <see cref="EncodingKind"/> says (first).</summary>
    public Func<string, string, bool> IsEncodingAvailable { get; init; } = static (_, _) => false;

    /// <summary>Whether a plugin provides a service discovery (<c>sd</c>).</summary>
    public Func<string, bool> IsDiscoveryAvailable { get; init; } = static _ => false;

    /// <summary>
    /// Whether a plugin is registered by a name (second) as one of the language's kinds (first, see <see cref="Plugins.Kinds.PluginKinds"/>).
    /// </summary>
    public Func<string, string, bool> IsKindAvailable { get; init; } = static (_, _) => false;

    /// <summary>
    /// Namespaces whose plugin may be missing, and names of such plugins under <c>plugin/*</c> (<c>--allow-missing</c>); <c>*</c> stands for all.
    /// </summary>
    public IReadOnlySet<string> AllowMissing { get; init; } = new HashSet<string>();

    /// <summary>Whether every warning is an error (<c>--strict</c>).</summary>
    public bool Strict { get; init; }

    /// <summary>Port of the command line (<c>-p</c>), which wins over environment and file.</summary>
    public int? PortOverride { get; init; }

    /// <summary>Whether the command line switches the debug endpoint on (<c>-d</c>).</summary>
    public bool DebugEndpoint { get; init; }

    /// <summary>Whether templates are rendered and references resolved where the environment asks for it.</summary>
    public bool IsFlexible { get; init; } = true;

    /// <summary>
    /// Folders that settings, templates, partials and referenced files must lie in after their links are resolved (<c>--confine</c>);
    /// empty: no limit.
    /// </summary>
    public IReadOnlyList<string> Confine { get; init; } = [];

    /// <summary>What else a configuration must satisfy: looks at one that has no errors; an error that it reports refuses it.</summary>
    public Action<ServiceConfig, ConfigDiagnostics> Judge { get; init; } = static (_, _) => { };

    /// <summary>Where relative paths of templates and their settings start; <see langword="null"/> for the working directory of the process.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Receives what the <c>debug</c> of Flexible Configuration shows, in whole lines.</summary>
    public Action<string> Trace { get; init; } = static _ => { };
}

/// <summary>What a load found.</summary>
/// <param name="Config">The configuration; <see langword="null"/> when there are errors.</param>
/// <param name="Diagnostics">Every finding, in the order of the document as far as possible.</param>
public sealed record LoadResult(ServiceConfig? Config, ConfigDiagnostics Diagnostics)
{
    /// <summary>
    /// Absolute paths of every file and folder that the load read or looked for, in ordinal order, also when it failed: whose change may
    /// change the result.
    /// </summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>The document as it was read, also when there are errors; <see langword="null"/> when it cannot be read or is of another language version.</summary>
    public ConfigNode? Document { get; init; }
}
