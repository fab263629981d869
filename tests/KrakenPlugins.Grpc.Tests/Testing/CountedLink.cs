using System.Net.Sockets;

namespace KrakenPlugins.Grpc.Tests.Testing;

/// <summary>Connections to a Unix socket that count what comes back.</summary>
internal sealed class CountedLink(string socket) : IDisposable
{
    private readonly List<CountedStream> _streams = [];

    public long BytesRead => _streams.Sum(static stream => stream.Count);

    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
        var stream = new CountedStream(connection);
        _streams.Add(stream);
        return stream;
    }

    public void Dispose() => _streams.ForEach(static stream => stream.Dispose());

    private sealed class CountedStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            Interlocked.Add(ref _count, count);
            return count;
        }
    }
}
