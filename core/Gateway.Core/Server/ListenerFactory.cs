using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Gateway.Core.Server;

/// <summary>
/// Gives a server its seat at a bound port, binding one where it is not given one, and <see cref="LendingEndPoint"/> a listener that never
/// accepts.
/// </summary>
/// <param name="backlog">Connections that may wait to be accepted.</param>
/// <param name="taken">The port of the server before, to be taken over; <see langword="null"/> to bind.</param>
/// <param name="beside">What else of this process listens on the port, at another address; or <see langword="null"/>.</param>
internal sealed class ListenerFactory(int backlog, ListeningSocket? taken, ListeningSocket? beside) : IConnectionListenerFactory
{
    /// <summary>The seat, once it is taken.</summary>
    public ListeningSocket.Seat? Seat { get; private set; }

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (endpoint is LendingEndPoint)
            return new SilentListener();
        var socket = taken ?? await ListeningSocket.BindAsync(endpoint, backlog, beside, cancellationToken).ConfigureAwait(false);
        return Seat = socket.Take();
    }

    private sealed class SilentListener : IConnectionListener
    {
        private readonly TaskCompletionSource<ConnectionContext?> _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EndPoint EndPoint => LendingEndPoint.Instance;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) => new(_unbound.Task.WaitAsync(cancellationToken));

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            _unbound.TrySetResult(null);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
