using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Gateway.CommandLine;

namespace Gateway.Commands.Watch;

/// <summary>A command in a process of its own that shares the streams of this one; started again as often as asked.</summary>
/// <param name="command">A command of this program with its arguments, or another program.</param>
/// <param name="own">The commands of this program.</param>
internal sealed partial class WrappedCommand(IReadOnlyList<string> command, IReadOnlyList<Command> own) : IDisposable
{
    private Process? _process;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Completes when it has ended; at once when it does not run.</summary>
    public Task EndAsync() => _process is { } process ? process.WaitForExitAsync() : Task.CompletedTask;

    /// <summary>The exit status of the last run.</summary>
    public int Status => _process is { HasExited: true } process ? process.ExitCode : 0;

    /// <summary>Starts it; it must not run.</summary>
    /// <exception cref="Win32Exception">There is no such program, or it cannot be executed.</exception>
    public void Start()
    {
        _process?.Dispose();
        _process = null;
        var isOwn = Command.Find(own, command[0]) is not null || command[0] == "help";
        var start = new ProcessStartInfo(isOwn ? Environment.ProcessPath! : command[0]);
        // Started through `dotnet gateway.dll`, the process is dotnet.
        if (isOwn && Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "gateway.dll"));
        foreach (var argument in isOwn ? command : command.Skip(1))
            start.ArgumentList.Add(argument);
        start.Environment[OrphanGuard.Variable] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        _process = Process.Start(start);
    }

    /// <summary>Ends it at once, with everything that it has started (CFG-273).</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } process)
            return;
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It ended by itself in between; what did not end is waited for.
        }
        await process.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>Hands a signal on.</summary>
    public void Send(PosixSignal signal)
    {
        if (OperatingSystem.IsWindows() || _process is not { HasExited: false } process)
            return;
        // One that has just ended is no failure.
        _ = Kill(process.Id, signal switch { PosixSignal.SIGHUP => 1, PosixSignal.SIGINT => 2, _ => 15 });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_process is { HasExited: false } process)
            process.Kill(entireProcessTree: true);
        _process?.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
