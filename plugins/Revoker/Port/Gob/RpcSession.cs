using KrakenPlugins.Revoker.Filters;

namespace KrakenPlugins.Revoker.Port.Gob;

/// <summary>
/// A connection that speaks the original's protocol (AUT-073): requests of Go's net/rpc in gob, service <c>BloomfilterRPC</c>, methods <c>Add</c>,
/// <c>Check</c> and <c>Union</c>. A request is two values, <c>{ServiceMethod, Seq}</c> and the arguments; so is an answer, <c>{ServiceMethod, Seq, Error}</c>
/// and the result. Each message has its length in front, and types are described before their first value.
/// </summary>
internal sealed class RpcSession(PortStream stream, Func<PortTarget> target)
{
    /// <summary>Bytes of a message without filters.</summary>
    private const int MostMessage = 8 << 20;

    /// <summary>Elements of one request.</summary>
    private const int MostElements = 1_000_000;

    private const int MostName = 256;
    private const int Response = 65;
    private const int Empty = 66;
    private const int Added = 67;
    private const int Checked = 68;
    private const int Booleans = 69;
    private const int United = 70;

    private readonly GobTypes _types = new();
    private readonly HashSet<int> _described = [];
    private byte[] _descriptions = [];

    /// <summary>Serves it to its end. Throws <see cref="PortException"/> when what comes is no request.</summary>
    public async Task RunAsync()
    {
        while (await stream.NextAsync().ConfigureAwait(false))
        {
            var current = target();
            // Of the configuration that serves now: one that came by a reload may ask for what the one before did not.
            if (current.Key is not null)
                throw new PortException("Go's net/rpc knows no key, and \"require_port_key\" asks for one");
            var request = await ReadAsync(MostMessage).ConfigureAwait(false);
            var method = request.Text("ServiceMethod", MostName);
            var sequence = request.UInt("Seq");
            var filter = current.Filter;
            var isUnion = method == "BloomfilterRPC.Union";
            if (isUnion)
                stream.Allow(PortStream.ContentTime);
            var arguments = await ReadAsync(isUnion ? RpcUnion.MostBytes(filter) : MostMessage).ConfigureAwait(false);
            await stream.WriteAsync(Answer(filter, method, sequence, arguments)).ConfigureAwait(false);
        }
    }

    private byte[] Answer(RotatingFilter filter, string method, ulong sequence, GobRecord arguments)
    {
        try
        {
            return method switch
            {
                "BloomfilterRPC.Add" => Done(method, sequence, Add(filter, arguments)),
                "BloomfilterRPC.Check" => Done(method, sequence, Check(filter, arguments)),
                "BloomfilterRPC.Union" => Done(method, sequence, Unite(filter, arguments)),
                _ => Failed(method, sequence, $"rpc: can't find method {method}"),
            };
        }
        catch (FilterMismatchException exception)
        {
            return Failed(method, sequence, exception.Message);
        }
    }

    private byte[] Add(RotatingFilter filter, GobRecord arguments)
    {
        var elements = arguments.BytesIn("Elems", MostElements);
        foreach (var element in elements)
            filter.Add(element.Span);
        Describe(Added, static () => GobWriter.Struct(Added, "AddOutput", ("Count", GobTypes.Int)));
        var value = new GobWriter().Int(Added);
        if (elements.Count > 0)
            value.UInt(1).Int(elements.Count);
        return value.UInt(0).ToMessage();
    }

    private byte[] Check(RotatingFilter filter, GobRecord arguments)
    {
        var elements = arguments.BytesIn("Elems", MostElements);
        Describe(Checked, static () => [.. GobWriter.Struct(Checked, "CheckOutput", ("Checks", Booleans)), .. GobWriter.List(Booleans, "[]bool", GobTypes.Bool)]);
        var value = new GobWriter().Int(Checked);
        if (elements.Count > 0)
            value.UInt(1).UInt((ulong)elements.Count);
        foreach (var element in elements)
            value.UInt(filter.Has(element.Span) ? 1UL : 0);
        return value.UInt(0).ToMessage();
    }

    private byte[] Unite(RotatingFilter filter, GobRecord arguments)
    {
        RpcUnion.Merge(filter, arguments.Bytes("BF"));
        Describe(United, static () => GobWriter.Struct(United, "UnionOutput", ("Capacity", GobTypes.Float)));
        var value = new GobWriter().Int(United);
        if (filter.Capacity is var capacity and > 0)
            value.UInt(1).Float(capacity);
        return value.UInt(0).ToMessage();
    }

    private byte[] Done(string method, ulong sequence, byte[] result) => [.. Head(method, sequence, ""), .. Descriptions(), .. result];

    private byte[] Failed(string method, ulong sequence, string reason)
    {
        Describe(Empty, static () => GobWriter.Struct(Empty, "InvalidRequest"));
        return [.. Head(method, sequence, reason), .. Descriptions(), .. new GobWriter().Int(Empty).UInt(0).ToMessage()];
    }

    private byte[] Head(string method, ulong sequence, string error)
    {
        var head = new GobWriter().Int(Response);
        var last = 0;
        Field(1, method.Length > 0)?.Text(method);
        Field(2, sequence > 0)?.UInt(sequence);
        Field(3, error.Length > 0)?.Text(error);
        var value = head.UInt(0).ToMessage();
        return _described.Add(Response)
            ? [.. GobWriter.Struct(Response, "Response", ("ServiceMethod", GobTypes.Text), ("Seq", GobTypes.UInt), ("Error", GobTypes.Text)), .. value]
            : value;

        // Fields with their zero value are left out.
        GobWriter? Field(int number, bool isSent)
        {
            if (!isSent)
                return null;
            head.UInt((ulong)(number - last));
            last = number;
            return head;
        }
    }

    private void Describe(int id, Func<byte[]> description)
    {
        if (_described.Add(id))
            _descriptions = description();
    }

    private byte[] Descriptions()
    {
        var descriptions = _descriptions;
        _descriptions = [];
        return descriptions;
    }

    private async ValueTask<GobRecord> ReadAsync(int most)
    {
        while (true)
        {
            var length = await ReadLengthAsync().ConfigureAwait(false);
            if (length > (ulong)most)
                throw new PortException($"gob: a message of {length} bytes; {most} are the limit");
            if (_types.Read(await stream.ReadMessageAsync((int)length).ConfigureAwait(false)) is { } record)
                return record;
        }
    }

    private async ValueTask<ulong> ReadLengthAsync()
    {
        var first = await stream.ReadByteAsync().ConfigureAwait(false);
        if (first < 128)
            return first;
        var bytes = new byte[256 - first];
        if (bytes.Length > sizeof(ulong))
            throw new PortException($"gob: a length of {bytes.Length} bytes");
        await stream.ReadAsync(bytes).ConfigureAwait(false);
        ulong length = 0;
        foreach (var next in bytes)
            length = (length << 8) | next;
        return length;
    }
}
