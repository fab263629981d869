using System.Diagnostics.Tracing;

namespace KrakenPlugins.Sdk.Data;

/// <summary>
/// Tells who listens (a trace, a test) which buffers are borrowed and which come back, so that one that never does can be found.
/// </summary>
[EventSource(Name = "KrakenPlugins-BufferPool")]
internal sealed class BufferPoolEvents : EventSource
{
    private BufferPoolEvents() { }

    public static BufferPoolEvents Log { get; } = new();

    /// <summary>An array was borrowed.</summary>
    /// <param name="buffer">Identity of the array.</param>
    /// <param name="bytes">Its size in bytes.</param>
    [Event(1, Level = EventLevel.Verbose)]
    public void Rented(int buffer, int bytes) => WriteEvent(1, buffer, bytes);

    /// <summary>An array came back.</summary>
    /// <param name="buffer">Identity of the array.</param>
    /// <param name="bytes">Its size in bytes.</param>
    [Event(2, Level = EventLevel.Verbose)]
    public void Returned(int buffer, int bytes) => WriteEvent(2, buffer, bytes);
}
