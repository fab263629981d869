using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.CommandLine;
using Gateway.Commands.Lint;
using Gateway.Core.Configuration;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands;

/// <summary><c>schema</c>: the JSON Schema of the configuration with the namespaces of the installed plugins, for editors.</summary>
internal static class SchemaCommand
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Definition { get; } = new()
    {
        Name = "schema",
        Purpose = "Prints the JSON Schema of the configuration",
        Description = "Prints the JSON Schema of the configuration with the namespaces of every installed plugin. Editors complete and check a configuration with it. No code of a plugin runs.",
        Usage = "schema [flags]",
        Example = "schema > gateway.schema.json\nschema --plugins ./plugins",
        Flags = [CommonFlags.Plugins, new("folder", null, FlagKind.Text, "Plugin folder of the configuration, as its plugin.folder names it")],
        Run = Run,
    };

    private static Task<int> Run(Arguments arguments, Terminal terminal)
    {
        var configured = arguments.Text("folder") is { Length: > 0 } folder ? new PluginFolderConfig(folder, "") : null;
        var catalog = PluginCatalog.Discover(CommonFlags.Search(arguments), configured);
        var found = new ConfigDiagnostics();
        foreach (var finding in catalog.Diagnostics.All)
            found.Add(finding);
        var schema = ConfigSchema.Assemble(catalog, found, FragmentCheck.WhyUnusable);
        if (found.HasErrors)
        {
            Findings.PrintErrors(terminal, "assembling the schema", found);
            return Task.FromResult(ExitStatus.Failure);
        }
        Findings.PrintWarnings(terminal, found);
        terminal.Out(schema.ToJsonString(s_indented) + "\n");
        return Task.FromResult(ExitStatus.Success);
    }
}
