using System.Text;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>
/// The idle connections to one authority for one set of client options, last in first out. Connections in use are not counted
/// (RTE-334).
/// </summary>
internal sealed class ConnectionPool
{
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromMinutes(5);
    private readonly Lock _lock = new();
    private Http1Connection?[] _idle = new Http1Connection?[4];
    private int _count;
    private long _lastUsed;

    /// <param name="owner">The set that it belongs to.</param>
    /// <param name="host">The authority.</param>
    /// <param name="isReserved">Whether its connections serve the calls of one affinity, which end them by themselves.</param>
    public ConnectionPool(PoolSet owner, BackendHost host, bool isReserved = false)
    {
        Owner = owner;
        Host = host.Host;
        Port = host.Port;
        IsSecure = host.IsSecure;
        Proxy = owner.ProxyFor(host);
        Peer = Dialer.FormatAddress(Host, Port);
        IsCallable = HostParser.TrySplitAuthority(host.Authority, Port, out _, out _);
        HostHeader = Encoding.ASCII.GetBytes($"Host: {host.Authority}\r\n");
        FixedHeaders = Encoding.ASCII.GetBytes(CreateFixedHeaders(isReserved));
        TargetPrefix = Proxy is not null && !IsSecure ? Encoding.ASCII.GetBytes($"http://{host.Authority}") : [];
        _lastUsed = owner.Transport.Time.GetTimestamp();
    }

    public PoolSet Owner { get; }

    public string Host { get; }

    public int Port { get; }

    public bool IsSecure { get; }

    public OutgoingProxy? Proxy { get; }

    /// <summary>Whether the authority may stand in a header: hosts may also come from discovery or from a request.</summary>
    public bool IsCallable { get; }

    /// <summary>Host and port for messages.</summary>
    public string Peer { get; }

    /// <summary>The <c>Host</c> line of calls that say no other.</summary>
    public byte[] HostHeader { get; }

    /// <summary>Header lines that are the same on every call: those about the connection and what goes to a proxy.</summary>
    public byte[] FixedHeaders { get; }

    /// <summary>What comes before the target: nothing, or scheme and authority for a plain call through a proxy.</summary>
    public byte[] TargetPrefix { get; }

    /// <summary>Whether the pool was forgotten; its connections are closed when they come back.</summary>
    public bool IsRetired { get; private set; }

    public int IdleCount => _count;

    /// <summary>An idle connection that is ready to be written to, or <see langword="null"/>.</summary>
    public Http1Connection? Take()
    {
        _lastUsed = Owner.Transport.Time.GetTimestamp();
        while (Pop() is { } connection)
        {
            if (IsExpired(connection))
                connection.Close();
            else if (connection.TryPrepare())
                return connection;
        }
        return null;
    }

    /// <summary>A new connection; throws <see cref="TransportException"/> when there is none to be had.</summary>
    public ValueTask<Http1Connection> ConnectAsync(CancellationToken cancellationToken) => Connector.ConnectAsync(this, cancellationToken);

    /// <summary>Takes a connection back, or closes it where the limits say so.</summary>
    public void Return(Http1Connection connection)
    {
        if (!TryPush(connection))
            connection.Close();
        else
            Owner.Transport.OnIdleAdded();
    }

    /// <summary>Closes idle connections that are too old or that the backend has closed.</summary>
    public void Sweep(TimeSpan settled)
    {
        List<Http1Connection>? closed = null;
        lock (_lock)
        {
            var kept = 0;
            for (var i = 0; i < _count; i++)
            {
                var connection = _idle[i]!;
                var isSettled = Owner.Transport.Time.GetElapsedTime(connection.IdleSince) >= settled;
                if (IsExpired(connection) || (isSettled && connection.IsIdleBroken()))
                    (closed ??= []).Add(connection);
                else
                    _idle[kept++] = connection;
            }
            _idle.AsSpan(kept, _count - kept).Clear();
            _count = kept;
        }
        CloseAll(closed);
    }

    /// <summary>Retires the pool when nobody has used it for a while and nothing lies in it.</summary>
    public bool TryRetire(TimeSpan unused)
    {
        lock (_lock)
        {
            if (_count > 0 || Owner.Transport.Time.GetElapsedTime(_lastUsed) < unused)
                return false;
            IsRetired = true;
            return true;
        }
    }

    /// <summary>Retires the pool and closes what lies in it.</summary>
    public void Close()
    {
        List<Http1Connection> closed = [];
        lock (_lock)
        {
            IsRetired = true;
            foreach (var connection in _idle.AsSpan(0, _count))
                closed.Add(connection!);
            _idle.AsSpan(0, _count).Clear();
            _count = 0;
        }
        CloseAll(closed);
    }

    /// <summary>When the connection that has been idle longest came back, or <see langword="null"/>.</summary>
    public long? OldestIdleSince()
    {
        lock (_lock)
            return _count == 0 ? null : _idle[0]!.IdleSince;
    }

    /// <summary>Closes the connection that has been idle longest.</summary>
    public bool CloseOldest()
    {
        Http1Connection oldest;
        lock (_lock)
        {
            if (_count == 0)
                return false;
            oldest = _idle[0]!;
            _idle.AsSpan(1, _count - 1).CopyTo(_idle);
            _idle[--_count] = null;
        }
        CloseAll([oldest]);
        return true;
    }

    private Http1Connection? Pop()
    {
        Http1Connection connection;
        lock (_lock)
        {
            if (_count == 0)
                return null;
            connection = _idle[--_count]!;
            _idle[_count] = null;
        }
        Owner.Transport.OnIdleRemoved(1);
        return connection;
    }

    private bool TryPush(Http1Connection connection)
    {
        var transport = Owner.Transport;
        if (transport.Config.DisableKeepAlives || connection.IsOlderThan(MaxLifetime))
            return false;
        connection.IdleSince = transport.Time.GetTimestamp();
        lock (_lock)
        {
            if (IsRetired || _count >= transport.MaxIdlePerHost)
                return false;
            if (_count == _idle.Length)
                Array.Resize(ref _idle, _count * 2);
            _idle[_count++] = connection;
            return true;
        }
    }

    private bool IsExpired(Http1Connection connection)
    {
        var transport = Owner.Transport;
        var timeout = transport.Config.IdleConnectionTimeout;
        return connection.IsOlderThan(MaxLifetime)
            || (timeout > TimeSpan.Zero && transport.Time.GetElapsedTime(connection.IdleSince) >= timeout);
    }

    private void CloseAll(List<Http1Connection>? connections)
    {
        if (connections is null)
            return;
        Owner.Transport.OnIdleRemoved(connections.Count);
        foreach (var connection in connections)
            connection.Close();
    }

    private string CreateFixedHeaders(bool isReserved)
    {
        var lines = new StringBuilder();
        if (Owner.Transport.Config.DisableKeepAlives && !isReserved)
            lines.Append("Connection: close\r\n");
        if (Proxy?.Authorization is { } authorization && !IsSecure)
            lines.Append("Proxy-Authorization: ").Append(authorization).Append("\r\n");
        return lines.ToString();
    }
}
