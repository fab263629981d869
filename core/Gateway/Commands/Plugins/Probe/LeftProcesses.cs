using System.Globalization;
using System.Runtime.InteropServices;
using Gateway.Sidecars.Processes;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>
/// The processes that a plugin leaves behind. What its process started falls to this one when that has ended, also what has left its group and its
/// session.
/// </summary>
internal static partial class LeftProcesses
{
    /// <summary><c>PR_SET_CHILD_SUBREAPER</c> of prctl(2).</summary>
    private const int ChildSubreaper = 36;

    private const int LongestName = 80;

    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Makes this process the heir of all that its children leave. Before the first of them starts.</summary>
    public static void Inherit()
    {
        if (OperatingSystem.IsLinux())
            _ = Native.Control(ChildSubreaper, 1, 0, 0, 0);
    }

    /// <summary>Ends those that are still there after a moment.</summary>
    /// <returns>What they were: <c>4711 sleep 1000</c>.</returns>
    public static async Task<IReadOnlyList<string>> EndAsync()
    {
        using var late = new CancellationTokenSource(s_grace);
        var left = Children();
        while (left.Count > 0 && !late.IsCancellationRequested)
        {
            await Task.Delay(s_pause, CancellationToken.None).ConfigureAwait(false);
            left = Children();
        }
        foreach (var (id, _) in left)
        {
            // Nobody else waits for them: they would stay as zombies where the system's first process does not look after them.
            if (Native.Kill(id, Native.SignalKill) == 0)
                _ = Wait(id, 0, 0);
        }
        return [.. left.Select(static p => string.Create(CultureInfo.InvariantCulture, $"{p.Id} {p.Name}"))];
    }

    private static List<(int Id, string Name)> Children()
    {
        var found = new List<(int, string)>();
        if (!OperatingSystem.IsLinux())
            return found;
        var guard = GroupGuard.ProcessId;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != guard && NameOfChild(folder) is { } name)
                found.Add((id, name));
        }
        return found;
    }

    [LibraryImport("libc", EntryPoint = "waitpid")]
    private static partial int Wait(int process, nint status, int options);

    // Null for processes of others, for those that have ended, and for one that ends while it is looked at.
    private static string? NameOfChild(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            // proc_pid_stat(5): number, name in brackets (which may hold brackets), state, parent.
            var end = stat.LastIndexOf(')');
            var fields = stat[(end + 2)..].Split(' ', 3);
            if (fields[0] == "Z" || fields[1] != Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
                return null;
            var command = File.ReadAllText(Path.Combine(folder, "cmdline")).TrimEnd('\0').Replace('\0', ' ');
            var name = command.Length > 0 ? command : stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end];
            return name.Length > LongestName ? string.Concat(name.AsSpan(0, LongestName - 1), "…") : name;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
