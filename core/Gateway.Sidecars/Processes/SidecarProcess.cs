using System.Diagnostics;
using System.Text;

namespace Gateway.Sidecars.Processes;

/// <summary>How a process ended.</summary>
/// <param name="Status">Its exit status; 128 and the signal's number when a signal ended it.</param>
/// <param name="Lived">How long it ran.</param>
public readonly record struct ProcessEnd(int Status, TimeSpan Lived)
{
    /// <summary>The end in words.</summary>
    public override string ToString() => Status switch
    {
        137 => "was killed (SIGKILL)",
        143 => "was ended (SIGTERM)",
        139 => "broke down (SIGSEGV)",
        134 => "broke down (SIGABRT)",
        152 => "used up its processor time (SIGXCPU)",
        > 128 => $"was ended by signal {Status - 128}",
        _ => $"ended with status {Status}",
    };
}

/// <summary>
/// The running process of a sidecar. It is in a session of its own and dies with the gateway, however that ends. What it prints goes line by line
/// to whoever started it.
/// </summary>
public sealed class SidecarProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_outputRest = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly long _started = Stopwatch.GetTimestamp();

    // Its number may be that of another from then on.
    private volatile bool _hasEnded;

    private SidecarProcess(Process process, Action<string> output, Action<string> error)
    {
        _process = process;
        Id = process.Id;
        End = EndAsync(LineReader.ReadAsync(process.StandardOutput.BaseStream, output), LineReader.ReadAsync(process.StandardError.BaseStream, error));
    }

    /// <summary>Number of the process, which is that of its group too.</summary>
    public int Id { get; }

    /// <summary>Completes when it has ended and what it had printed was read.</summary>
    public Task<ProcessEnd> End { get; }

    /// <summary>Starts it.</summary>
    /// <param name="launch">What is started.</param>
    /// <param name="launcher">The executable, and its arguments, that becomes the program; see <see cref="Confinement"/>. Empty to start the program itself.</param>
    /// <param name="output">Gets each line of the standard output, on any thread.</param>
    /// <param name="error">Gets each line of the standard error output, on any thread.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">There is no such program, or it cannot be executed.</exception>
    public static async Task<SidecarProcess> StartAsync(ProcessLaunch launch, IReadOnlyList<string> launcher, Action<string> output, Action<string> error)
    {
        ArgumentNullException.ThrowIfNull(launch);
        ArgumentNullException.ThrowIfNull(launcher);
        IReadOnlyList<string> command = launcher.Count == 0 ? launch.Command : [.. launcher, .. Confinement.ArgumentsOf(launch, Environment.ProcessId)];
        var info = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = launch.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        for (var i = 1; i < command.Count; i++)
            info.ArgumentList.Add(command[i]);
        if (launcher.Count == 0)
        {
            info.Environment.Clear();
            foreach (var name in launch.Environment)
                info.Environment[name] = Environment.GetEnvironmentVariable(name);
            foreach (var (name, value) in launch.Settings)
                info.Environment[name] = value;
        }
        var process = await SpawnThread.StartAsync(info).ConfigureAwait(false);
        if (launcher.Count > 0)
            GroupGuard.Add(process.Id);
        var sidecar = new SidecarProcess(process, output, error);
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(launch.Greeting + "\n")).ConfigureAwait(false);
            await process.StandardInput.BaseStream.FlushAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It has ended already, which End tells.
        }
        return sidecar;
    }

    /// <summary>
    /// Asks it to end (SIGTERM; without signals the end of its standard input), and kills it with everything in its group when it does not in time.
    /// </summary>
    /// <param name="grace">How long it may take.</param>
    /// <returns>Whether it ended by itself.</returns>
    public async Task<bool> StopAsync(TimeSpan grace)
    {
        if (OperatingSystem.IsWindows())
            _process.StandardInput.Close();
        else if (!End.IsCompleted)
            Signal(Native.SignalTerminate);
        var isGone = await EndsAsync(grace).ConfigureAwait(false);
        // Its end means that the gateway is gone: whoever heeds it ends at once, and had the time to finish before.
        _process.StandardInput.Close();
        Kill();
        await End.ConfigureAwait(false);
        return isGone;
    }

    /// <summary>Ends it at once, with everything in its group.</summary>
    public void Kill()
    {
        if (!_hasEnded)
            Signal(Native.SignalKill);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await End.ConfigureAwait(false);
        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (OperatingSystem.IsWindows())
        {
            if (signal == Native.SignalKill)
                _process.Kill(entireProcessTree: true);
            return;
        }
        // One that has ended in between is no failure; one without a group of its own yet is still the launcher.
        if (signal != Native.SignalKill || Native.Kill(-Id, signal) != 0)
            _ = Native.Kill(Id, signal);
    }

    private async Task<bool> EndsAsync(TimeSpan grace)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(grace).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task<ProcessEnd> EndAsync(Task output, Task error)
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        var end = new ProcessEnd(_process.ExitCode, Stopwatch.GetElapsedTime(_started));
        // What it started ends with it; at once, while nobody else can have the number of the group.
        if (!OperatingSystem.IsWindows())
            _ = Native.Kill(-Id, Native.SignalKill);
        _hasEnded = true;
        GroupGuard.Remove(Id);
        // What has left the group may hold the pipes for as long as it likes.
        await Task.WhenAny(Task.WhenAll(output, error), Task.Delay(s_outputRest)).ConfigureAwait(false);
        return end;
    }
}
