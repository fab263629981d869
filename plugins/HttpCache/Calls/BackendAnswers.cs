using KrakenPlugins.HttpCache.Http;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.HttpCache.Calls;

/// <summary>
/// The backend's answer on its way through what stands between the two halves of a cache (Martian). When the outer half never gets it, nobody
/// waits for it any more.
/// </summary>
internal sealed class FetchedResponse(CacheCall call, ClientResponse inner) : DelegatingResponse(inner)
{
    /// <summary>The call.</summary>
    public CacheCall Call => call;

    public override ClientResponse Origin => this;

    protected override void Dispose(bool disposing)
    {
        call.End(FlightEnd.Passed);
        base.Dispose(disposing);
    }
}

/// <summary>
/// A 304 on its way through what stands between the two halves of a cache, which shows as the answer that it confirms: its status, the headers of
/// the 304, no body.
/// </summary>
internal sealed class ConfirmedResponse(CacheCall call, NameValueList headers) : ClientResponse
{
    /// <summary>The call; its known answer is what was confirmed.</summary>
    public CacheCall Call => call;

    public override int StatusCode => call.Known!.Status;

    public override long? ContentLength => 0;

    public override string? ContentEncoding => null;

    public override string? ContentType => headers.Get("Content-Type");

    public override NameValueList Headers => headers;

    public override string FinalUrl => call.Url;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => new(0);

    protected override void Dispose(bool disposing) => call.End(FlightEnd.Passed);
}

/// <summary>An answer that is not kept, with <c>Cache-Status</c>.</summary>
internal sealed class ForwardedResponse(ClientResponse inner, string status) : DelegatingResponse(inner)
{
    private NameValueList? _headers;

    public override NameValueList Headers => _headers ??= CreateHeaders();

    public override NameValueList? DataHeaders
    {
        get
        {
            var headers = new NameValueList(ignoreCase: true);
            headers.Add(CacheStatus.Name, status);
            return headers;
        }
    }

    public override ValueTask<KrakenPlugins.Sdk.Data.PooledBytes> ReadAllAsync(int maxLength, CancellationToken cancellationToken) => Inner.ReadAllAsync(maxLength, cancellationToken);

    public override ValueTask CopyToAsync(System.IO.Pipelines.PipeWriter writer, CancellationToken cancellationToken) => Inner.CopyToAsync(writer, cancellationToken);

    private NameValueList CreateHeaders()
    {
        var headers = Inner.Headers.Fork();
        headers.Add(CacheStatus.Name, status);
        return headers;
    }
}
