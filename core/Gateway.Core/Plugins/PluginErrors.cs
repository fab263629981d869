using System.Net.Sockets;
using System.Reflection;
using System.Runtime.Loader;

namespace Gateway.Core.Plugins;

/// <summary>Finds the words for what went wrong with a plugin's code.</summary>
internal static class PluginErrors
{
    /// <summary>An exception of a phase as a failure of the plugin, with the remedy that fits it.</summary>
    public static PluginLoadException Explain(FoundPlugin plugin, PluginPhase phase, Exception exception)
    {
        var cause = Cause(exception);
        if (cause is PluginLoadException known)
            return known;
        var (reason, remedy) = cause switch
        {
            PluginHashException hash => (hash.Message, "the file was changed or truncated after the build; build or install the plugin again"),
            FileNotFoundException or FileLoadException => (cause.Message, "build the plugin with its dependencies beside it: `dotnet build` with the SDK's targets, or `dotnet publish`"),
            BadImageFormatException => ($"not a .NET assembly for this machine ({System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture}): {cause.Message}", "build it for AnyCPU or for this architecture"),
            MissingMethodException or MissingFieldException or TypeLoadException or MissingMemberException => ($"it was built against another version of what it uses: {cause.Message}", $"build it against version {SharedAssemblies.SdkVersion} of the SDK"),
            _ when phase == PluginPhase.Start && IsRefusal(cause) => (cause.Message, ""),
            _ => ($"it threw {cause.GetType().Name}: {cause.Message}", "see its documentation, or ask its author; `gateway plugin test` shows the stack"),
        };
        return new PluginLoadException(plugin, phase, reason, remedy, cause);
    }

    // What a plugin has an exception of its own for, and what the system refuses it, is said to who operates the gateway, not to its author.
    private static bool IsRefusal(Exception cause) =>
        cause is IOException or UnauthorizedAccessException or SocketException
        || AssemblyLoadContext.GetLoadContext(cause.GetType().Assembly) != AssemblyLoadContext.Default;

    /// <summary>What is behind the runtime's wrappings.</summary>
    public static Exception Cause(Exception exception)
    {
        while (exception is TargetInvocationException or TypeInitializationException or AggregateException { InnerExceptions.Count: 1 }
            || (exception is FileLoadException or FileNotFoundException && exception.InnerException is FileNotFoundException or FileLoadException or PluginHashException))
        {
            if (exception.InnerException is not { } inner)
                break;
            exception = inner;
        }
        return exception;
    }
}
