using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Gateway.Commands;

/// <summary>
/// The signals of the process as a queue: from here on none of them ends the process by itself. Which signal it is for is decided
/// by whoever reads.
/// </summary>
internal sealed class Signals : IDisposable
{
    private readonly Channel<PosixSignal> _queue = Channel.CreateUnbounded<PosixSignal>();
    private readonly PosixSignalRegistration[] _registrations;

    public Signals()
    {
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Enqueue),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Enqueue),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Enqueue),
        ];
    }

    /// <summary>The next signal.</summary>
    public ValueTask<PosixSignal> NextAsync() => _queue.Reader.ReadAsync();

    /// <summary>Waits for SIGINT or SIGTERM and passes over others.</summary>
    public async Task<PosixSignal> NextEndAsync()
    {
        while (true)
        {
            var signal = await NextAsync().ConfigureAwait(false);
            if (signal is PosixSignal.SIGINT or PosixSignal.SIGTERM)
                return signal;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }

    private void Enqueue(PosixSignalContext context)
    {
        context.Cancel = true;
        _queue.Writer.TryWrite(context.Signal);
    }
}
