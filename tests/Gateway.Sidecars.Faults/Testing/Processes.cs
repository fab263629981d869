using System.Globalization;
using System.Runtime.InteropServices;

namespace Gateway.Sidecars.Faults.Testing;

/// <summary>Processes of this machine, as <c>/proc</c> tells of them.</summary>
internal static partial class Processes
{
    public const int Hangup = 1;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>Those of a program that have a text among their arguments.</summary>
    public static IReadOnlyList<int> Of(string program, string argument) => [.. All().Where(id =>
    {
        var arguments = ArgumentsOf(id);
        return arguments.Length > 0 && arguments[0] == program && arguments.Contains(argument);
    })];

    /// <summary>Those that a process started and that still are its children.</summary>
    public static IReadOnlyList<int> ChildrenOf(int parent) => [.. All().Where(id => StatOf(id) is [_, var of, ..] && of == parent.ToString(CultureInfo.InvariantCulture))];

    /// <summary>Whether there is such a process that is not merely waiting to be collected.</summary>
    public static bool Runs(int process) => StatOf(process) is [not ("Z" or "X"), ..];

    /// <summary>Whether it is stopped by a signal.</summary>
    public static bool IsStopped(int process) => StatOf(process) is ["T", ..];

    /// <summary>The command line; empty for one that is gone.</summary>
    public static string[] ArgumentsOf(int process) => Texts(process, "cmdline");

    /// <summary>The environment that it was started with, as <c>NAME=value</c>.</summary>
    public static string[] EnvironmentOf(int process) => Texts(process, "environ");

    /// <summary>Megabytes that it had resident at most (<c>VmHWM</c>).</summary>
    public static double PeakMegabytes(int process) => Megabytes(process, "VmHWM:");

    /// <summary>Sends a signal; one that is gone gets none.</summary>
    public static void Send(int process, int signal) => _ = Native(process, signal);

    private static double Megabytes(int process, string field) => double.Parse(
        File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(field, StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;

    private static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(static folder => int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(static id => id > 0);

    // From the third field on: state, parent, ….
    private static string[]? StatOf(int process)
    {
        var text = Read(process, "stat");
        return text.Length == 0 ? null : text[(text.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static string[] Texts(int process, string file) => Read(process, file).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Native(int process, int signal);
}
