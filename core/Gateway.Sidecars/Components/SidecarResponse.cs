using System.Globalization;
using Gateway.Sidecars.Calls;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Sidecars.Components;

/// <summary>A raw answer whose body a plugin sends: its call lasts as long as the answer, and so does the answer that it was made from.</summary>
/// <param name="statusCode">HTTP status.</param>
/// <param name="headers">Headers, which then belong to the answer.</param>
/// <param name="body">The body.</param>
/// <param name="call">The call that it comes in.</param>
/// <param name="inner">The answer that it was made from, or <see langword="null"/>.</param>
internal sealed class SidecarResponse(int statusCode, NameValueList headers, SidecarBody body, HeldCall call, ClientResponse? inner) : ClientResponse
{
    private bool _isDisposed;

    /// <inheritdoc/>
    public override int StatusCode => statusCode;

    /// <inheritdoc/>
    public override long? ContentLength => body.Length;

    /// <inheritdoc/>
    public override string? ContentEncoding => headers.Get("Content-Encoding");

    /// <inheritdoc/>
    public override string? ContentType => headers.Get("Content-Type");

    /// <inheritdoc/>
    public override NameValueList Headers => headers;

    /// <inheritdoc/>
    public override string FinalUrl => inner?.FinalUrl ?? "";

    /// <inheritdoc/>
    public override ClientResponse Origin => inner?.Origin ?? this;

    /// <inheritdoc/>
    public override NameValueList? DataHeaders => inner?.DataHeaders;

    /// <summary>The head of an answer whose body is replaced: with the length of the new one, and without the encoding of the old one.</summary>
    public static void Reframe(NameValueList headers, long? length)
    {
        headers.Remove("Content-Encoding");
        if (length is { } known)
            headers.Set("Content-Length", known.ToString(CultureInfo.InvariantCulture));
        else
            headers.Remove("Content-Length");
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ClientResponse));
        return body.ReadAsync(buffer, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        body.Dispose();
        call.End(inner);
    }
}

/// <summary>An answer whose body was read into memory.</summary>
internal sealed class BufferedResponse(ClientResponse inner, PooledBytes body) : DelegatingResponse(inner)
{
    private int _read;
    private bool _isDisposed;

    /// <summary>The whole body.</summary>
    public ReadOnlyMemory<byte> Body => body.Memory;

    /// <inheritdoc/>
    public override long? ContentLength => body.Length;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ClientResponse));
        var count = Math.Min(buffer.Length, body.Length - _read);
        body.Memory.Slice(_read, count).CopyTo(buffer);
        _read += count;
        return new(count);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        body.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>A call that lasts as long as an answer.</summary>
/// <param name="call">The call.</param>
/// <param name="ended">What ends after it.</param>
internal sealed class HeldCall(SidecarCall call, IDisposable ended)
{
    /// <summary>Ends the call, and then the answer below it, whose bytes the call may be reading.</summary>
    public void End(ClientResponse? inner)
    {
        var ending = call.DisposeAsync();
        // What does not end at once does so by itself: a call that was given up reads no more, and disposing of it fails for nobody.
        if (!ending.IsCompletedSuccessfully)
        {
            _ = EndAsync(ending, inner);
            return;
        }
        inner?.Dispose();
        ended.Dispose();
    }

    private async Task EndAsync(ValueTask ending, ClientResponse? inner)
    {
        try
        {
            await ending.ConfigureAwait(false);
        }
        finally
        {
            inner?.Dispose();
            ended.Dispose();
        }
    }
}
