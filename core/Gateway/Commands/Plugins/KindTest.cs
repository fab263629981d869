using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.CommandLine;
using Gateway.Commands.Plugins.Probe;
using Gateway.Core.Plugins;

namespace Gateway.Commands.Plugins;

/// <summary>Whether plugins can be loaded and have the kinds of the language that are asked for: the reference's <c>test-plugin</c> (EXT-078 to 082).</summary>
internal static class KindTest
{
    private static readonly (Flag Flag, string Label, string[] Layers, string Registerer)[] s_kinds =
    [
        (new("server", 's', FlagKind.Switch, "The plugin must have a handler (plugin/http-server)"), "SERVER", ["http-server"], "HandlerRegisterer"),
        (new("modifier", 'm', FlagKind.Switch, "The plugin must have a modifier (plugin/req-resp-modifier)"), "MODIFIER", ["request-modifier", "response-modifier"], "ModifierRegisterer"),
        (new("client", 'c', FlagKind.Switch, "The plugin must have a client (plugin/http-client)"), "CLIENT", ["http-client"], "ClientRegisterer"),
        (new("middleware", 'w', FlagKind.Switch, "The plugin must have a middleware (plugin/middleware)"), "MIDDLEWARE", ["middleware"], "MiddlewareRegisterer"),
    ];

    /// <summary>The flags, one per kind.</summary>
    public static IReadOnlyList<Flag> Flags { get; } = [.. s_kinds.Select(static k => k.Flag)];

    /// <summary>The command in its old spelling.</summary>
    public static Command Definition { get; } = new()
    {
        Name = "test-plugin",
        Purpose = "Tests that plugins can be loaded",
        Description = "Loads plugins as the gateway does, in a process of their own, and says whether they have the kinds that are asked for.\n`plugin test` without a kind drives their components as well.",
        Usage = "test-plugin [flags] PATH…",
        Operands = FlagCompletion.File,
        Example = "test-plugin -smc ./acme.audit",
        Flags = [.. Flags, CommonFlags.Plugins],
        Run = RunAsync,
    };

    /// <summary>Whether a kind is asked for.</summary>
    public static bool IsAsked(Arguments arguments) => Flags.Any(f => arguments.Has(f.Name));

    /// <summary>Tests each plugin for each kind; one line each, and a summary.</summary>
    public static async Task<int> RunAsync(Arguments arguments, Terminal terminal)
    {
        if (arguments.Positional.Count == 0)
            return Refuse("At least one plugin is required.", terminal);
        if (!IsAsked(arguments))
            return Refuse("You must declare the expected type of the plugin.", terminal);
        var installed = PluginTarget.Installed(arguments);
        var started = Stopwatch.GetTimestamp();
        var failed = 0;
        foreach (var target in arguments.Positional)
        {
            if (!await TestAsync(target, installed, arguments, terminal).ConfigureAwait(false))
                failed++;
        }
        var duration = GoDurationText(Stopwatch.GetElapsedTime(started));
        var count = arguments.Positional.Count.ToString(CultureInfo.InvariantCulture);
        terminal.Out(failed == 0
            ? $"{terminal.Painted(Paint.Green, "[OK]")} {count} tested plugin(s) in {duration}\n"
            : $"{terminal.Painted(Paint.Red, "[KO]")} {count} tested plugin(s) in {duration}.\n{failed.ToString(CultureInfo.InvariantCulture)} plugin(s) failed.\n");
        return failed == 0 ? ExitStatus.Success : ExitStatus.Failure;
    }

    private static async Task<bool> TestAsync(string target, PluginCatalog installed, Arguments arguments, Terminal terminal)
    {
        if (PluginTarget.Folder(target, installed) is not { } folder)
        {
            terminal.Out($"{terminal.Painted(Paint.Red, "[KO]")} Unable to open the plugin {target}.\n");
            return false;
        }
        var outcome = await ProbeProcess.RunAsync(new JsonObject { ["mode"] = "load", ["folder"] = folder }, LoadProbe.Limit).ConfigureAwait(false);
        var fault = outcome.End == ProbeEnd.Done ? outcome.Records.FirstOrDefault(static r => r["error"] is not null)?["error"]!.GetValue<string>() : outcome.Describe(LoadProbe.Limit);
        var layers = outcome.Records.FirstOrDefault(static r => r["layers"] is not null)?["layers"]!.AsArray().Select(static l => l!.GetValue<string>()).ToArray() ?? [];
        var isGood = true;
        foreach (var (_, label, wanted, registerer) in s_kinds.Where(k => arguments.Has(k.Flag.Name)))
        {
            var reason = fault ?? (wanted.Any(layers.Contains) ? null : $"The plugin does not contain a {registerer}.");
            isGood &= reason is null;
            terminal.Out(reason is null
                ? $"{terminal.Painted(Paint.Green, "[OK]")} {label}\t{target}\n"
                : $"{terminal.Painted(Paint.Red, "[KO]")} {label}\t{target}: {reason}\n");
        }
        return isGood;
    }

    private static int Refuse(string message, Terminal terminal)
    {
        terminal.Error(message + "\n");
        return ExitStatus.Failure;
    }

    private static string GoDurationText(TimeSpan time) => time.TotalSeconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.######}s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.######}ms");
}
