using System.Text;
using Gateway.Testing;

namespace Gateway.FrontDoor.Security;

/// <summary>An HTTP/2 client that writes its frames by hand, so that nothing is put right on the way.</summary>
internal sealed class Http2Frames : IDisposable
{
    public const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6, GoAway = 7, WindowUpdate = 8, Continuation = 9;
    public const byte EndStream = 1, EndHeaders = 4;

    private readonly RawConnection _connection;

    private Http2Frames(RawConnection connection) => _connection = connection;

    /// <summary>A connection behind its preface.</summary>
    public static async Task<Http2Frames> ConnectAsync(TestGateway gateway)
    {
        var connection = await gateway.ConnectAsync();
        await connection.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        var client = new Http2Frames(connection);
        await client.WriteAsync(Settings, 0, 0, []);
        return client;
    }

    /// <summary>Fields of a header block, all of them literal and without a table, whatever they hold.</summary>
    public static byte[] Block(params (string Name, string Value)[] fields)
    {
        var block = new List<byte>();
        foreach (var (name, value) in fields)
        {
            block.Add(0);
            Text(name);
            Text(value);
        }
        return [.. block];

        void Text(string text)
        {
            var bytes = Encoding.Latin1.GetBytes(text);
            // RFC 7541, 5.1: an integer with a prefix of seven bits.
            if (bytes.Length < 127)
            {
                block.Add((byte)bytes.Length);
            }
            else
            {
                block.Add(127);
                var rest = bytes.Length - 127;
                for (; rest >= 128; rest >>= 7)
                    block.Add((byte)((rest & 127) | 128));
                block.Add((byte)rest);
            }
            block.AddRange(bytes);
        }
    }

    public Task WriteAsync(byte type, byte flags, int stream, byte[] payload) => _connection.WriteAsync(Frame(type, flags, stream, payload));

    public Task WriteAsync(byte[] frames) => _connection.WriteAsync(frames);

    public static byte[] Frame(byte type, byte flags, int stream, byte[] payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, (byte)(stream >> 24), (byte)(stream >> 16), (byte)(stream >> 8), (byte)stream, .. payload];

    /// <summary>The first frame that decides about a request: a reset, the end of the connection or the head of an answer; 7 when the connection just ends.</summary>
    public async Task<(byte Type, string Payload)> ReadVerdictAsync()
    {
        try
        {
            while (true)
            {
                var head = await _connection.ReadExactlyAsync(9).WaitAsync(TimeSpan.FromSeconds(20));
                var payload = await _connection.ReadExactlyAsync((head[0] << 16) | (head[1] << 8) | head[2]);
                if ((byte)head[3] is Reset or GoAway or Headers)
                    return ((byte)head[3], payload);
            }
        }
        catch (IOException)
        {
            return (GoAway, "");
        }
    }

    /// <summary>Ends when the gateway has closed the connection.</summary>
    public Task ReadToEndAsync() => _connection.ReadToEndAsync(TimeSpan.FromSeconds(30));

    public void Dispose() => _connection.Dispose();
}
