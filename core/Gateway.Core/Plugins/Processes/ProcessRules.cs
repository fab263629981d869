using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins.Processes;

/// <summary>What is wrong with what a manifest or an operator says of a plugin's process.</summary>
internal static class ProcessRules
{
    private static readonly string[] s_layers = ["server", "endpoint", "proxy", "backend", "client", "executor"];
    private static readonly string[] s_guards = ["auth/", "security/"];

    /// <summary>Whether a namespace guards something, so that no request may pass by it.</summary>
    public static bool IsGuard(string name) => Array.Exists(s_guards, guard => name.StartsWith(guard, StringComparison.Ordinal));

    /// <summary>Judges the manifest of a plugin with <c>"runtime": "process"</c>.</summary>
    public static void Judge(PluginManifest manifest, ConfigDiagnostics found)
    {
        JudgeEntry(manifest, found);
        Judge(manifest.Process, found);
        foreach (var name in manifest.Namespaces)
            JudgeNamespace(name, manifest.Source, found);
        RefuseOthers(manifest, found);
        if (manifest.Process is { OnFailure: ProcessPlan.Bypass, Source: { } source } && GuardOf(manifest) is { } guard)
            source.Error(found, "on_failure", WhyNoBypass(guard));
    }

    /// <summary>Judges what the operator says of plugins: they are installed, run in processes of their own, and guards are not passed by.</summary>
    public static void Judge(IReadOnlyDictionary<string, SidecarConfig> configs, PluginCatalog catalog, ConfigDiagnostics found)
    {
        foreach (var (id, config) in configs)
        {
            var source = config.Source!;
            if (catalog.Find(id)?.Manifest is not { } manifest)
            {
                var ids = catalog.Plugins.Where(static p => p is { IsUsable: true, Manifest.IsProcess: true }).Select(static p => p.Id);
                found.Error(source.Node.Position, source.Path.ToString(), $"no installed plugin has the id {ConfigText.Quote(id)}{NearestName.Suggest(id, ids)}");
            }
            else if (!manifest.IsProcess)
            {
                found.Error(source.Node.Position, source.Path.ToString(), $"the plugin \"{id}\" runs in the gateway's own process; \"runtime\": \"process\" in its {PluginManifest.FileName} gives it one of its own");
            }
            else if (config.OnFailure == ProcessPlan.Bypass && GuardOf(manifest) is { } guard)
            {
                source.Error(found, "on_failure", WhyNoBypass(guard));
            }
        }
    }

    /// <summary>Judges what an operator says, as far as it can be without the plugin.</summary>
    public static void Judge(SidecarConfig config, ConfigDiagnostics found)
    {
        Judge((ProcessConfig)config, found);
        var source = config.Source!;
        if (config.Address is { } address && ProcessAddress.WhyNot(address) is { } fault)
            source.Error(found, "address", fault);
        if (config.Address is null && config.SecretFile is not null)
            source.Error(found, "secret_file", "a secret from a file is for a process that somebody else runs (\"address\"); one that the gateway starts gets a secret of its own");
        if (config.Tls is not { } tls)
            return;
        if (config.Address?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) != true)
            source.Error(found, "tls", "certificates are for an \"address\" that begins with https:");
        if (tls.Cert.Length == 0 != (tls.Key.Length == 0))
            tls.Source!.Error(found, tls.Cert.Length == 0 ? "cert" : "key", "\"cert\" and \"key\" belong together");
    }

    private static void Judge(ProcessConfig config, ConfigDiagnostics found)
    {
        if (config.Source is not { } source)
            return;
        JudgeTime(config.Timeout, "timeout");
        JudgeTime(config.StartLimit, "start_limit");
        JudgeTime(config.DrainLimit, "drain_limit");
        JudgeTime(config.StopLimit, "stop_limit");
        if (config.Limits is { Source: { } at } limits)
        {
            JudgeNumber(at, limits.Memory, 1 << 20, "memory", "bytes, 1048576 at least");
            JudgeNumber(at, limits.OpenFiles, 8, "open_files", "a number of files, 8 at least");
            JudgeNumber(at, limits.User, 0, "user", "the number of a user");
            JudgeNumber(at, limits.Group, 0, "group", "the number of a group");
            if (limits.CpuTime < TimeSpan.FromSeconds(1))
                at.Error(found, "cpu_time", "the processor time of a life must be a second at least");
        }

        void JudgeTime(TimeSpan? time, string name)
        {
            if (time <= TimeSpan.Zero || time > TimeSpan.FromHours(24))
                source.Error(found, name, "expected a time between 1ms and 24h");
        }

        void JudgeNumber(ConfigSource at, long? number, long least, string name, string expected)
        {
            if (number < least)
                at.Error(found, name, $"expected {expected}");
        }
    }

    private static void JudgeEntry(PluginManifest manifest, ConfigDiagnostics found)
    {
        var entry = manifest.Entry;
        var at = manifest.Source;
        var hasAssembly = entry.Assembly.Length > 0 || entry.Type.Length > 0;
        var ways = (hasAssembly ? 1 : 0) + (entry.Command.Count > 0 ? 1 : 0) + (entry.Address.Length > 0 ? 1 : 0);
        if (ways != 1)
        {
            at.Error(found, "entry", ways == 0
                ? "a sidecar needs \"command\" (what is started), \"assembly\" and \"type\" (a class of the SDK), or \"address\" (a process that somebody else runs)"
                : "a sidecar has one of \"command\", \"assembly\" with \"type\", and \"address\"; keep the one that holds");
            return;
        }
        if (hasAssembly)
            ManifestReader.JudgeAssembly(manifest, found);
        if (entry.Command.Count > 0 && (entry.Command[0].Length == 0 || entry.Command.Any(static part => part.Contains('\0', StringComparison.Ordinal))))
            at.Error(found, "entry", "\"command\" begins with a program: a name that is looked up in PATH, ./name in the plugin's folder, or an absolute path");
        if (entry.Address.Length > 0 && ProcessAddress.WhyNot(entry.Address) is { } fault)
            at.Error(found, "entry", fault);
    }

    private static void JudgeNamespace(PluginNamespace name, ConfigSource at, ConfigDiagnostics found)
    {
        if (!s_layers.Contains(name.Layer, StringComparer.Ordinal))
            at.Error(found, "namespaces", $"\"{name.Name}\": the layer \"{name.Layer}\" does not go over a process's border; a sidecar has {string.Join(", ", s_layers)}");
        else if (name.Stage.Length > 0 && LayerStages.WhyNot(name.Layer, name.Stage) is { } fault)
            at.Error(found, "namespaces", $"\"{name.Name}\": {fault}");
    }

    private static void RefuseOthers(PluginManifest manifest, ConfigDiagnostics found)
    {
        if (manifest.Encodings.Count > 0)
            manifest.Source.Error(found, "encodings", "encodings do not go over a process's border; a sidecar has namespaces and plugins");
        if (manifest.Discovery.Count > 0)
            manifest.Source.Error(found, "discovery", "service discovery does not go over a process's border; a sidecar has namespaces and plugins");
        if (manifest.Commands.Count > 0)
            manifest.Source.Error(found, "commands", "commands do not go over a process's border; a sidecar has namespaces and plugins");
    }

    private static string? GuardOf(PluginManifest manifest) => manifest.Namespaces.Select(static n => n.Name).FirstOrDefault(IsGuard);

    private static string WhyNoBypass(string guard) => $"\"{guard}\" guards something: requests must not pass by it when the process is not there; only \"{ProcessPlan.Fail}\" is possible";
}

/// <summary>Addresses of processes that somebody else runs.</summary>
public static class ProcessAddress
{
    /// <summary>What is wrong with an address: <c>unix:/path</c>, <c>https://host:port</c>, or <c>http://</c> to this machine; else <see langword="null"/>.</summary>
    public static string? WhyNot(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.StartsWith("unix:", StringComparison.Ordinal))
            return address.Length > 6 && address[5] == '/' ? null : $"{ConfigText.Inline(address)} names no socket; it takes an absolute path: unix:/run/acme.sock";
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.AbsolutePath != "/" || uri.Query.Length > 0 || uri.UserInfo.Length > 0)
            return $"{ConfigText.Inline(address)} is no address of a sidecar; it takes unix:/run/acme.sock, https://host:port or http://127.0.0.1:port";
        return uri.Scheme == "http" && !uri.IsLoopback
            ? $"{ConfigText.Inline(address)} goes over the network in clear text; use https with \"tls\", or a process on this machine"
            : null;
    }
}
