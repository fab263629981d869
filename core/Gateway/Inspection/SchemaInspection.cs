using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Inspection;

/// <summary>Judges the JSON Schemas of a plugin's configurations, and compares them with the classes that the plugin binds.</summary>
internal static class SchemaInspection
{
    private const int MaxBytes = 4 << 20;

    /// <param name="manifest">The manifest.</param>
    /// <param name="files">The plugin's files.</param>
    /// <param name="classes">Its settings classes; <see langword="null"/> when its code cannot be read.</param>
    /// <param name="findings">Receives the findings.</param>
    public static void Inspect(PluginManifest manifest, PluginFiles files, SettingsClasses? classes, FindingList findings)
    {
        foreach (var (name, schema, settings) in manifest.Namespaces.Select(static n => (n.Name, n.Schema, n.Config)).Concat(manifest.Plugins.Select(static p => (p.Name, p.Schema, p.Config))).Distinct())
        {
            var attributes = settings.Length > 0 && classes is not null ? AttributesOf(name, settings, classes, findings) : null;
            if (schema.Length == 0 || !FileInspection.Exists(schema, "schema", files, findings, FindingCode.SchemaMissing))
                continue;
            if (Read(schema, files, findings) is { } root && attributes is not null && PropertiesOf(root) is { } properties)
                Compare(schema, settings, properties, attributes, findings);
        }
    }

    /// <summary>Judges what the rules for <c>gateway audit</c> and for FIPS 140-3 match by.</summary>
    public static void InspectAudit(PluginManifest manifest, FindingList findings)
    {
        foreach (var rule in manifest.Audit.Where(static r => r.When is not null))
            InspectCondition(rule.When!, $"the rule \"{rule.Rule}\"", findings);
        foreach (var rule in manifest.Fips.Where(static r => r.When is not null))
            InspectCondition(rule.When!, $"the rule of \"fips\" for \"{rule.Namespace}\"", findings);
    }

    private static void InspectCondition(ConfigNode when, string rule, FindingList findings)
    {
        foreach (var fault in SchemaValidity.Faults(ConfigNodeJson.Write(when)))
            findings.Error(FindingCode.AuditRule, $"{PluginManifest.FileName}:{when.Position.Line}:{when.Position.Column}", $"\"when\" of {rule} is no JSON Schema: {fault}", "see json-schema.org, draft 7");
    }

    private static IReadOnlyList<SettingsAttribute>? AttributesOf(string name, string settings, SettingsClasses classes, FindingList findings)
    {
        if (classes.Of(settings) is { } attributes)
            return attributes;
        findings.Error(FindingCode.SettingsMissing, classes.File, $"there is no class {settings} in it, which \"config\" of \"{name}\" names{NearestName.Suggest(settings, classes.Names)}", "name the class that ConfigBinder binds, with its namespace");
        return null;
    }

    private static ConfigNode? Read(string schema, PluginFiles files, FindingList findings)
    {
        var found = new ConfigDiagnostics();
        var path = files.PathOf(schema);
        if (new FileInfo(path).Length > MaxBytes)
        {
            findings.Error(FindingCode.SchemaInvalid, schema, "the schema is larger than 4 MiB", "shorten it");
            return null;
        }
        var root = JsonConfigReader.Read(path, File.ReadAllBytes(path), found);
        foreach (var finding in found.All)
            findings.Error(FindingCode.SchemaInvalid, $"{schema}:{finding.Position.Line}:{finding.Position.Column}", $"it is no JSON: {finding.Message}", "a schema is strict JSON in UTF-8");
        if (root is null)
            return null;
        if (root.Kind is not (ConfigKind.Object or ConfigKind.Boolean))
        {
            findings.Error(FindingCode.SchemaInvalid, schema, "it is no JSON Schema: that is an object", "see json-schema.org, draft 7");
            return null;
        }
        foreach (var fault in SchemaValidity.Faults(File.ReadAllBytes(path)))
            findings.Error(FindingCode.SchemaInvalid, schema, $"it is no JSON Schema: {fault}", "see json-schema.org, draft 7");
        return root;
    }

    // What the schema says elsewhere than in its root's "properties" cannot be compared; an open schema covers everything.
    private static HashSet<string>? PropertiesOf(ConfigNode root)
    {
        if (root["properties"] is not { Kind: ConfigKind.Object } properties || root["$ref"] is not null || root["allOf"] is not null || root["anyOf"] is not null || root["oneOf"] is not null)
            return null;
        return properties.Members.Select(static m => m.Name).ToHashSet(StringComparer.Ordinal);
    }

    private static void Compare(string schema, string settings, HashSet<string> properties, IReadOnlyList<SettingsAttribute> attributes, FindingList findings)
    {
        foreach (var attribute in attributes.Where(a => !properties.Contains(a.Name)))
            findings.Warning(FindingCode.SchemaLacks, schema, $"it does not mention \"{attribute.Name}\" of {settings}", "add the property with a description, so that editors and linters know it");
        var known = attributes.SelectMany(static a => a.Aliases.Prepend(a.Name)).ToHashSet(StringComparer.Ordinal);
        foreach (var name in properties.Where(p => !known.Contains(p)).Order(StringComparer.Ordinal))
            findings.Warning(FindingCode.SchemaSurplus, schema, $"\"{name}\" is no attribute of {settings}{NearestName.Suggest(name, known)}", "remove the property, or add it to the class");
    }
}
