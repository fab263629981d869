using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>
/// The behaviour file of Extended Flexible Configuration, <c>flexible_config.json</c> (CFG-114, 115).
/// Source: reference page "extended flexible configuration".
/// </summary>
internal sealed class Behaviour
{
    public ConfigSource Source { get; init; } = null!;

    public BehaviourSettings Settings { get; init; } = new();

    public BehaviourPartials Partials { get; init; } = new();

    public BehaviourTemplates Templates { get; init; } = new();

    [ConfigValues("strict", "freeform", "")]
    public string KeysNamingRules { get; init; } = "";

    public string MetaKey { get; init; } = "";

    public string RefKey { get; init; } = "";

    public string Out { get; init; } = "";

    public bool Debug { get; init; }

    /// <summary><see cref="MetaKey"/> or its default.</summary>
    [ConfigIgnore]
    public string EffectiveMetaKey => MetaKey.Length == 0 ? "meta" : MetaKey;

    /// <summary><see cref="RefKey"/> or its default.</summary>
    [ConfigIgnore]
    public string EffectiveRefKey => RefKey.Length == 0 ? "$ref" : RefKey;
}

/// <summary><c>settings</c> of the behaviour file.</summary>
internal sealed class BehaviourSettings
{
    public static readonly string[] DefaultSuffixes = [".yaml", ".yml", ".json", ".toml", ".tml", ".ini", ".dotenv", ".env", ".properties", ".prop", ".props"];

    public IReadOnlyList<string> Paths { get; init; } = [];

    public bool AllowOverwrite { get; init; }

    public string DirFieldPrefix { get; init; } = "";

    public IReadOnlyList<string> AllowedSuffixes { get; init; } = DefaultSuffixes;
}

/// <summary><c>partials</c> of the behaviour file.</summary>
internal sealed class BehaviourPartials
{
    public IReadOnlyList<string> Paths { get; init; } = [];
}

/// <summary><c>templates</c> of the behaviour file.</summary>
internal sealed class BehaviourTemplates
{
    public IReadOnlyList<string> Paths { get; init; } = [];

    [ConfigValues("error", "zero", "invalid", "")]
    public string UndefinedVars { get; init; } = "";
}
