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
            while (TryLine(ref left, read.IsCompleted, out var line))
            {
                total += line.Length;
                if (ElementOf(prefix, line) is { } element)
                    batch.Add(element);
                if (batch.Count == AtOnce)
                    await HandOnAsync().ConfigureAwait(false);
            }
            if (total + left.Length > MostBytes)
                throw new ApiException(413, $"more than {MostBytes >> 20} MiB; send the values in several requests");
            if (left.Length > PortProtocol.MostElement)
                throw new ApiException(400, $"a line of more than {PortProtocol.MostElement} bytes");
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

    private static bool TryLine(ref ReadOnlySequence<byte> left, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (left.PositionOf((byte)'\n') is { } end)
        {
            line = left.Slice(0, end);
            left = left.Slice(left.GetPosition(1, end));
            return true;
        }
        line = left;
        if (!isLast || left.IsEmpty)
            return false;
        left = left.Slice(left.End);
        return true;
    }

    private static byte[]? ElementOf(byte[] prefix, in ReadOnlySequence<byte> line)
    {
        var value = line.ToArray().AsSpan().Trim(" \t\r"u8);
        if (value.IsEmpty)
            return null;
        if (prefix.Length + value.Length > PortProtocol.MostElement)
            throw new ApiException(400, $"claim and value take {prefix.Length + value.Length} bytes; {PortProtocol.MostElement} are the limit");
        return [.. prefix, .. value];
    }
}
