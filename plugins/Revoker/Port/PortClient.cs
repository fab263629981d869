using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KrakenPlugins.Revoker.Filters;

namespace KrakenPlugins.Revoker.Port;

/// <summary>A connection to the port of a gateway. Everything throws <see cref="PortException"/>, <see cref="IOException"/> or <see cref="OperationCanceledException"/> when it fails. Not thread-safe.</summary>
internal sealed class PortClient : IAsyncDisposable
{
    private static readonly TimeSpan s_connectTime = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _large = new(1);
    private readonly PortStream _stream;

    private PortClient(Socket socket, TimeProvider time, CancellationToken cancellationToken) =>
        _stream = new PortStream(new NetworkStream(socket, ownsSocket: true), time, _large, cancellationToken);

    /// <summary>Connects, and shows the key when it is asked for.</summary>
    /// <param name="address">The port.</param>
    /// <param name="key">The key.</param>
    /// <param name="time">Clock of the limits.</param>
    /// <param name="cancellationToken">Ends the connection.</param>
    public static async Task<PortClient> ConnectAsync(IPEndPoint address, byte[] key, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        PortClient? client = null;
        try
        {
            using var late = new CancellationTokenSource(s_connectTime, time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
            await socket.ConnectAsync(address, limit.Token).ConfigureAwait(false);
            client = new PortClient(socket, time, cancellationToken);
            await client.GreetAsync(key).ConfigureAwait(false);
            return client;
        }
        catch
        {
            socket.Dispose();
            if (client is not null)
                await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks whether the gateway has these settings.</summary>
    public async Task CompareAsync(FilterSettings settings) => await CallAsync(PortOperation.Settings, new PortSettings(settings).ToJson()).ConfigureAwait(false);

    /// <summary>Adds elements.</summary>
    public async Task AddAsync(IReadOnlyList<byte[]> elements)
    {
        foreach (var payload in Payloads(elements))
            await CallAsync(PortOperation.Add, payload).ConfigureAwait(false);
    }

    /// <summary>Looks one element up.</summary>
    public async Task<bool> CheckAsync(byte[] element)
    {
        var answer = await CallAsync(PortOperation.Check, Payloads([element]).First()).ConfigureAwait(false);
        return answer.Length == 1 ? answer[0] == 1 : throw new PortException("an answer of another length");
    }

    /// <summary>Adds everything that a filter holds, and has the gateway put its rotations in step.</summary>
    public async Task UniteAsync(RotatingFilter filter)
    {
        _stream.Allow(PortStream.ContentTime);
        await _stream.WriteAsync(PortProtocol.Frame((byte)PortOperation.Union, new PortSettings(filter.Settings, filter.Age, IsLeader: true).ToJson())).ConfigureAwait(false);
        var content = new ChunkStream(_stream);
        await FilterContent.WriteAsync(filter.Filters, content, CancellationToken.None).ConfigureAwait(false);
        await content.EndAsync().ConfigureAwait(false);
        await AnswerAsync().ConfigureAwait(false);
    }

    /// <summary>Adds everything that the gateway holds to a filter, which puts its rotations in step.</summary>
    public async Task FetchAsync(RotatingFilter filter)
    {
        _stream.Allow(PortStream.ContentTime);
        await _stream.WriteAsync(PortProtocol.Frame((byte)PortOperation.Fetch, [])).ConfigureAwait(false);
        var settings = PortSettings.Parse(await AnswerAsync().ConfigureAwait(false));
        if (settings.Filter != filter.Settings)
            throw new PortException($"other settings: {settings.Filter}");
        var content = new ChunkStream(_stream);
        await FilterContent.MergeAsync(content, filter.Filters, CancellationToken.None).ConfigureAwait(false);
        await content.SkipAsync().ConfigureAwait(false);
        filter.NoteChange();
        filter.Follow(settings.Age);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        _large.Dispose();
    }

    private async Task GreetAsync(byte[] key)
    {
        await _stream.WriteAsync(PortProtocol.Preamble).ConfigureAwait(false);
        var greeting = new byte[PortProtocol.GreetingLength];
        await _stream.ReadAsync(greeting).ConfigureAwait(false);
        if (!greeting.AsSpan(0, PortProtocol.Preamble.Length).SequenceEqual(PortProtocol.Preamble))
            throw new PortException("the other side does not speak version 1 of the protocol");
        if ((greeting[PortProtocol.Preamble.Length] & PortProtocol.KeyFlag) != 0)
            await CallAsync(PortOperation.Key, PortProtocol.Proof(key, greeting.AsSpan(PortProtocol.Preamble.Length + 1))).ConfigureAwait(false);
    }

    private async Task<byte[]> CallAsync(PortOperation operation, byte[] payload)
    {
        _stream.Allow(PortStream.MessageTime);
        await _stream.WriteAsync(PortProtocol.Frame((byte)operation, payload)).ConfigureAwait(false);
        return await AnswerAsync().ConfigureAwait(false);
    }

    private async Task<byte[]> AnswerAsync()
    {
        var status = (PortStatus)await _stream.ReadByteAsync().ConfigureAwait(false);
        var length = await _stream.ReadUInt32Async().ConfigureAwait(false);
        if (length > PortProtocol.MostShortPayload)
            throw new PortException($"an answer of {length} bytes");
        var payload = await _stream.ReadMessageAsync((int)length).ConfigureAwait(false);
        return status == PortStatus.Done ? payload : throw new PortException(Encoding.UTF8.GetString(payload));
    }

    // As many elements in one payload as it takes.
    private static IEnumerable<byte[]> Payloads(IReadOnlyList<byte[]> elements)
    {
        var payload = new MemoryStream();
        var length = new byte[2];
        foreach (var element in elements)
        {
            if (payload.Length + 2 + element.Length > PortProtocol.MostPayload)
            {
                yield return payload.ToArray();
                payload = new MemoryStream();
            }
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)element.Length);
            payload.Write(length);
            payload.Write(element);
        }
        if (payload.Length > 0)
            yield return payload.ToArray();
    }
}
