using System.Globalization;
using System.Runtime.InteropServices;

namespace Gateway.Bench;

/// <summary>Reads what the kernel counts for a process and its children (nginx works in children), from <c>/proc</c> (proc(5)).</summary>
internal static class ProcessTree
{
    // USER_HZ, the unit of the times in /proc/PID/stat: 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>User and system time in seconds, in steps of 10 ms.</summary>
    /// <exception cref="BenchException">The process has ended.</exception>
    public static double CpuSeconds(int pid) => Members(pid).Sum(member => ParseCpuTicks(Read(member, "stat"))) / TicksPerSecond;

    /// <summary>User and system time of one process, to the nanosecond, threads that have ended included.</summary>
    /// <exception cref="BenchException">The process has ended, or the system has no such clock.</exception>
    public static TimeSpan CpuClock(int pid)
    {
        // clock_getcpuclockid(3) of Linux: the complement of the process, and CPUCLOCK_SCHED.
        if (ClockGetTime((~pid << 3) | 2, out Timestamp time) != 0)
            throw new BenchException($"the CPU time of process {pid} cannot be read: error {Marshal.GetLastPInvokeError()}");
        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0);
    }

    /// <summary>Resident memory in bytes; pages shared by several processes of the tree count in each.</summary>
    /// <exception cref="BenchException">The process has ended.</exception>
    public static long ResidentBytes(int pid) => Members(pid).Sum(member => ParseResidentBytes(Read(member, "status")));

    /// <summary>utime + stime of a line of <c>/proc/PID/stat</c>.</summary>
    public static long ParseCpuTicks(string stat)
    {
        // The second field is the program's name in brackets and may itself hold brackets and blanks; fields count from what follows it.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
    }

    /// <summary>VmRSS of <c>/proc/PID/status</c> in bytes, 0 for a process that is just ending.</summary>
    public static long ParseResidentBytes(string status)
    {
        foreach (string line in status.Split('\n'))
        {
            if (line.StartsWith("VmRSS:", StringComparison.Ordinal))
                return 1024 * long.Parse(line.AsSpan("VmRSS:".Length).Trim().TrimEnd("kB").Trim(), CultureInfo.InvariantCulture);
        }
        return 0;
    }

    /// <summary>A process and all below it.</summary>
    public static IEnumerable<int> Members(int pid)
    {
        yield return pid;
        // A child stands with the thread that started it.
        foreach (string thread in Directory.EnumerateDirectories($"/proc/{pid}/task"))
        {
            foreach (string child in ChildrenOf(thread).Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                foreach (int member in Members(int.Parse(child, CultureInfo.InvariantCulture)))
                    yield return member;
            }
        }
    }

    [DllImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ClockGetTime(int clock, out Timestamp time);

    private static string ChildrenOf(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "children"));
        }
        catch (IOException)
        {
            // Threads end while others work; their children went to another one.
            return "";
        }
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (IOException e)
        {
            throw new BenchException($"process {pid} has ended while it was measured: {e.Message}");
        }
    }

    // struct timespec of 64-bit systems.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Timestamp
    {
        public readonly long Seconds;
        public readonly long Nanoseconds;
    }
}
