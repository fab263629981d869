using System.Text.Json.Nodes;
using Gateway.CommandLine;
using Gateway.Commands.Plugins.Probe;

namespace Gateway.Commands.Plugins;

/// <summary>
/// <c>plugin test</c>: loads plugins in a process of their own and drives their components. With a kind's flag it answers as the reference's
/// command of that name does (EXT-078 to 082).
/// </summary>
internal static class PluginTestCommand
{
    private static readonly Flag s_unload = new("unload", null, FlagKind.Switch, "Loads, drives and unloads it 100 times, and looks for what stays");
    private static readonly Flag s_watch = new("watch", null, FlagKind.Switch, "Tests again whenever the folder changes, until Ctrl-C");
    private static readonly Flag s_timeout = new("timeout", null, FlagKind.Number, "Seconds that a test may take", "60");

    public static Command Definition { get; } = new()
    {
        Name = "test",
        Purpose = "Loads plugins and drives their components",
        Description = "Loads plugins as the gateway does, in a process of their own, builds each component, calls it with a request and a response,\nand shows what changed, the time and the allocations of a call. With -s, -c, -m or -w it only says whether a plugin has that kind.",
        Usage = "plugin test PATH|ID… [flags]",
        Operands = FlagCompletion.File,
        Example = "plugin test ./acme.audit --config '{\"level\": 2}' --method POST --body '{\"a\": 1}'",
        Flags = [.. SampleFlags.All, .. KindTest.Flags, CommonFlags.Plugins, OutputFormat.Flag, s_timeout, s_unload, s_watch],
        Run = RunAsync,
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        if (KindTest.IsAsked(arguments))
            return await KindTest.RunAsync(arguments, terminal).ConfigureAwait(false);
        if (arguments.Positional.Count == 0)
            throw new UsageException("a plugin is missing: its folder, or the id of an installed one");
        var installed = PluginTarget.Installed(arguments);
        var folders = new List<string>();
        foreach (var target in arguments.Positional)
        {
            if (PluginTarget.Folder(target, installed) is { } folder)
                folders.Add(folder);
            else
                PluginTarget.ReportUnknown(target, installed, terminal);
        }
        if (folders.Count < arguments.Positional.Count)
            return ExitStatus.Failure;
        if (!arguments.Has(s_watch.Name))
            return await TestAsync(folders, arguments, terminal).ConfigureAwait(false);
        await WatchAsync(folders, arguments, terminal).ConfigureAwait(false);
        return ExitStatus.Success;
    }

    private static async Task<int> TestAsync(List<string> folders, Arguments arguments, Terminal terminal)
    {
        var isJson = OutputFormat.IsJson(arguments);
        var limit = TimeSpan.FromSeconds(arguments.Number(s_timeout.Name) is > 0 and var seconds ? seconds : 60);
        var results = new JsonArray();
        var isGood = true;
        foreach (var folder in folders)
        {
            var request = SampleFlags.Read(arguments);
            request["mode"] = arguments.Has(s_unload.Name) ? "unload" : "test";
            request["folder"] = folder;
            var outcome = await ProbeProcess.RunAsync(request, limit).ConfigureAwait(false);
            isGood &= TestReport.IsGood(outcome);
            if (isJson)
                results.Add((JsonNode)TestReport.Json(folder, outcome, limit));
            else
                terminal.Out(TestReport.Text(folder, outcome, limit, terminal));
        }
        if (isJson)
            terminal.Out(OutputFormat.Json(results));
        return isGood ? ExitStatus.Success : ExitStatus.Failure;
    }

    private static async Task WatchAsync(List<string> folders, Arguments arguments, Terminal terminal)
    {
        using var signals = new Signals();
        var end = signals.NextEndAsync();
        using var changed = new SemaphoreSlim(1);
        var watchers = folders.Select(folder => Watch(folder, changed)).ToArray();
        try
        {
            while (true)
            {
                var change = changed.WaitAsync();
                if (await Task.WhenAny(change, end).ConfigureAwait(false) == end)
                    return;
                // A build writes many files: the test begins when it is quiet.
                while (await changed.WaitAsync(TimeSpan.FromMilliseconds(300)).ConfigureAwait(false))
                {
                }
                await TestAsync(folders, arguments, terminal).ConfigureAwait(false);
                terminal.Error("Waiting for changes; Ctrl-C ends.\n");
            }
        }
        finally
        {
            foreach (var watcher in watchers)
                watcher.Dispose();
        }
    }

    private static FileSystemWatcher Watch(string folder, SemaphoreSlim changed)
    {
        var watcher = new FileSystemWatcher(folder) { IncludeSubdirectories = true, EnableRaisingEvents = true };
        watcher.Changed += (_, _) => changed.Release();
        watcher.Created += (_, _) => changed.Release();
        watcher.Deleted += (_, _) => changed.Release();
        watcher.Renamed += (_, _) => changed.Release();
        return watcher;
    }
}
