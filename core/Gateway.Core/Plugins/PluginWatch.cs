using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Gateway.Core.Plugins;

/// <summary>
/// Watches over work that calls into plugins, so that one which never comes back is a sentence instead of a gateway that never starts.
/// The work has a thread of its own; a call that hangs keeps that thread, which ends with the process.
/// </summary>
internal sealed class PluginWatch
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    [ThreadStatic]
    private static PluginWatch? t_current;

    private volatile Call? _call;

    /// <summary>Runs work. Throws what it throws, and <see cref="PluginHangException"/> when a plugin holds it up for longer than the limit.</summary>
    public static T Run<T>(TimeSpan limit, Func<T> work)
    {
        var watch = new PluginWatch();
        var result = default(T);
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            t_current = watch;
            try
            {
                result = work();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        }) { IsBackground = true, Name = "configuration" };
        thread.Start();
        while (!thread.Join(s_look))
        {
            if (watch._call is { } call && Stopwatch.GetElapsedTime(call.Started) > limit)
                throw new PluginHangException(call.Owner, call.What, limit);
        }
        failure?.Throw();
        return result!;
    }

    /// <summary>Notes that a plugin is being called, until the result is disposed.</summary>
    public static Entry Enter(PluginOwner owner, string what)
    {
        if (t_current is { } watch && !owner.HasOwnLimits)
            watch._call = new(owner, what, Stopwatch.GetTimestamp());
        return default;
    }

    private sealed record Call(PluginOwner Owner, string What, long Started);

    /// <summary>A call in progress.</summary>
    public readonly struct Entry : IDisposable
    {
        public void Dispose()
        {
            if (t_current is { } watch)
                watch._call = null;
        }
    }
}

/// <summary>A plugin does not come back.</summary>
internal sealed class PluginHangException(PluginOwner owner, string what, TimeSpan limit)
    : Exception($"plugin {owner.Id} ({owner.Folder}): {what}: it did not come back within {limit.TotalSeconds:0.#} s; look for waits and static constructors in it, or run it as a sidecar, which can be stopped")
{
    public PluginOwner Owner { get; } = owner;
}
