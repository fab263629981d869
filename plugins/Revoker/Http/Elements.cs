using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using KrakenPlugins.Revoker.Port;

namespace KrakenPlugins.Revoker.Http;

/// <summary>A request says something that is no revocation; the message is for its sender.</summary>
/// <param name="status">Status of the answer.</param>
/// <param name="message">What is wrong.</param>
internal sealed class ApiException(int status, string message) : Exception(message)
{
    /// <summary>Status of the answer.</summary>
    public int Status => status;
}

/// <summary>The elements that requests name.</summary>
internal static class Elements
{
    /// <summary>Bytes of the body of one request.</summary>
    public const long MostBytes = 64L << 20;

    private const int AtOnce = 4096;

    /// <summary>The element of a claim and a value. Throws <see cref="ApiException"/>.</summary>
    public static byte[] Of(string claim, string value)
    {
        if (claim.Length == 0 || value.Length == 0)
            throw new ApiException(400, "the address is /tokens/{claim}/{value}, neither of which may be empty");
        var element = Encoding.UTF8.GetBytes($"{claim}-{value}");
        return element.Length <= PortProtocol.MostElement ? element : throw new ApiException(400, $"claim and value take {element.Length} bytes; {PortProtocol.MostElement} are the limit");
    }

    /// <summary>
    /// Reads values, one per line, and hands them on in batches (AUT-083): blank lines and carriage returns are left out. Throws <see cref="ApiException"/>;
    /// what was handed on before stays.
    /// </summary>
    public static async Task ReadAsync(string claim, PipeReader body, Func<IReadOnlyList<byte[]>, Task> take, CancellationToken cancellationToken)
    {
        if (claim.Length == 0)
            throw new ApiException(400, "the address is /tokens/{claim}");
        var prefix = Encoding.UTF8.GetBytes(claim + "-");
        var batch = new List<byte[]>(AtOnce);
        long total = 0;
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken).ConfigureAwait(false);
            var left = read.Buffer;
            if ((total += left.Length) > MostBytes)
                throw new ApiException(413, $"more than {MostBytes >> 20} MiB; send the values in several requests");
            while (TakeLines(ref left, read.IsCompleted, prefix, batch))
                await HandOnAsync().ConfigureAwait(false);
            if (left.Length > PortProtocol.MostElement)
                throw new ApiException(400, $"a line of more than {PortProtocol.MostElement} bytes");
            total -= left.Length;
            body.AdvanceTo(left.Start, left.End);
            if (read.IsCompleted)
                break;
        }
        await HandOnAsync().ConfigureAwait(false);

        async Task HandOnAsync()
        {
            if (batch.Count > 0)
                await take(batch).ConfigureAwait(false);
            batch = new List<byte[]>(AtOnce);
        }
    }

    // Whether the batch is full; else there is no further whole line.
    private static bool TakeLines(ref ReadOnlySequence<byte> left, bool isLast, byte[] prefix, List<byte[]> batch)
    {
        var reader = new SequenceReader<byte>(left);
        while (batch.Count < AtOnce && reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
            Add(line);
        var isFull = batch.Count == AtOnce;
        if (!isFull && isLast)
        {
            Add(reader.UnreadSequence);
            reader.AdvanceToEnd();
        }
        left = reader.UnreadSequence;
        return isFull;

        void Add(in ReadOnlySequence<byte> line)
        {
            if (ElementOf(prefix, line) is { } element)
                batch.Add(element);
        }
    }

    private static byte[]? ElementOf(byte[] prefix, in ReadOnlySequence<byte> line)
    {
        if (line.IsEmpty)
            return null;
        if (line.Length > PortProtocol.MostElement)
            throw new ApiException(400, $"a line of {line.Length} bytes; {PortProtocol.MostElement} are the limit");
        var value = (line.IsSingleSegment ? line.FirstSpan : line.ToArray()).Trim(" \t\r"u8);
        if (value.IsEmpty)
            return null;
        if (prefix.Length + value.Length > PortProtocol.MostElement)
            throw new ApiException(400, $"claim and value take {prefix.Length + value.Length} bytes; {PortProtocol.MostElement} are the limit");
        return [.. prefix, .. value];
    }
}
