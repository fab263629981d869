using Gateway.Core.Plugins.Processes;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins;

/// <summary>
/// What a plugin says of itself in <c>plugin.json</c>. Read without running any of its code. Names are not trusted: a load compares
/// them with what the code declares.
/// </summary>
public sealed class PluginManifest
{
    /// <summary>Name of the file in the plugin's folder.</summary>
    public const string FileName = "plugin.json";

    /// <summary>Where it was read.</summary>
    public ConfigSource Source { get; init; } = null!;

    /// <summary>Id, unique among the plugins of a gateway: letters, digits, <c>. _ -</c>, 64 characters at most.</summary>
    [ConfigRequired]
    public string Id { get; init; } = "";

    /// <summary>Version of the plugin, SemVer.</summary>
    [ConfigRequired]
    public string Version { get; init; } = "";

    /// <summary>What it does, in a sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>Versions of the SDK that it runs with, as a NuGet range.</summary>
    [ConfigRequired]
    public string Sdk { get; init; } = "";

    /// <summary><c>dotnet</c> (in the gateway's process) or <c>process</c> (a sidecar).</summary>
    [ConfigValues("dotnet", "process")]
    public string Runtime { get; init; } = "dotnet";

    /// <summary>Where its code begins.</summary>
    [ConfigRequired]
    public PluginEntry Entry { get; init; } = new();

    /// <summary>How its process is run, when it has one of its own.</summary>
    public ProcessConfig Process { get; init; } = new();

    /// <summary>Whether it runs in a process of its own.</summary>
    internal bool IsProcess => Runtime == "process";

    /// <summary>Namespaces that it handles.</summary>
    public IReadOnlyList<PluginNamespace> Namespaces { get; init; } = [];

    /// <summary>Plugins of the language's own kinds that it has.</summary>
    public IReadOnlyList<PluginKindName> Plugins { get; init; } = [];

    /// <summary>Encodings that it reads or writes.</summary>
    public IReadOnlyList<PluginEncoding> Encodings { get; init; } = [];

    /// <summary>Ways of service discovery that it has.</summary>
    public IReadOnlyList<PluginDiscovery> Discovery { get; init; } = [];

    /// <summary>Commands of the executable that it brings.</summary>
    public IReadOnlyList<PluginCommand> Commands { get; init; } = [];

    /// <summary>Rules that <c>gateway audit</c> judges configurations by as long as the plugin is installed.</summary>
    public IReadOnlyList<PluginAuditRule> Audit { get; init; } = [];

    /// <summary>What of its configurations needs algorithms that FIPS 140-3 does not approve; refused under <c>GODEBUG=fips140=only</c>.</summary>
    public IReadOnlyList<PluginFipsRule> Fips { get; init; } = [];

    /// <summary>What it asks for; for readers and <c>plugin check</c>, not enforced in process.</summary>
    public PluginPermissions Permissions { get; init; } = new();

    /// <summary>Hashes of its files by path: <c>sha256-</c> and base64. Files that are listed must match when they are loaded.</summary>
    public IReadOnlyDictionary<string, string> Hashes { get; init; } = new Dictionary<string, string>();
}

/// <summary>Where a plugin's code begins.</summary>
public sealed class PluginEntry
{
    /// <summary>File of the assembly, in the plugin's folder.</summary>
    public string Assembly { get; init; } = "";

    /// <summary>Full name of the class that derives from <c>GatewayPlugin</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>Command line of a sidecar.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Address of a sidecar that runs already.</summary>
    public string Address { get; init; } = "";
}

/// <summary>A namespace that a plugin handles.</summary>
public sealed class PluginNamespace
{
    /// <summary>Name under <c>extra_config</c>.</summary>
    [ConfigRequired]
    public string Name { get; init; } = "";

    /// <summary>Where it stands.</summary>
    [ConfigRequired]
    [ConfigValues("service", "endpoint", "backend", "async_agent", "workflow")]
    public string Scope { get; init; } = "";

    /// <summary>Which contract of the SDK handles it.</summary>
    [ConfigRequired]
    [ConfigValues("server", "endpoint", "proxy", "backend", "client", "executor", "connection", "listener", "agent", "rejecter", "balancer", "service", "health", "logging")]
    public string Layer { get; init; } = "";

    /// <summary>
    /// The stage of its layer where it stands, when it runs in a process of its own: <c>modifiers</c>, <c>before modifiers</c>, <c>after modifiers</c>.
    /// Empty for what the process says, or for where the layer's modifiers stand when that starts with the first request.
    /// </summary>
    public string Stage { get; init; } = "";

    /// <summary>What of an exchange may leave the gateway for its process at most; <see langword="null"/> for what the process asks for.</summary>
    public PluginNeeds? Needs { get; init; }

    /// <summary>File of the JSON Schema of its configuration, or empty.</summary>
    public string Schema { get; init; } = "";

    /// <summary>Full name of the class that its configuration is bound to, or empty; <c>plugin check</c> compares it with the schema.</summary>
    public string Config { get; init; } = "";
}

/// <summary>What of an exchange may leave the gateway for the process of a plugin at most.</summary>
public sealed class PluginNeeds
{
    /// <summary>Method, target, headers, parameters, client address.</summary>
    public bool RequestHead { get; init; }

    /// <summary><c>none</c>, <c>buffered</c> (as a whole) or <c>streamed</c> (in pieces, as it asks for them).</summary>
    [ConfigValues("none", "buffered", "streamed")]
    public string RequestBody { get; init; } = "none";

    /// <summary>Status, headers, completeness and failure of the response.</summary>
    public bool ResponseHead { get; init; }

    /// <summary>As <see cref="RequestBody"/>.</summary>
    [ConfigValues("none", "buffered", "streamed")]
    public string ResponseBody { get; init; } = "none";

    /// <summary>Validated claims of the client's token.</summary>
    public bool Claims { get; init; }

    /// <summary>Names of headers; all of them when empty.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];
}

/// <summary>A plugin of one of the language's own kinds.</summary>
public sealed class PluginKindName
{
    /// <summary>Its kind.</summary>
    [ConfigRequired]
    [ConfigValues("http-server", "http-client", "request-modifier", "response-modifier", "middleware")]
    public string Kind { get; init; } = "";

    /// <summary>Its name, as <c>name</c> of the namespace says it.</summary>
    [ConfigRequired]
    public string Name { get; init; } = "";

    /// <summary>What of an exchange may leave the gateway for its process at most; <see langword="null"/> for what the process asks for.</summary>
    public PluginNeeds? Needs { get; init; }

    /// <summary>File of the JSON Schema of its configuration, or empty.</summary>
    public string Schema { get; init; } = "";

    /// <summary>Full name of the class that its configuration is bound to, or empty; <c>plugin check</c> compares it with the schema.</summary>
    public string Config { get; init; } = "";
}

/// <summary>An encoding that a plugin reads or writes.</summary>
public sealed class PluginEncoding
{
    /// <summary>Value of <c>encoding</c> or <c>output_encoding</c>.</summary>
    [ConfigRequired]
    public string Name { get; init; } = "";

    /// <summary>Whether it reads answers of backends or writes those for clients.</summary>
    [ConfigRequired]
    [ConfigValues("decoder", "render")]
    public string Layer { get; init; } = "";
}

/// <summary>A way of service discovery.</summary>
public sealed class PluginDiscovery
{
    /// <summary>Value of <c>sd</c>.</summary>
    [ConfigRequired]
    public string Name { get; init; } = "";
}

/// <summary>A command of the executable: a service of the plugin's own in place of the gateway (<c>gateway revoker</c>).</summary>
public sealed class PluginCommand
{
    /// <summary>Its name on the command line: lower case letters, digits and <c>-</c>, 32 characters at most.</summary>
    [ConfigRequired]
    public string Name { get; init; } = "";

    /// <summary>A second name, or empty.</summary>
    public string Alias { get; init; } = "";

    /// <summary>What the help says about it, on one line.</summary>
    [ConfigRequired]
    public string Description { get; init; } = "";

    /// <summary>The namespace of the service that configures it.</summary>
    [ConfigRequired]
    public string Namespace { get; init; } = "";

    /// <summary>The configuration file that is read when the command line names none, or empty.</summary>
    public string Config { get; init; } = "";
}

/// <summary>A rule of a plugin for <c>gateway audit</c>.</summary>
public sealed class PluginAuditRule
{
    /// <summary>Code, unique in the manifest: begins with a letter, then letters, digits, <c>. _ -</c>, 64 characters at most.</summary>
    [ConfigRequired]
    public string Rule { get; init; } = "";

    /// <summary>How much a finding matters.</summary>
    [ConfigRequired]
    [ConfigValues("LOW", "MEDIUM", "HIGH", "CRITICAL")]
    public string Severity { get; init; } = "";

    /// <summary>Where the namespace is looked at; everywhere when empty.</summary>
    [ConfigValues("service", "endpoint", "backend", "async_agent", "workflow")]
    public string Scope { get; init; } = "";

    /// <summary>Which namespace is looked at.</summary>
    [ConfigRequired]
    public string Namespace { get; init; } = "";

    /// <summary>JSON Schema of the values that the rule objects to; without it the rule objects to every use.</summary>
    public ConfigNode? When { get; init; }

    /// <summary>Whether the rule objects to a configuration that does not use the namespace at all.</summary>
    public bool Absent { get; init; }

    /// <summary>What is wrong and what to do, on one line.</summary>
    [ConfigRequired]
    public string Message { get; init; } = "";
}

/// <summary>A use of a plugin that needs an algorithm which FIPS 140-3 does not approve.</summary>
public sealed class PluginFipsRule
{
    /// <summary>Where the namespace is looked at; everywhere when empty.</summary>
    [ConfigValues("service", "endpoint", "backend", "async_agent", "workflow")]
    public string Scope { get; init; } = "";

    /// <summary>Which namespace is looked at.</summary>
    [ConfigRequired]
    public string Namespace { get; init; } = "";

    /// <summary>JSON Schema of the values that need it; without it every use does.</summary>
    public ConfigNode? When { get; init; }

    /// <summary>The attribute of the namespace that the finding points to, with dots between levels; the namespace itself when empty.</summary>
    public string Attribute { get; init; } = "";

    /// <summary>What is not approved and what to use instead, on one line.</summary>
    [ConfigRequired]
    public string Message { get; init; } = "";
}

/// <summary>What a plugin asks for.</summary>
public sealed class PluginPermissions
{
    /// <summary>Environment variables that it reads.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Hosts that it connects to by itself.</summary>
    public IReadOnlyList<string> Network { get; init; } = [];

    /// <summary>Files and folders outside of its own that it reads or writes.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
}
