using System.IO.Compression;
using System.Text.Json;
using KrakenPlugins.Logging.Formatting;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Logging.Backend;

/// <summary>An answer whose body is remembered while it is read, for the fields that a line prints.</summary>
internal sealed class RecordedResponse(ClientResponse inner, BackendCall call) : DelegatingResponse(inner)
{
    // Beyond, a line does without: the log must not double what large answers cost.
    private const int MaxBody = 4 << 20;

    private PooledBytes? _body = new(4096, MaxBody);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await Inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (_body is { } body)
        {
            if (read == 0 || body.Length + read > MaxBody)
                End(body, isWhole: read == 0);
            else
                body.Write(buffer.Span[..read]);
        }
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        _body?.Dispose();
        _body = null;
        base.Dispose(disposing);
    }

    private void End(PooledBytes body, bool isWhole)
    {
        _body = null;
        using (body)
        {
            if (!isWhole || body.Length == 0)
                return;
            try
            {
                using var document = JsonDocument.Parse(Inflated(body));
                call.TakeFields(path => Find(document.RootElement, path));
            }
            catch (Exception exception) when (exception is JsonException or InvalidDataException or BufferLimitException)
            {
                // The decoder says what is wrong with it; the line has no fields.
                call.TakeFields(static _ => null);
            }
        }
    }

    private ReadOnlyMemory<byte> Inflated(PooledBytes body)
    {
        if (!string.Equals(ContentEncoding, "gzip", StringComparison.OrdinalIgnoreCase))
            return body.Memory;
        using var gzip = new GZipStream(new MemoryStream(body.Array, 0, body.Length, writable: false), CompressionMode.Decompress);
        using var plain = new PooledBytes(body.Length * 4, MaxBody);
        while (true)
        {
            var read = gzip.Read(plain.GetSpan(4096));
            if (read == 0)
                return plain.Span.ToArray();
            plain.Advance(read);
        }
    }

    private static string? Find(JsonElement element, string[] path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Number => GoNumber.Plain(element.GetRawText()),
            _ => element.GetRawText(),
        };
    }
}
