using System.Globalization;
using System.Runtime.InteropServices;

namespace Gateway.Commands.Watch;

/// <summary>
/// Ends a wrapped command of this program when its watcher is gone without having said goodbye (SIGKILL): nobody would end it, and it
/// would keep the port.
/// </summary>
internal static partial class OrphanGuard
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);
    private static Timer? s_timer;

    /// <summary>Name of the variable with the watcher's process id.</summary>
    public const string Variable = "GATEWAY_WATCHER";

    /// <summary>Starts to look after the watcher, if this process is its child and not a child of that.</summary>
    public static void Start()
    {
        if (OperatingSystem.IsWindows()
            || !int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var watcher)
            || GetParent() != watcher)
            return;
        s_timer = new Timer(_ =>
        {
            if (GetParent() != watcher)
                Environment.Exit(143);
        }, null, s_interval, s_interval);
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int GetParent();
}
