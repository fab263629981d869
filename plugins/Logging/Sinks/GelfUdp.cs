using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace KrakenPlugins.Logging.Sinks;

/// <summary>GELF over UDP: gzip, one datagram or chunks (OBS-043). Whether somebody listens is never known.</summary>
internal sealed class GelfUdp : IDelivery
{
    private const int LongestDatagram = 1420;
    private const int ChunkHeader = 12;
    private const int ChunkData = 1408;
    private const int MostChunks = 128;

    private readonly Socket _socket;
    private readonly IPEndPoint _collector;
    private readonly byte[] _datagram = new byte[ChunkHeader + ChunkData];

    public GelfUdp(IPEndPoint collector)
    {
        _collector = collector;
        _socket = new Socket(collector.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> TrySendAsync(byte[] record, CancellationToken cancellationToken)
    {
        var message = Compress(record);
        try
        {
            if (message.Length <= LongestDatagram)
            {
                await _socket.SendToAsync(message, SocketFlags.None, _collector, cancellationToken).ConfigureAwait(false);
                return true;
            }
            return await TrySendChunksAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private async ValueTask<bool> TrySendChunksAsync(Memory<byte> message, CancellationToken cancellationToken)
    {
        var count = (message.Length + ChunkData - 1) / ChunkData;
        if (count > MostChunks)
            return false;
        _datagram[0] = 0x1e;
        _datagram[1] = 0x0f;
        RandomNumberGenerator.Fill(_datagram.AsSpan(2, 8));
        _datagram[11] = (byte)count;
        for (var i = 0; i < count; i++)
        {
            var data = message[(i * ChunkData)..Math.Min(message.Length, (i + 1) * ChunkData)];
            _datagram[10] = (byte)i;
            data.CopyTo(_datagram.AsMemory(ChunkHeader));
            await _socket.SendToAsync(_datagram.AsMemory(0, ChunkHeader + data.Length), SocketFlags.None, _collector, cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    private static Memory<byte> Compress(byte[] record)
    {
        var packed = new MemoryStream(record.Length / 2 + 64);
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(record);
        return packed.GetBuffer().AsMemory(0, (int)packed.Length);
    }
}
