using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Gateway.Sidecars.Processes;

/// <summary>
/// A shell beside the gateway that outlives it by a moment: when its standard input ends, because the gateway is gone, it kills the groups of the
/// sidecars. The system kills a sidecar with the gateway by itself, but not what the sidecar has started. Where there is no shell there is no guard.
/// </summary>
internal static class GroupGuard
{
    private const string Shell = "/bin/sh";

    // It heeds no signal that is meant for the gateway's own group, such as Ctrl-C.
    private const string Script = """
        exec >/dev/null 2>&1; trap '' HUP INT QUIT TERM; cd /; all=
        while read -r what group; do
            kept=
            for i in $all; do [ "$i" = "$group" ] || kept="$kept $i"; done
            all=$kept
            [ "$what" = - ] || all="$all $group"
        done
        for i in $all; do kill -9 "-$i"; done
        """;

    private static readonly Lock s_lock = new();
    private static readonly HashSet<int> s_groups = [];
    private static Process? s_guard;

    /// <summary>A group that is to end with the gateway.</summary>
    public static void Add(int group)
    {
        lock (s_lock)
        {
            s_groups.Add(group);
            Tell('+', group);
        }
    }

    /// <summary>A group that has ended; its number may soon be that of another.</summary>
    public static void Remove(int group)
    {
        lock (s_lock)
        {
            if (s_groups.Remove(group))
                Tell('-', group);
        }
    }

    private static void Tell(char what, int group)
    {
        if (OperatingSystem.IsWindows())
            return;
        // Whoever killed it gets another one.
        for (var tries = 0; tries < 2; tries++)
        {
            try
            {
                if (s_guard is not null)
                    Write(what, group);
                else
                    Start();
                return;
            }
            catch (IOException)
            {
                s_guard?.Dispose();
                s_guard = null;
            }
        }
    }

    private static void Start()
    {
        if (s_groups.Count == 0)
            return;
        var info = new ProcessStartInfo(Shell, ["-c", Script]) { RedirectStandardInput = true };
        info.Environment.Clear();
        try
        {
            s_guard = Process.Start(info);
        }
        catch (Win32Exception)
        {
            // A system without a shell.
            return;
        }
        foreach (var group in s_groups)
            Write('+', group);
    }

    private static void Write(char what, int group)
    {
        var input = s_guard!.StandardInput;
        input.Write(string.Create(CultureInfo.InvariantCulture, $"{what} {group}\n"));
        input.Flush();
    }
}
