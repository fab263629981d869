using Gateway.Core.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>What lives as long as one configuration: services, what components own, the token of its end.</summary>
/// <param name="logger">Where faults of plugins at the end are told: nobody else could hear of them.</param>
/// <param name="time">Clock of the limit.</param>
/// <param name="plugins">The plugins themselves, which end after everything that they made.</param>
/// <param name="last">State that the configuration before leaves.</param>
internal sealed partial class GenerationScope(ILogger logger, TimeProvider time, PluginSet? plugins = null, CarriedState? last = null) : IAsyncDisposable
{
    /// <summary>How long the disposal of one component may take; what takes longer is left to itself.</summary>
    private static readonly TimeSpan DisposalLimit = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Type, object> _services = [];
    private readonly List<object> _kept = [];
    private readonly HashSet<object> _known = new(ReferenceEqualityComparer.Instance);
    private readonly CancellationTokenSource _stopping = new();
    private int _isDisposed;

    /// <summary>State that outlives a reload.</summary>
    public CarriedState Carried { get; } = new(last);

    /// <summary>Fires when the configuration is replaced or the gateway stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>
    /// Tells those who listen that the configuration ends: they see it at once, and what they do about it runs beside the caller. Fails with
    /// what they throw. Idempotent.
    /// </summary>
    public Task StopAsync() => _stopping.CancelAsync();

    /// <summary>Disposes a component with the configuration, if it can be disposed; one that several places share once.</summary>
    public void Keep(object component)
    {
        if (component is IDisposable or IAsyncDisposable && !Carried.Holds(component) && _known.Add(component))
            _kept.Add(component);
    }

    /// <summary>Offers a service; <see langword="false"/> when its type is taken.</summary>
    public bool TryProvide(Type type, object service) => _services.TryAdd(type, service);

    /// <summary>The service of a type, or <see langword="null"/>.</summary>
    public T? Service<T>() where T : class => (T?)_services.GetValueOrDefault(typeof(T));

    /// <summary>Disposes what was kept, last first; what fails or hangs is logged and does not keep the rest from its turn.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
            return;
        await EndAsync(StopAsync(), "a callback on the end of the configuration", DisposalLimit).ConfigureAwait(false);
        for (var i = _kept.Count - 1; i >= 0; i--)
            await EndAsync(_kept[i]).ConfigureAwait(false);
        foreach (var state in Carried.Release())
            await EndAsync(state).ConfigureAwait(false);
        _kept.Clear();
        _known.Clear();
        _services.Clear();
        // They have limits of their own.
        if (plugins is not null)
            await EndAsync(plugins.DisposeAsync().AsTask(), "a plugin", Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        // Not disposed: a plugin may still look at the token of its context.
    }

    // On a thread of its own: it may block where it should wait.
    private Task EndAsync(object component) =>
        component is IDisposable or IAsyncDisposable ? EndAsync(Task.Run(() => DisposeAsync(component)), component.GetType().FullName!, DisposalLimit) : Task.CompletedTask;

    private static async Task DisposeAsync(object component)
    {
        if (component is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync().ConfigureAwait(false);
        else
            ((IDisposable)component).Dispose();
    }

    private async Task EndAsync(Task end, string what, TimeSpan limit)
    {
        try
        {
            await end.WaitAsync(limit, time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!end.IsCompleted)
        {
            Log.Hangs(logger, what, limit.TotalSeconds);
            _ = end.ContinueWith(late => Log.Failed(logger, what, late.Exception), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
        catch (Exception exception)
        {
            Log.Failed(logger, what, exception);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Plugins] {Component} failed at the end of its configuration")]
        public static partial void Failed(ILogger logger, string component, Exception? exception);

        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Plugins] {Component} has not ended {Seconds} s after its configuration; it is left to itself")]
        public static partial void Hangs(ILogger logger, string component, double seconds);
    }
}
