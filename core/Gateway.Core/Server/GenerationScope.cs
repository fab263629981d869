namespace Gateway.Core.Server;

/// <summary>What lives as long as one configuration: services, what components own, the token of its end.</summary>
internal sealed class GenerationScope : IAsyncDisposable
{
    private readonly Dictionary<Type, object> _services = [];
    private readonly List<object> _kept = [];
    private readonly CancellationTokenSource _stopping = new();
    private bool _isDisposed;

    /// <summary>Fires when the configuration is replaced or the gateway stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>
    /// Tells those who listen that the configuration ends: they see it at once, and what they do about it runs beside the caller. Fails with
    /// what they throw. Idempotent.
    /// </summary>
    public Task StopAsync() => _stopping.CancelAsync();

    /// <summary>Disposes a component with the configuration, if it can be disposed.</summary>
    public void Keep(object component)
    {
        if (component is IDisposable or IAsyncDisposable)
            _kept.Add(component);
    }

    /// <summary>Offers a service; <see langword="false"/> when its type is taken.</summary>
    public bool TryProvide(Type type, object service) => _services.TryAdd(type, service);

    /// <summary>The service of a type, or <see langword="null"/>.</summary>
    public T? Service<T>() where T : class => (T?)_services.GetValueOrDefault(typeof(T));

    /// <summary>Disposes what was kept, last first, each whatever the others throw; throws all of that together.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        List<Exception>? faults = null;
        for (var i = _kept.Count - 1; i >= 0; i--)
        {
            try
            {
                if (_kept[i] is IAsyncDisposable asynchronous)
                    await asynchronous.DisposeAsync().ConfigureAwait(false);
                else
                    ((IDisposable)_kept[i]).Dispose();
            }
            catch (Exception exception)
            {
                (faults ??= []).Add(exception);
            }
        }
        _kept.Clear();
        _services.Clear();
        _stopping.Dispose();
        if (faults is not null)
            throw new AggregateException(faults);
    }
}
