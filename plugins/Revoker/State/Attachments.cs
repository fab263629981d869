using System.Diagnostics.CodeAnalysis;

namespace KrakenPlugins.Revoker.State;

/// <summary>
/// The configurations that something which outlives reloads works for: the last one that came has it, and when it goes again (its load was given up) the
/// one before.
/// </summary>
internal sealed class Attachments<T> where T : class
{
    private readonly object _gate = new();
    private readonly List<T> _all = [];

    /// <summary>Attaches a configuration.</summary>
    public void Add(T value)
    {
        lock (_gate)
            _all.Add(value);
    }

    /// <summary>Detaches one; <see langword="true"/> when there was one.</summary>
    public bool Remove(T value)
    {
        lock (_gate)
            return _all.Remove(value);
    }

    /// <summary>The one that counts.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value)
    {
        lock (_gate)
        {
            value = _all.Count > 0 ? _all[^1] : null;
            return value is not null;
        }
    }
}
