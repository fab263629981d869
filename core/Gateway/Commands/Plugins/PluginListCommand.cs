using System.Text.Json.Nodes;
using Gateway.CommandLine;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Plugins;

/// <summary><c>plugin list</c>: what is installed, from the manifests alone.</summary>
internal static class PluginListCommand
{
    public static Command Definition { get; } = new()
    {
        Name = "list",
        Purpose = "Lists the plugins that are installed",
        Description = "Lists the plugins that are installed, and with --config which of them the configuration uses. Runs none of their code.",
        Usage = "plugin list [flags]",
        Example = "plugin list -c krakend.json",
        Flags = [CommonFlags.Config, CommonFlags.Plugins, OutputFormat.Flag],
        Run = RunAsync,
    };

    private static Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional.Count > 0)
            throw new UsageException($"unexpected argument \"{arguments.Positional[0]}\"; folders are named with --plugins");
        var isJson = OutputFormat.IsJson(arguments);
        using var host = CommonFlags.PluginHost(arguments);
        IReadOnlyDictionary<FoundPlugin, List<UsedName>> used = new Dictionary<FoundPlugin, List<UsedName>>();
        if (arguments.Text(CommonFlags.Config.Name) is { Length: > 0 } file)
        {
            // A namespace without plugin must not keep the list from being shown.
            var loaded = ConfigLoader.Load(file, new LoadOptions
            {
                Environment = Environment.GetEnvironmentVariable,
                PluginFolderKnown = host.Discover,
                IsAvailable = static (_, _) => true,
                IsEncodingAvailable = static (_, _) => true,
                IsDiscoveryAvailable = static _ => true,
                IsKindAvailable = static (_, _) => true,
                AllowMissing = new HashSet<string>(["*"]),
            });
            if (loaded.Config is null)
            {
                Findings.PrintErrors(terminal, "parsing the configuration file", loaded.Diagnostics);
                return Task.FromResult(ExitStatus.Failure);
            }
            var choices = new ConfigDiagnostics();
            used = new PluginChoice(host.Catalog, choices).Choose(loaded.Config, ConfigUse.Of(loaded.Config));
            if (choices.HasErrors)
                Findings.PrintErrors(terminal, "choosing plugins", choices);
        }
        else
        {
            host.Discover(null);
        }
        foreach (var finding in host.Catalog.Diagnostics.All)
            terminal.Error($"{(finding.Severity == ConfigSeverity.Error ? terminal.Red("ERROR") : terminal.Yellow("WARNING"))} {finding}\n");
        terminal.Out(isJson ? OutputFormat.Json(Json(host.Catalog, used)) : Text(host.Catalog, used, terminal));
        return Task.FromResult(host.Catalog.Diagnostics.HasErrors ? ExitStatus.Failure : ExitStatus.Success);
    }

    private static string Text(PluginCatalog catalog, IReadOnlyDictionary<FoundPlugin, List<UsedName>> used, Terminal terminal)
    {
        if (catalog.Plugins.Count == 0 && catalog.GoPlugins.Count == 0)
            return "No plugins are installed.\n";
        var table = new Table("ID", "VERSION", "RUNTIME", "STATE", "PROVIDES", "PATH");
        foreach (var plugin in catalog.Plugins)
        {
            table.Add(
                (plugin.Id, Paint.None), (plugin.Manifest?.Version ?? "-", Paint.None), (RuntimeOf(plugin), Paint.None),
                (StateOf(plugin, used), PaintOf(plugin)), (Shorten(string.Join(", ", Names(plugin)), 60), Paint.None), (plugin.Folder, Paint.Cyan));
        }
        var text = table.Of(terminal);
        foreach (var plugin in catalog.Plugins.Where(static p => p.Manifest is null))
            text += $"\n{terminal.Painted(Paint.Red, plugin.Id)} is broken:\n{string.Concat(plugin.Diagnostics.All.Select(static d => $"  {d}\n"))}";
        foreach (var plugin in catalog.Plugins.Where(static p => p.HiddenBy is not null))
            text += $"\n{terminal.Painted(Paint.Yellow, plugin.ToString())} is hidden by {plugin.HiddenBy}, found earlier ({plugin.HiddenBy!.Origin} before {plugin.Origin})\n";
        foreach (var file in catalog.GoPlugins)
            text += $"\n{terminal.Painted(Paint.Red, file)} is a Go plugin, which cannot run here; rewrite it (`gateway plugin new`)\n";
        return text;
    }

    private static JsonObject Json(PluginCatalog catalog, IReadOnlyDictionary<FoundPlugin, List<UsedName>> used) => new()
    {
        ["plugins"] = new JsonArray([.. catalog.Plugins.Select(plugin => new JsonObject
        {
            ["id"] = plugin.Id,
            ["version"] = plugin.Manifest?.Version,
            ["runtime"] = plugin.Manifest?.Runtime,
            ["starts"] = plugin.Manifest is { IsProcess: true } manifest ? new JsonArray([.. StartOf(manifest).Select(static w => (JsonNode)w)]) : null,
            ["path"] = plugin.Folder,
            ["origin"] = plugin.Origin,
            ["state"] = plugin.Manifest is null ? "broken" : plugin.HiddenBy is null ? "ok" : "hidden",
            ["reasons"] = new JsonArray([.. plugin.Diagnostics.All.Select(static d => (JsonNode)d.ToString())]),
            ["hidden_by"] = plugin.HiddenBy?.Folder,
            ["hides"] = new JsonArray([.. catalog.Plugins.Where(p => p.HiddenBy == plugin).Select(static p => (JsonNode)p.Folder)]),
            ["provides"] = new JsonArray([.. Names(plugin).Select(static n => (JsonNode)n)]),
            ["used_for"] = new JsonArray([.. used.GetValueOrDefault(plugin, []).Select(static n => (JsonNode)n.Path)]),
        })]),
        ["go_plugins"] = new JsonArray([.. catalog.GoPlugins.Select(static f => (JsonNode)f)]),
    };

    private static string RuntimeOf(FoundPlugin plugin) => plugin.Manifest switch
    {
        null => "-",
        { IsProcess: true } sidecar => $"process ({Shorten(string.Join(' ', StartOf(sidecar)), 40)})",
        var manifest => manifest.Runtime,
    };

    // What its process is made of: a command line, an assembly that the gateway's own executable runs, or the address of one that runs already.
    private static IReadOnlyList<string> StartOf(PluginManifest manifest) => manifest.Entry switch
    {
        { Command.Count: > 0 } entry => entry.Command,
        { Address.Length: > 0 } entry => [entry.Address],
        var entry => [entry.Assembly],
    };

    private static string StateOf(FoundPlugin plugin, IReadOnlyDictionary<FoundPlugin, List<UsedName>> used)
    {
        if (plugin.Manifest is null)
            return "broken";
        if (plugin.HiddenBy is not null)
            return "hidden";
        return used.TryGetValue(plugin, out var names) ? $"used ({names.Count}x)" : "ok";
    }

    private static Paint PaintOf(FoundPlugin plugin) => plugin.Manifest is null ? Paint.Red : plugin.HiddenBy is null ? Paint.Green : Paint.Yellow;

    /// <summary>What a plugin provides, as people name it.</summary>
    public static IEnumerable<string> Names(FoundPlugin plugin)
    {
        if (plugin.Manifest is not { } manifest)
            return [];
        return manifest.Namespaces.Select(static n => n.Name)
            .Concat(manifest.Plugins.Select(static n => $"{n.Kind}:{n.Name}"))
            .Concat(manifest.Encodings.Select(static n => $"{n.Layer}:{n.Name}"))
            .Concat(manifest.Discovery.Select(static n => $"sd:{n.Name}")).Distinct(StringComparer.Ordinal);
    }

    private static string Shorten(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most - 1), "…");
}
