namespace KrakenPlugins.Jose;

/// <summary>
/// Platform keys for concurrent use: an instance of the platform's classes serves one thread at a time, and importing a key costs as much
/// as verifying a signature. The one created first is the one used most.
/// </summary>
/// <param name="create">Imports the key.</param>
internal sealed class KeyPool<T>(Func<T> create) where T : class, IDisposable
{
    private readonly T?[] _others = new T?[2 * Environment.ProcessorCount];
    private T? _first = create();

    public T Rent()
    {
        var key = _first;
        if (key is not null && Interlocked.CompareExchange(ref _first, null, key) == key)
            return key;
        for (var i = 0; i < _others.Length; i++)
        {
            key = _others[i];
            if (key is not null && Interlocked.CompareExchange(ref _others[i], null, key) == key)
                return key;
        }
        return create();
    }

    public void Return(T key)
    {
        if (Interlocked.CompareExchange(ref _first, key, null) is null)
            return;
        for (var i = 0; i < _others.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _others[i], key, null) is null)
                return;
        }
        key.Dispose();
    }
}
