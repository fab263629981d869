using System.Text;

namespace Gateway.Sidecars.Processes;

/// <summary>
/// Hands on the lines of a stream as they come. A line that is longer than the limit is cut, so that a process which never ends a line costs no
/// memory; control characters do not get through, so that nobody writes lines that are not his.
/// </summary>
internal static class LineReader
{
    /// <summary>Bytes of a line that are kept.</summary>
    public const int MostBytes = 16 << 10;

    /// <summary>Reads to the end of the stream. A stream that breaks off ends like any other.</summary>
    public static async Task ReadAsync(Stream stream, Action<string> line)
    {
        var buffer = new byte[MostBytes];
        var (length, isCut) = (0, false);
        while (true)
        {
            int read;
            try
            {
                read = await stream.ReadAsync(buffer.AsMemory(length)).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException or OperationCanceledException)
            {
                read = 0;
            }
            if (read == 0)
                break;
            length += read;
            var start = 0;
            for (int end; (end = buffer.AsSpan(start, length - start).IndexOf((byte)'\n')) >= 0; start += end + 1)
            {
                if (!isCut)
                    Emit(buffer.AsSpan(start, end), false, line);
                isCut = false;
            }
            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
            if (length < buffer.Length)
                continue;
            if (!isCut)
                Emit(buffer, true, line);
            (length, isCut) = (0, true);
        }
        if (length > 0 && !isCut)
            Emit(buffer.AsSpan(0, length), false, line);
    }

    private static void Emit(ReadOnlySpan<byte> bytes, bool isCut, Action<string> line)
    {
        var text = Encoding.UTF8.GetString(bytes.TrimEnd((byte)'\r'));
        if (text.Length == 0)
            return;
        if (text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.Contains('\x7f', StringComparison.Ordinal))
            text = string.Create(text.Length, text, static (span, source) =>
            {
                for (var i = 0; i < span.Length; i++)
                    span[i] = char.IsControl(source[i]) ? ' ' : source[i];
            });
        line(isCut ? text + " …" : text);
    }
}
