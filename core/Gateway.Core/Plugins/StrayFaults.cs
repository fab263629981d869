using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.Loader;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Core.Plugins;

/// <summary>
/// Exceptions on threads and in tasks that plugins started themselves: logged with the plugin's name instead of ending the process.
/// Whatever the gateway's own code lets escape ends it as ever.
/// </summary>
public static partial class StrayFaults
{
    private static ILogger s_logger = NullLogger.Instance;
    private static int s_isInstalled;

    /// <summary>Contains them from now on; later calls only replace the log. Holds for the process.</summary>
    public static void Contain(ILogger logger)
    {
        Volatile.Write(ref s_logger, logger);
        if (Interlocked.Exchange(ref s_isInstalled, 1) != 0)
            return;
        ExceptionHandling.SetUnhandledExceptionHandler(static exception => IsPlugins(exception, "a thread"));
        TaskScheduler.UnobservedTaskException += static (_, e) =>
        {
            if (IsPlugins(e.Exception.InnerException ?? e.Exception, "a task that nobody waits for"))
                e.SetObserved();
        };
    }

    /// <summary>Logs an exception that a plugin's code let escape; <see langword="false"/> when no plugin's code is on its stack.</summary>
    private static bool IsPlugins(Exception exception, string place)
    {
        foreach (var frame in new StackTrace(exception).GetFrames())
        {
            if (frame.GetMethod()?.Module.Assembly is { } assembly && AssemblyLoadContext.GetLoadContext(assembly) is PluginLoadContext context)
            {
                Log.Escaped(Volatile.Read(ref s_logger), context.PluginId, place, exception);
                return true;
            }
        }
        return false;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[PLUGIN: {Plugin}] an exception ended {Place} that the plugin started")]
        public static partial void Escaped(ILogger logger, string plugin, string place, Exception exception);
    }
}
