using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.CommandLine;
using Gateway.Commands.Plugins.Probe;
using Gateway.Inspection;

namespace Gateway.Commands.Plugins;

/// <summary><c>plugin check</c>: judges plugins without running them, and with <c>--run</c> in a process of their own as well.</summary>
internal static class PluginCheckCommand
{
    private static readonly Flag s_run = new("run", null, FlagKind.Switch, "Loads the plugin too, in a process of its own");

    private static readonly Flag s_timeout = new("timeout", null, FlagKind.Number, "Seconds that --run may take", "20");

    public static Command Definition { get; } = new()
    {
        Name = "check",
        Purpose = "Checks plugins without running them",
        Description = "Reads the manifest, the files and the assemblies of plugins and says what would go wrong with them, without running any of\ntheir code. One line per finding: code, severity, file: what is wrong; what to do. docs/plugins/check.md lists the codes.",
        Usage = "plugin check PATH|ID… [flags]",
        Operands = FlagCompletion.File,
        Example = "plugin check ./acme.audit --run",
        Flags =
        [
            CommonFlags.Plugins, OutputFormat.Flag, s_run, s_timeout,
            new("fix", 'f', FlagKind.Switch, "With -s, -g or -l: shows commands that settle the differences"),
            new("go", 'g', FlagKind.Text, "Compares versions as check-plugin does: the .NET that the plugin was built for"),
            new("libc", 'l', FlagKind.Text, "Compares versions as check-plugin does: the C library of the plugin's native code"),
            new("sum", 's', FlagKind.Text, "Compares versions as check-plugin does: the plugin's .deps.json"),
        ],
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        if (arguments.Has("sum") || arguments.Has("go") || arguments.Has("libc") || arguments.Has("fix"))
            return await CompareAsync(arguments, terminal).ConfigureAwait(false);
        if (arguments.Positional.Count == 0)
            throw new UsageException("a plugin is missing: its folder, or the id of an installed one");
        var isJson = OutputFormat.IsJson(arguments);
        var installed = PluginTarget.Installed(arguments);
        var results = new JsonArray();
        var status = ExitStatus.Success;
        foreach (var target in arguments.Positional)
        {
            if (PluginTarget.Folder(target, installed) is not { } folder)
            {
                PluginTarget.ReportUnknown(target, installed, terminal);
                status = ExitStatus.Failure;
                continue;
            }
            var findings = PluginInspector.Inspect(folder, installed);
            if (arguments.Has(s_run.Name) && !findings.Any(static f => f.Code == FindingCode.ManifestUnreadable))
                findings = [.. findings, .. await LoadProbe.RunAsync(folder, arguments.Number(s_timeout.Name) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null).ConfigureAwait(false)];
            if (findings.Any(static f => f.Severity == FindingSeverity.Error))
                status = ExitStatus.Failure;
            if (isJson)
                results.Add((JsonNode)Json(folder, findings));
            else
                terminal.Out(Text(folder, findings, terminal));
        }
        if (isJson)
            terminal.Out(OutputFormat.Json(results));
        return status;
    }

    // The form of the reference (EXT-073): versions alone, out of a file or the folder of one plugin.
    private static Task<int> CompareAsync(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional.Count > 1 || (arguments.Positional.Count == 1 && arguments.Has("sum")))
            throw new UsageException("-s, -g, -l and -f compare the versions of one plugin: its folder, or its .deps.json with -s; a whole check takes none of them");
        var file = arguments.Text("sum");
        if (file is null && arguments.Positional.Count == 1)
        {
            var installed = PluginTarget.Installed(arguments);
            if (PluginTarget.Folder(arguments.Positional[0], installed) is not { } folder)
            {
                PluginTarget.ReportUnknown(arguments.Positional[0], installed, terminal);
                return Task.FromResult(ExitStatus.Failure);
            }
            file = Directory.GetFiles(folder, "*.deps.json").Order(StringComparer.Ordinal).FirstOrDefault() ?? Path.Combine(folder, "plugin.deps.json");
        }
        return CheckPluginCommand.CompareAsync(file ?? CheckPluginCommand.Beside(), arguments.Text("go"), arguments.Text("libc"), arguments.Has("fix"), terminal);
    }

    /// <summary>Findings as lines, with a summary below.</summary>
    public static string Text(string folder, IReadOnlyList<PluginFinding> findings, Terminal terminal)
    {
        var lines = string.Concat(findings.Select(f => $"{f.Code} {terminal.Painted(PaintOf(f.Severity), f.Grade)} {terminal.Painted(Paint.Cyan, f.File)}: {f.Message}; {f.Remedy}\n"));
        var errors = findings.Count(static f => f.Severity == FindingSeverity.Error);
        var warnings = findings.Count(static f => f.Severity == FindingSeverity.Warning);
        return $"{lines}{folder}: {(errors + warnings == 0 ? terminal.Painted(Paint.Green, "OK") : $"{Count(errors, "error")}, {Count(warnings, "warning")}")}\n";
    }

    private static string Count(int number, string what) => string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");

    private static Paint PaintOf(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Error => Paint.Red,
        FindingSeverity.Warning => Paint.Yellow,
        _ => Paint.Dim,
    };

    private static JsonObject Json(string folder, IReadOnlyList<PluginFinding> findings) => new()
    {
        ["path"] = folder,
        ["ok"] = !findings.Any(static f => f.Severity == FindingSeverity.Error),
        ["findings"] = new JsonArray([.. findings.Select(static f => (JsonNode)new JsonObject
        {
            ["code"] = f.Code,
            ["severity"] = f.Grade,
            ["file"] = f.File,
            ["message"] = f.Message,
            ["remedy"] = f.Remedy,
        })]),
    };
}
