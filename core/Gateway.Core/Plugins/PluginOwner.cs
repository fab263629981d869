using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.Loader;
using Gateway.Core.Diagnostics;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Core.Plugins;

/// <summary>
/// Whose a component is. Counts the faults of the plugin's code and logs them, once a second at most, so that a plugin which fails under
/// load fills no disk.
/// </summary>
/// <param name="id">Id of the plugin.</param>
/// <param name="folder">Its folder.</param>
/// <param name="context">Where its code lives, or <see langword="null"/> for code of the gateway.</param>
/// <param name="logger">Application log.</param>
internal sealed partial class PluginOwner(string id, string folder, AssemblyLoadContext? context = null, ILogger? logger = null)
{
    private static readonly Counter<long> s_faults =
        Telemetry.Meter.CreateCounter<long>("gateway.plugin.faults", "{fault}", "Exceptions that left the code of a plugin");

    private readonly ILogger _logger = logger ?? NullLogger.Instance;
    private readonly WeakReference<AssemblyLoadContext>? _context = context is null ? null : new(context);
    private long _lastLogged;
    private long _silent;

    /// <summary>Components that no plugin declared.</summary>
    public static PluginOwner Core { get; } = new("core", "");

    /// <summary>Id of the plugin.</summary>
    public string Id { get; } = id;

    /// <summary>Its folder.</summary>
    public string Folder { get; } = folder;

    /// <summary>Whether what it makes needs a guard.</summary>
    public bool IsPlugin => _context is not null;

    /// <summary>Whether what is called of it keeps time limits by itself, so that nobody has to watch over them.</summary>
    public bool HasOwnLimits { get; init; }

    /// <summary>Where the code of this build lives; <see langword="null"/> for code of the gateway, or once it was unloaded.</summary>
    public AssemblyLoadContext? Build => _context is not null && _context.TryGetTarget(out var build) ? build : null;

    /// <summary>Exceptions that left its code so far.</summary>
    public long Faults { get; private set; }

    /// <summary>
    /// Whether an exception that came out of a component is the plugin's own: not the end of a call, not a broken request, and thrown by or
    /// below its code rather than by what it called next.
    /// </summary>
    public bool IsToBlame(Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
            return false;
        if (ClientFault.StatusOf(exception) > 0)
            return false;
        foreach (var frame in new StackTrace(exception).GetFrames())
        {
            if (frame.GetMethod()?.Module.Assembly is not { } assembly)
                continue;
            var name = assembly.GetName().Name!;
            if (SharedAssemblies.IsFramework(name) || name == SharedAssemblies.SdkName)
                continue;
            return AssemblyLoadContext.GetLoadContext(assembly) is { } thrower && _context is not null && _context.TryGetTarget(out var own) && ReferenceEquals(thrower, own);
        }
        return true;
    }

    /// <summary>Counts and logs a fault, and gives the failure that stands for it: 500 (EXT-036, EXT-059).</summary>
    /// <param name="exception">What it threw.</param>
    /// <param name="component">Namespace or name of the component.</param>
    public GatewayError Fail(Exception exception, string component)
    {
        Note(exception, component);
        return new GatewayError(GatewayErrorKind.Internal, $"plugin {Id} failed in {component}");
    }

    /// <summary>Counts and logs a fault.</summary>
    public void Note(Exception exception, string component)
    {
        s_faults.Add(1, new KeyValuePair<string, object?>("plugin", Id), new KeyValuePair<string, object?>("component", component));
        var now = Stopwatch.GetTimestamp();
        long silent;
        lock (s_faults)
        {
            Faults++;
            if (_lastLogged != 0 && Stopwatch.GetElapsedTime(_lastLogged, now) < TimeSpan.FromSeconds(1))
            {
                _silent++;
                return;
            }
            _lastLogged = now;
            silent = _silent;
            _silent = 0;
        }
        Log.Failed(_logger, Id, component, silent, exception);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[PLUGIN: {Plugin}] {Component} failed ({Silent} further faults since the last line)")]
        public static partial void Failed(ILogger logger, string plugin, string component, long silent, Exception exception);
    }
}
