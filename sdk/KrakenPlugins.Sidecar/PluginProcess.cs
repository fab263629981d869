using System.Runtime.InteropServices;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sidecar.Hosting;
using KrakenPlugins.Sidecar.Places;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Sidecar;

/// <summary>
/// Runs a plugin in a process of its own, which a gateway starts: the class that is written for loading into the gateway, over the sidecar protocol.
/// Source: docs/plugins/sidecar-protocol.md; GRP-200 to GRP-219.
/// </summary>
public static class PluginProcess
{
    /// <summary>Exit status of a program that no gateway started.</summary>
    public const int NotStartedByGateway = 3;

    internal static readonly TimeSpan DefaultGrace = TimeSpan.FromSeconds(30);

    private const int Failure = 1;

    /// <summary>
    /// Serves until the gateway wants the process to end; as the only statement of a program it is all that a sidecar needs. Further instances of the
    /// plugin, one for each configuration, are made with its public constructor without parameters; without one the given instance serves all.
    /// </summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="options">Who it is; by default what <c>plugin.json</c> beside the program says.</param>
    /// <returns>The exit status, which is set for the process too.</returns>
    public static Task<int> RunAsync(GatewayPlugin plugin, PluginProcessOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(plugin);
        return RunAsync(new PluginSource(plugin, ConstructorOf(plugin.GetType())), options ?? new PluginProcessOptions());
    }

    /// <summary>Serves until the gateway wants the process to end.</summary>
    /// <param name="create">Makes the instance of one more configuration.</param>
    /// <param name="options">Who the plugin is.</param>
    /// <returns>The exit status, which is set for the process too.</returns>
    public static Task<int> RunAsync(Func<GatewayPlugin> create, PluginProcessOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        return RunAsync(new PluginSource(create(), create), options ?? new PluginProcessOptions());
    }

    private static async Task<int> RunAsync(PluginSource source, PluginProcessOptions options)
    {
        var input = Console.OpenStandardInput();
        if ((Console.IsInputRedirected ? Greeting.Read(input) : null) is not { } greeting)
        {
            await Console.Error.WriteLineAsync(Greeting.Refusal).ConfigureAwait(false);
            return Environment.ExitCode = NotStartedByGateway;
        }
        using var log = new ProcessLog(Console.OpenStandardError());
        try
        {
            await ServeAsync(source, PluginIdentity.Of(options), greeting, input, log).ConfigureAwait(false);
            return Environment.ExitCode = 0;
        }
        catch (Exception exception) when (exception is PluginProcessException or IOException)
        {
            log.Write(LogLevel.Critical, exception.Message);
            return Environment.ExitCode = Failure;
        }
    }

    private static async Task ServeAsync(PluginSource source, PluginIdentity identity, Greeting greeting, Stream input, ProcessLog log)
    {
        var service = new PluginService(source, identity, log);
        await using var host = new SidecarHost(greeting, service, log);
        using var signal = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            _ = service.DrainAsync(DefaultGrace, "SIGTERM");
        });
        await host.StartAsync().ConfigureAwait(false);
        WatchGateway(input);
        await service.Ended.ConfigureAwait(false);
    }

    // The gateway holds the other end for as long as it lives, however it dies.
    private static void WatchGateway(Stream input) => new Thread(() =>
    {
        var rest = new byte[256];
        try
        {
            while (input.Read(rest) > 0)
            {
                // Nothing is said after the greeting.
            }
        }
        catch (IOException)
        {
            // As good as its end.
        }
        Environment.Exit(0);
    }) { IsBackground = true, Name = "gateway watch" }.Start();

    private static Func<GatewayPlugin>? ConstructorOf(Type type) =>
        type.GetConstructor(Type.EmptyTypes) is null ? null : () => (GatewayPlugin)Activator.CreateInstance(type)!;
}
