using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Gateway.Sidecars.Processes;

/// <summary>
/// A shell that outlives a gateway which is killed, for as long as it takes to kill what its sidecars have started: the system ends a sidecar with the
/// gateway, but not the sidecar's own children. It is told each group, and reads the gateway's end from its standard input.
/// </summary>
internal static class GroupGuard
{
    private const string Shell = "/bin/sh";

    // Signals of a terminal reach it with the gateway, which has its own way to end.
    private const string Script = """
        trap '' INT TERM HUP
        while read -r what group; do
          rest=
          for known in $groups; do [ "$known" = "$group" ] || rest="$rest $known"; done
          case $what in +) groups="$rest $group";; *) groups=$rest;; esac
        done
        for group in $groups; do kill -9 -"$group"; done
        """;

    private static readonly Lock s_gate = new();
    private static readonly HashSet<int> s_groups = [];
    private static Process? s_shell;
    private static bool s_isMissing;

    /// <summary>Number of its process; <see langword="null"/> while there is none.</summary>
    public static int? ProcessId
    {
        get
        {
            lock (s_gate)
                return s_shell is { HasExited: false } shell ? shell.Id : null;
        }
    }

    /// <summary>Watches over a group.</summary>
    public static void Add(int group)
    {
        lock (s_gate)
        {
            s_groups.Add(group);
            Tell('+', group);
        }
    }

    /// <summary>Forgets a group that has ended, whose number the system may give to somebody else.</summary>
    public static void Remove(int group)
    {
        lock (s_gate)
        {
            if (s_groups.Remove(group))
                Tell('-', group);
        }
    }

    private static void Tell(char what, int group)
    {
        try
        {
            if (s_shell is { HasExited: false } shell)
            {
                Write(shell, what, group);
                return;
            }
            if (s_isMissing || Start() is not { } fresh)
                return;
            s_shell?.Dispose();
            s_shell = fresh;
            foreach (var known in s_groups)
                Write(fresh, '+', known);
        }
        catch (IOException)
        {
            // It has been killed; the next one is told everything.
        }
    }

    private static void Write(Process shell, char what, int group)
    {
        shell.StandardInput.Write(string.Create(CultureInfo.InvariantCulture, $"{what} {group}\n"));
        shell.StandardInput.Flush();
    }

    // Where there is no shell the sidecars alone end with the gateway.
    private static Process? Start()
    {
        var info = new ProcessStartInfo(Shell) { WorkingDirectory = "/", RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        info.ArgumentList.Add("-c");
        info.ArgumentList.Add(Script);
        info.Environment.Clear();
        try
        {
            return Process.Start(info);
        }
        catch (Win32Exception)
        {
            s_isMissing = true;
            return null;
        }
    }
}
