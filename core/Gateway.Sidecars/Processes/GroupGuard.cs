using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Gateway.Sidecars.Processes;

/// <summary>
/// A shell that outlives a gateway which is killed, for as long as it takes to kill what its sidecars have started: the system ends a sidecar with the
/// gateway, but not the sidecar's own children. It is told each group and each private folder, which it removes, and reads the gateway's end from its
/// standard input.
/// </summary>
internal static class GroupGuard
{
    private const string Shell = "/bin/sh";

    // Signals of a terminal reach it with the gateway, which has its own way to end.
    private const string Script = """
        trap '' INT TERM HUP
        while read -r what it; do
          case $what in
            [+-])
              rest=
              for known in $groups; do [ "$known" = "$it" ] || rest="$rest $known"; done
              case $what in +) groups="$rest $it";; *) groups=$rest;; esac;;
            /) set -- "$@" "$it";;
            *) for known; do shift; [ "$known" = "$it" ] || set -- "$@" "$known"; done;;
          esac
        done
        for group in $groups; do kill -9 -"$group"; done
        [ $# = 0 ] || rm -rf -- "$@"
        """;

    private static readonly Lock s_gate = new();
    private static readonly HashSet<int> s_groups = [];
    private static readonly HashSet<string> s_folders = new(StringComparer.Ordinal);
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
            Tell('+', Text(group));
        }
    }

    /// <summary>Watches over a folder that ends with the gateway.</summary>
    public static void Add(string folder)
    {
        // Commands are lines.
        if (OperatingSystem.IsWindows() || folder.Contains('\n', StringComparison.Ordinal))
            return;
        lock (s_gate)
        {
            s_folders.Add(folder);
            Tell('/', folder);
        }
    }

    /// <summary>Forgets a folder that is gone.</summary>
    public static void Remove(string folder)
    {
        lock (s_gate)
        {
            if (s_folders.Remove(folder))
                Tell('.', folder);
        }
    }

    /// <summary>Forgets a group that has ended, whose number the system may give to somebody else.</summary>
    public static void Remove(int group)
    {
        lock (s_gate)
        {
            if (s_groups.Remove(group))
                Tell('-', Text(group));
        }
    }

    private static void Tell(char what, string it)
    {
        try
        {
            if (s_shell is { HasExited: false } shell)
            {
                Write(shell, what, it);
                return;
            }
            if (s_isMissing || Start() is not { } fresh)
                return;
            s_shell?.Dispose();
            s_shell = fresh;
            foreach (var known in s_groups)
                Write(fresh, '+', Text(known));
            foreach (var known in s_folders)
                Write(fresh, '/', known);
        }
        catch (IOException)
        {
            // It has been killed; the next one is told everything.
        }
    }

    private static string Text(int group) => group.ToString(CultureInfo.InvariantCulture);

    private static void Write(Process shell, char what, string it)
    {
        shell.StandardInput.Write($"{what} {it}\n");
        shell.StandardInput.Flush();
    }

    // Where there is no shell the sidecars alone end with the gateway.
    private static Process? Start()
    {
        var info = new ProcessStartInfo(Shell) { WorkingDirectory = "/", RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        info.ArgumentList.Add("-c");
        info.ArgumentList.Add(Script);
        info.Environment.Clear();
        info.Environment["PATH"] = "/usr/bin:/bin";
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
