using System.Runtime.InteropServices;

namespace Gateway.FaultySidecar;

/// <summary>Ends that no handler softens.</summary>
internal static partial class Native
{
    public const int Kill = 9;
    public const int Stop = 19;

    /// <summary>Ends the process at once; nothing of it runs any more.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void Exit(int status);

    /// <summary>Sends this process a signal.</summary>
    public static void Raise(int signal) => _ = Send(Environment.ProcessId, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
