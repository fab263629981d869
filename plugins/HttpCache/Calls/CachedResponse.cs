using System.Globalization;
using System.IO.Pipelines;
using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.HttpCache.Store;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Calls;

/// <summary>An answer out of the cache: the bytes go from where they lie to where they are sent.</summary>
internal sealed class CachedResponse(Entry entry, Outcome outcome, DateTimeOffset now, string? statusName) : ClientResponse
{
    private const int FlushBytes = 64 << 10;

    private NameValueList? _headers;
    private int _read;

    /// <summary>What it is made of.</summary>
    public Entry Entry => entry;

    public override int StatusCode => entry.Status;

    public override long? ContentLength => entry.Body.Length;

    public override string? ContentEncoding => entry.ContentEncoding;

    public override string? ContentType => entry.ContentType;

    public override NameValueList Headers => _headers ??= CreateHeaders();

    public override string FinalUrl => entry.Url;

    public override NameValueList? DataHeaders => statusName is null ? null : Status(statusName);

    /// <summary>The same answer once more, from its beginning.</summary>
    public CachedResponse Again() => new(entry, outcome, now, statusName);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<int>(cancellationToken);
        var count = Math.Min(buffer.Length, entry.Body.Length - _read);
        entry.Body.Slice(_read, count).CopyTo(buffer);
        _read += count;
        return new(count);
    }

    public override ValueTask<PooledBytes> ReadAllAsync(int maxLength, CancellationToken cancellationToken)
    {
        var rest = entry.Body[_read..];
        if (rest.Length > maxLength)
            return ValueTask.FromException<PooledBytes>(new BufferLimitException(maxLength));
        var bytes = new PooledBytes(rest.Length, maxLength);
        bytes.Write(rest.Span);
        _read = entry.Body.Length;
        return new(bytes);
    }

    public override async ValueTask CopyToAsync(PipeWriter writer, CancellationToken cancellationToken)
    {
        while (_read < entry.Body.Length)
        {
            // A large body goes piece by piece: the next one waits for a slow client.
            var count = Math.Min(FlushBytes, entry.Body.Length - _read);
            var flush = await writer.WriteAsync(entry.Body.Slice(_read, count), cancellationToken).ConfigureAwait(false);
            _read += count;
            if (flush.IsCompleted)
                return;
        }
    }

    protected override void Dispose(bool disposing) => _read = entry.Body.Length;

    private NameValueList CreateHeaders()
    {
        var headers = entry.Headers.Fork();
        // RFC 9111, 5.1: who answers without asking says how old the answer is.
        if (outcome is not Outcome.Miss)
            headers.Add("Age", (entry.AgeAt(now) / 1000).ToString(CultureInfo.InvariantCulture));
        else if (entry.Freshness.InitialAge >= 1000)
            headers.Add("Age", (entry.Freshness.InitialAge / 1000).ToString(CultureInfo.InvariantCulture));
        if (statusName is not null)
            headers.Add(CacheStatus.Name, CacheStatus.Of(statusName, outcome, entry, now));
        return headers;
    }

    private NameValueList Status(string name)
    {
        var headers = new NameValueList(ignoreCase: true);
        headers.Add(CacheStatus.Name, CacheStatus.Of(name, outcome, entry, now));
        return headers;
    }
}
