using System.ComponentModel;
using System.Runtime.InteropServices;
using Gateway.CommandLine;

namespace Gateway.Commands.Watch;

/// <summary><c>watch</c>: runs a command and starts it again whenever a file of the folder changes; for development (CFG-270 to 276).</summary>
internal static class WatchCommand
{
    private static readonly string[] s_default = ["run", "-c", "/etc/krakend/krakend.json"];

    private static readonly Flag s_folder = new("folder", 'f', FlagKind.Text, "Folder to watch", "the working directory") { Completion = FlagCompletion.Folder };

    /// <param name="commands">The table of commands, any of which may be wrapped.</param>
    public static Command Of(Func<IReadOnlyList<Command>> commands) => new()
    {
        Name = "watch",
        Purpose = "Runs a command again whenever a file changes; for development",
        Description = "Runs a command of this program, or another one, and starts it again whenever a file below the working directory is saved, added or deleted.\nThe restart is not graceful: requests in progress are cut. `run --watch` takes changes up without one. Not for production.",
        Usage = "watch [flags] -- COMMAND…",
        Example = "watch -- run -d -c krakend.json",
        Flags = [s_folder],
        WrapsCommand = true,
        Run = (arguments, terminal) => RunAsync(arguments, terminal, commands()),
    };

    private static async Task<int> RunAsync(Arguments arguments, Terminal terminal, IReadOnlyList<Command> commands)
    {
        var folder = Path.GetFullPath(arguments.Text(s_folder.Name) is { Length: > 0 } named ? named : ".");
        if (!Directory.Exists(folder))
        {
            terminal.Error($"{terminal.Red("ERROR")} {folder}: no such folder\n");
            return ExitStatus.Failure;
        }
        if (arguments.Positional is ["watch", ..])
            throw new UsageException("a watch cannot wrap another one");
        using var signals = new Signals();
        using var command = new WrappedCommand(arguments.Positional.Count > 0 ? arguments.Positional : s_default, commands);
        try
        {
            return await new Watch(folder, command, terminal, signals).RunAsync().ConfigureAwait(false);
        }
        catch (Win32Exception exception)
        {
            terminal.Error($"{terminal.Red("ERROR")} {arguments.Positional[0]}: {exception.Message}\n");
            return ExitStatus.Failure;
        }
    }
}

/// <summary>The loop: look at the folder, restart, hand signals on.</summary>
internal sealed class Watch(string folder, WrappedCommand command, Terminal terminal, Signals signals)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);

    // Changes within this time are one.
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(300);

    // A file that is written without end must not put the restart off for ever.
    private static readonly TimeSpan s_longestQuiet = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    private readonly RenderedOutput _output = new(folder);

    /// <summary>Runs until SIGINT or SIGTERM; the command has ended by then.</summary>
    public async Task<int> RunAsync()
    {
        using var timer = new PeriodicTimer(s_poll);
        var seen = Look();
        command.Start();
        var signal = signals.NextAsync().AsTask();
        var tick = timer.WaitForNextTickAsync().AsTask();
        while (true)
        {
            if (await Task.WhenAny(signal, tick).ConfigureAwait(false) == signal)
            {
                if (await IsEndAsync(await signal.ConfigureAwait(false)).ConfigureAwait(false))
                    return ExitStatus.Success;
                signal = signals.NextAsync().AsTask();
                continue;
            }
            tick = timer.WaitForNextTickAsync().AsTask();
            var now = Look();
            if (now.Equals(seen))
                continue;
            seen = await SettledAsync(now).ConfigureAwait(false);
            terminal.Error($"{terminal.Yellow("WATCH")} files have changed, starting again\n");
            await command.KillAsync().ConfigureAwait(false);
            command.Start();
        }
    }

    private FolderSnapshot Look()
    {
        var ignored = _output.Paths;
        return FolderSnapshot.Of(folder, ignored.Contains);
    }

    // Editors save in several steps, and people save several files.
    private async Task<FolderSnapshot> SettledAsync(FolderSnapshot last)
    {
        var (started, changed) = (Environment.TickCount64, Environment.TickCount64);
        while (Environment.TickCount64 - changed < s_quiet.TotalMilliseconds && Environment.TickCount64 - started < s_longestQuiet.TotalMilliseconds)
        {
            await Task.Delay(s_poll).ConfigureAwait(false);
            var now = Look();
            if (!now.Equals(last))
                (last, changed) = (now, Environment.TickCount64);
        }
        return last;
    }

    private async Task<bool> IsEndAsync(PosixSignal signal)
    {
        // The terminal has told everything in it already; a second signal would cut the drain short.
        var isTold = signal != PosixSignal.SIGTERM && !Console.IsInputRedirected;
        if (signal == PosixSignal.SIGHUP && Console.IsInputRedirected)
        {
            command.Send(signal);
            return false;
        }
        if (!isTold)
            command.Send(signal);
        else if (signal == PosixSignal.SIGHUP)
            command.Send(PosixSignal.SIGTERM);
        var ended = command.EndAsync();
        var second = signals.NextEndAsync();
        await Task.WhenAny(ended, second, Task.Delay(s_grace)).ConfigureAwait(false);
        await command.KillAsync().ConfigureAwait(false);
        return true;
    }
}
