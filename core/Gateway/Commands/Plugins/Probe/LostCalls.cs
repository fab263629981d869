using System.Diagnostics.Metrics;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>Counts the calls that the process of a plugin did not finish.</summary>
internal sealed class LostCalls : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _count;

    /// <summary>Begins to count.</summary>
    public LostCalls()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "gateway.sidecar.lost_calls")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _count, value));
        _listener.Start();
    }

    /// <summary>How many there were.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
