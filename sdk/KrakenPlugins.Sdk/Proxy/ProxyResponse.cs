using System.IO.Pipelines;
using KrakenPlugins.Sdk.Data;

namespace KrakenPlugins.Sdk.Proxy;

/// <summary>
/// What a backend or an endpoint's pipeline answers: data (decoded), or the raw answer of a <c>no-op</c> backend. It has one owner,
/// who disposes it.
/// </summary>
public sealed class ProxyResponse : IDisposable
{
    /// <summary>The data; <see langword="null"/> for a <c>null</c> document and for raw answers.</summary>
    public Payload? Data { get; set; }

    /// <summary>Whether every part is there.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Status of the backend; 0 after a merge.</summary>
    public int StatusCode { get; set; }

    /// <summary>The raw HTTP answer of a <c>no-op</c> backend, headers and stream; <see langword="null"/> for data.</summary>
    public ClientResponse? Raw { get; set; }

    /// <summary>
    /// Headers for the client beside data that is not empty, or <see langword="null"/> (EXT-045); those of a raw answer are
    /// <see cref="ClientResponse.Headers"/>. A merge drops those of its backends.
    /// </summary>
    public NameValueList? Headers { get; set; }

    /// <summary>
    /// The answer as the client gets it, made by a component at <see cref="Plugins.ProxyStages.Answer"/>: it is sent in place of everything
    /// else of the outcome, with its own headers and without any of the gateway's (<c>X-Krakend</c>, <c>Cache-Control</c>). A failure beside
    /// it is logged only. Usually <see langword="null"/>.
    /// </summary>
    public ClientResponse? Final { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Data?.Dispose();
        Data = null;
        Raw?.Dispose();
        Raw = null;
        Final?.Dispose();
        Final = null;
    }
}

/// <summary>The outcome of a pipeline: data, failure, or both (a partial answer).</summary>
/// <param name="Response">What there is, or <see langword="null"/>.</param>
/// <param name="Error">What went wrong, or <see langword="null"/>.</param>
public readonly record struct ProxyResult(ProxyResponse? Response, GatewayError? Error)
{
    /// <summary>A failure without data.</summary>
    public static implicit operator ProxyResult(GatewayError error) => new(null, error);

    /// <summary>An answer without failure.</summary>
    public static implicit operator ProxyResult(ProxyResponse response) => new(response, null);
}

/// <summary>
/// A raw HTTP answer of a backend: status, headers and a body that is read once. It has one owner, who disposes it; disposing
/// before the end of the body closes the connection. Not thread-safe.
/// </summary>
public abstract class ClientResponse : IDisposable
{
    /// <summary>HTTP status.</summary>
    public abstract int StatusCode { get; }

    /// <summary>Bytes of the body as announced, or <see langword="null"/> when unknown.</summary>
    public abstract long? ContentLength { get; }

    /// <summary><c>Content-Encoding</c> of the body that is still applied to it, or <see langword="null"/>.</summary>
    public abstract string? ContentEncoding { get; }

    /// <summary><c>Content-Type</c>, or <see langword="null"/>.</summary>
    public abstract string? ContentType { get; }

    /// <summary>End-to-end headers as received, names as the backend wrote them; hop-by-hop headers are not among them.</summary>
    public abstract NameValueList Headers { get; }

    /// <summary>The URL that was finally called, after redirects; for messages.</summary>
    public abstract string FinalUrl { get; }

    /// <summary>
    /// The innermost of answers that wrap one another: how a component finds what a component closer to the backend made, whatever those in
    /// between changed of it.
    /// </summary>
    public virtual ClientResponse Origin => this;

    /// <summary>
    /// Headers for the client beside data that this answer is decoded to (<see cref="ProxyResponse.Headers"/>), or <see langword="null"/>.
    /// </summary>
    public virtual NameValueList? DataHeaders => null;

    /// <summary>
    /// Reads some bytes of the body; 0 at its end. Throws <see cref="IOException"/> when the body breaks off or breaks the protocol.
    /// </summary>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the whole body into a buffer that then belongs to the caller. Throws <see cref="BufferLimitException"/> past
    /// <paramref name="maxLength"/> bytes, else as <see cref="ReadAsync"/>.
    /// </summary>
    public virtual async ValueTask<PooledBytes> ReadAllAsync(int maxLength, CancellationToken cancellationToken)
    {
        var known = ContentLength;
        if (known > maxLength)
            throw new BufferLimitException(maxLength);
        var bytes = new PooledBytes((int)Math.Min(known ?? 4096, 4 << 20), maxLength);
        try
        {
            while (true)
            {
                var read = await ReadAsync(bytes.GetMemory(), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    return bytes;
                bytes.Advance(read);
            }
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Streams the body into a pipe, flushing after every read, with back-pressure. Throws as <see cref="ReadAsync"/>.</summary>
    public virtual async ValueTask CopyToAsync(PipeWriter writer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await ReadAsync(writer.GetMemory(4096), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return;
            writer.Advance(read);
            var flush = await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (flush.IsCompleted)
                return;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends the exchange: gives the connection back when the body was read to its end, else closes it.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <summary>The outcome of a raw HTTP call: exactly one of the two is set.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Error">Why there is none.</param>
public readonly record struct ClientResult(ClientResponse? Response, GatewayError? Error)
{
    /// <summary>A failure.</summary>
    public static implicit operator ClientResult(GatewayError error) => new(null, error);

    /// <summary>An answer.</summary>
    public static implicit operator ClientResult(ClientResponse response) => new(response, null);
}
