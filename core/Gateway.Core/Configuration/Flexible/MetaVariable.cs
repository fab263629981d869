using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration.Flexible;

/// <summary>The variable <c>.meta</c>: how the engine behaves, and what it read (CFG-129).</summary>
internal static class MetaVariable
{
    /// <summary>Its value.</summary>
    public static ConfigNode Of(Behaviour behaviour, IReadOnlyList<string> settings, TemplateReader templates) => Map(
        ("flexible_config", Of(behaviour)),
        ("settings", Map(("files", List(settings)))),
        ("templates", Map(
            ("files", Map([.. templates.Read.Select(static t => (t.Name, Text(t.Path)))])),
            ("failed", List(templates.Failed)))));

    private static ConfigNode Of(Behaviour behaviour) => Map(
        ("meta_key", Text(behaviour.EffectiveMetaKey)),
        ("ref_key", Text(behaviour.EffectiveRefKey)),
        ("keys_naming_rules", Text(behaviour.KeysNamingRules)),
        ("out", Text(behaviour.Out)),
        ("debug", ConfigNode.Boolean(default, behaviour.Debug)),
        ("settings", Map(
            ("allow_overwrite", ConfigNode.Boolean(default, behaviour.Settings.AllowOverwrite)),
            ("allowed_suffixes", List(behaviour.Settings.AllowedSuffixes)),
            ("dir_field_prefix", Text(behaviour.Settings.DirFieldPrefix)),
            ("paths", List(behaviour.Settings.Paths)))),
        ("partials", Map(("paths", List(behaviour.Partials.Paths)))),
        ("templates", Map(
            ("partials", List(behaviour.Partials.Paths)),
            ("paths", List(behaviour.Templates.Paths)),
            ("undefined_vars", Text(behaviour.Templates.UndefinedVars)))));

    private static ConfigNode Map(params (string Name, ConfigNode Value)[] members) =>
        ConfigNode.Object(default, [.. members.Select(static m => new ConfigMember(m.Name, default, m.Value))]);

    private static ConfigNode List(IReadOnlyList<string> texts) => ConfigNode.Array(default, [.. texts.Select(Text)]);

    private static ConfigNode Text(string text) => ConfigNode.String(default, text);
}
