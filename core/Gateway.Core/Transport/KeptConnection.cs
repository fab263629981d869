namespace Gateway.Core.Transport;

/// <summary>A connection between two calls of one affinity; it goes back to its pool when it is not taken up again.</summary>
internal sealed class KeptConnection(Http1Connection connection, ConnectionPool pool) : IDisposable
{
    public ConnectionPool Pool => pool;

    /// <summary>The connection, ready to be written to, or <see langword="null"/> when the backend has ended it.</summary>
    public Http1Connection? Resume() => connection.TryPrepare() ? connection : null;

    public void Dispose() => pool.Return(connection);
}
