using System.IO.Pipelines;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Core.Transport;

/// <summary>
/// The answer of one call: a thin handle on the connection, made anew for each call. A handle that was disposed has let go of the
/// connection, so that whoever kept it can never see the next call's bytes.
/// </summary>
internal sealed class Http1Response(Http1Connection connection) : ClientResponse
{
    private Http1Connection? _connection = connection;
    private NameValueList? _headers;

    public override int StatusCode => Connection.Head.StatusCode;

    public override long? ContentLength => Connection.Head.ContentLength;

    public override string? ContentEncoding => Find(ResponseHeader.ContentEncoding);

    public override string? ContentType => Find(ResponseHeader.ContentType);

    public override NameValueList Headers
    {
        get
        {
            var connection = Connection;
            return _headers ??= connection.Head.CreateHeaders(connection.HeadBytes);
        }
    }

    public override string FinalUrl => Connection.CurrentUrl;

    /// <summary>Whether a body follows; not after HEAD, 204, 304 or with a length of 0.</summary>
    public bool HasBody => Connection.HasBody;

    public string? Location => Find(ResponseHeader.Location);

    private Http1Connection Connection => _connection ?? throw new ObjectDisposedException(nameof(ClientResponse));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => Connection.ReadAsync(buffer, cancellationToken);

    public override ValueTask<PooledBytes> ReadAllAsync(int maxLength, CancellationToken cancellationToken) => Connection.ReadAllAsync(maxLength, cancellationToken);

    public override ValueTask CopyToAsync(PipeWriter writer, CancellationToken cancellationToken) => Connection.CopyToAsync(writer, cancellationToken);

    protected override void Dispose(bool disposing) => Interlocked.Exchange(ref _connection, null)?.EndCall();

    private string? Find(ResponseHeader kind)
    {
        var connection = Connection;
        return connection.Head.Find(kind, connection.HeadBytes);
    }
}
