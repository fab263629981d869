using Gateway.Core.Configuration;
using Gateway.Core.Plugins.Processes;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins;

/// <summary>Reads and judges <c>plugin.json</c>, without looking at any other file.</summary>
public static class ManifestReader
{
    private const int MaxBytes = 1 << 20;
    private const int MostAuditMessage = 500;

    /// <summary>Layers of the SDK per scope; what reaches from the service into every endpoint or backend may stand in the service too.</summary>
    private static readonly Dictionary<string, string[]> s_layers = new(StringComparer.Ordinal)
    {
        [ConfigScope.Service] = ["server", "listener", "rejecter", "service", "health", "logging", "endpoint", "proxy", "backend", "client"],
        [ConfigScope.Endpoint] = ["endpoint", "proxy", "connection", "rejecter"],
        [ConfigScope.Backend] = ["backend", "client", "executor", "balancer"],
        [ConfigScope.AsyncAgent] = ["agent", "proxy"],
        [ConfigScope.Workflow] = ["proxy"],
    };

    /// <summary>Reads the manifest of a folder; <see langword="null"/> with the reasons reported when it cannot be used.</summary>
    public static PluginManifest? Read(string folder, ConfigDiagnostics diagnostics)
    {
        var file = Path.Combine(folder, PluginManifest.FileName);
        byte[] content;
        try
        {
            if (new FileInfo(file).Length > MaxBytes)
            {
                diagnostics.Error(new(file, 0, 0), "", $"the manifest is larger than {MaxBytes >> 10} KiB");
                return null;
            }
            content = File.ReadAllBytes(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            diagnostics.Error(new(file, 0, 0), "", exception is FileNotFoundException or DirectoryNotFoundException
                ? $"no {PluginManifest.FileName}: a plugin is a folder with this file in it"
                : $"cannot read the manifest: {exception.Message}");
            return null;
        }
        return Read(file, content, diagnostics);
    }

    /// <summary>Reads a manifest from its bytes.</summary>
    /// <param name="file">Name for positions.</param>
    /// <param name="content">UTF-8.</param>
    /// <param name="diagnostics">Receives the findings.</param>
    public static PluginManifest? Read(string file, ReadOnlySpan<byte> content, ConfigDiagnostics diagnostics)
    {
        var found = new ConfigDiagnostics();
        PluginManifest? manifest = null;
        if (JsonConfigReader.Read(file, content, found) is { } root && new ConfigBinder(found).TryBind<PluginManifest>(root, ConfigPath.Root, out var bound))
        {
            manifest = bound;
            Judge(bound, found);
        }
        foreach (var finding in found.All)
            diagnostics.Add(finding);
        return found.HasErrors ? null : manifest;
    }

    private static void Judge(PluginManifest manifest, ConfigDiagnostics found)
    {
        var at = manifest.Source;
        if (manifest.Id.Length > 64 || manifest.Id.StartsWith('.') || !manifest.Id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            at.Error(found, "id", $"{ConfigText.Quote(manifest.Id)} is no id: letters, digits, '.', '_' and '-', 64 at most, not beginning with '.'");
        if (!SemanticVersion.TryParse(manifest.Version, out _))
            at.Error(found, "version", $"{ConfigText.Quote(manifest.Version)} is no version like 1.2.3");
        if (!VersionRange.TryParse(manifest.Sdk, out _))
            at.Error(found, "sdk", $"{ConfigText.Quote(manifest.Sdk)} is no range of versions like \"[0.2,1.0)\"");
        JudgeEntry(manifest, found);
        JudgeNames(manifest, found);
        JudgeCommands(manifest, found);
        JudgeAudit(manifest, found);
        JudgeFips(manifest, found);
        foreach (var (path, hash) in manifest.Hashes)
        {
            if (!IsInside(path))
                at.Error(found, "hashes", $"{ConfigText.Quote(path)} is no path inside of the plugin's folder");
            if (!hash.StartsWith("sha256-", StringComparison.Ordinal))
                at.Error(found, "hashes", $"{ConfigText.Quote(hash)} is no hash: \"sha256-\" and base64");
        }
    }

    private static void JudgeEntry(PluginManifest manifest, ConfigDiagnostics found)
    {
        var entry = manifest.Entry;
        if (manifest.IsProcess)
        {
            ProcessRules.Judge(manifest, found);
            return;
        }
        if (entry.Command.Count > 0 || entry.Address.Length > 0)
            manifest.Source.Error(found, "entry", "\"command\" and \"address\" are of sidecars; say \"runtime\": \"process\", or leave them out");
        JudgeAssembly(manifest, found);
    }

    /// <summary>Judges an entry in an assembly.</summary>
    internal static void JudgeAssembly(PluginManifest manifest, ConfigDiagnostics found)
    {
        var entry = manifest.Entry;
        if (entry.Assembly.Length == 0 || entry.Type.Length == 0)
            manifest.Source.Error(found, "entry", "\"assembly\" (a file of the plugin's folder) and \"type\" (the full name of its GatewayPlugin class) are required");
        else if (!IsInside(entry.Assembly))
            manifest.Source.Error(found, "entry", $"{ConfigText.Quote(entry.Assembly)} is no path inside of the plugin's folder");
        else if (!entry.Assembly.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            manifest.Source.Error(found, "entry", $"{ConfigText.Quote(entry.Assembly)} is no .NET assembly (.dll)");
    }

    private static void JudgeNames(PluginManifest manifest, ConfigDiagnostics found)
    {
        var at = manifest.Source;
        if (manifest.Namespaces.Count + manifest.Plugins.Count + manifest.Encodings.Count + manifest.Discovery.Count == 0)
            at.Error(found, "namespaces", "the plugin provides nothing: no namespaces, plugins, encodings or discovery");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in manifest.Namespaces)
        {
            if (!s_layers[name.Scope].Contains(name.Layer, StringComparer.Ordinal))
                at.Error(found, "namespaces", $"\"{name.Name}\": the layer \"{name.Layer}\" does not exist in the scope \"{name.Scope}\" ({string.Join(", ", s_layers[name.Scope])})");
            if (!seen.Add($"{name.Scope} {name.Layer} {name.Name}"))
                at.Error(found, "namespaces", $"\"{name.Name}\" is declared twice for {name.Scope}/{name.Layer}");
            if (NamespaceRegistry.IsCore(name.Name))
                at.Error(found, "namespaces", $"\"{name.Name}\" belongs to the gateway itself");
            JudgeSchema(name.Name, name.Schema, manifest, found);
        }
        foreach (var name in manifest.Plugins)
            JudgeSchema(name.Name, name.Schema, manifest, found);
    }

    private static void JudgeCommands(PluginManifest manifest, ConfigDiagnostics found)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < manifest.Commands.Count; i++)
        {
            var command = manifest.Commands[i];
            foreach (var name in (string[])[command.Name, .. command.Alias.Length > 0 ? [command.Alias] : Array.Empty<string>()])
            {
                if (name.Length is 0 or > 32 || !char.IsAsciiLetterLower(name[0]) || !name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
                    manifest.Source.Error(found, "commands", i, $"{ConfigText.Quote(name)} is no name of a command: a lower case letter, then those, digits and '-', 32 at most");
                else if (!seen.Add(name))
                    manifest.Source.Error(found, "commands", i, $"the command \"{name}\" is declared twice");
            }
            if (command.Description.Length > MostAuditMessage || string.IsNullOrWhiteSpace(command.Description) || command.Description.Any(char.IsControl))
                manifest.Source.Error(found, "commands", i, $"\"description\" must be a sentence on one line, {MostAuditMessage} characters at most");
            if (!manifest.Namespaces.Any(n => n.Scope == ConfigScope.Service && n.Name == command.Namespace))
                manifest.Source.Error(found, "commands", i, $"{ConfigText.Quote(command.Namespace)} is none of the plugin's namespaces of the scope \"service\"");
        }
    }

    private static void JudgeAudit(PluginManifest manifest, ConfigDiagnostics found)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < manifest.Audit.Count; i++)
        {
            var rule = manifest.Audit[i];
            if (rule.Rule.Length is 0 or > 64 || !char.IsAsciiLetter(rule.Rule[0]) || !rule.Rule.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
                manifest.Source.Error(found, "audit", i, $"{ConfigText.Quote(rule.Rule)} is no code of a rule: a letter, then letters, digits, '.', '_' and '-', 64 at most");
            else if (!seen.Add(rule.Rule))
                manifest.Source.Error(found, "audit", i, $"the rule \"{rule.Rule}\" is declared twice");
            if (rule.Absent && rule.When is not null)
                manifest.Source.Error(found, "audit", i, "\"absent\" and \"when\" exclude each other: what is not there has no value");
            if (rule.When is { Kind: not (ConfigKind.Object or ConfigKind.Boolean) })
                manifest.Source.Error(found, "audit", i, "\"when\" must be a JSON Schema: an object");
            if (rule.Message.Length > MostAuditMessage || string.IsNullOrWhiteSpace(rule.Message) || rule.Message.Any(char.IsControl))
                manifest.Source.Error(found, "audit", i, $"\"message\" must be a sentence on one line, {MostAuditMessage} characters at most");
        }
    }

    private static void JudgeFips(PluginManifest manifest, ConfigDiagnostics found)
    {
        for (var i = 0; i < manifest.Fips.Count; i++)
        {
            var rule = manifest.Fips[i];
            if (rule.When is { Kind: not (ConfigKind.Object or ConfigKind.Boolean) })
                manifest.Source.Error(found, "fips", i, "\"when\" must be a JSON Schema: an object");
            if (rule.Message.Length > MostAuditMessage || string.IsNullOrWhiteSpace(rule.Message) || rule.Message.Any(char.IsControl))
                manifest.Source.Error(found, "fips", i, $"\"message\" must be a sentence on one line, {MostAuditMessage} characters at most");
        }
    }

    private static void JudgeSchema(string name, string schema, PluginManifest manifest, ConfigDiagnostics found)
    {
        if (schema.Length > 0 && !IsInside(schema))
            manifest.Source.Error(found, "namespaces", $"\"{name}\": {ConfigText.Quote(schema)} is no path inside of the plugin's folder");
    }

    /// <summary>Whether a path of a manifest or a package stays inside of the folder: relative, no <c>..</c>, no drive, no control characters.</summary>
    public static bool IsInside(string path) =>
        path.Length is > 0 and <= 512
        && path[0] is not ('/' or '\\')
        && !path.Contains(':', StringComparison.Ordinal)
        && !path.Any(char.IsControl)
        && !path.Split('/', '\\').Any(static part => part is "" or "." or "..");
}
