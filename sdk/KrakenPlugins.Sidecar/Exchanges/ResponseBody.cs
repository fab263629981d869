using System.IO.Pipelines;
using KrakenPlugins.Sidecar.Calls;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KrakenPlugins.Sidecar.Exchanges;

/// <summary>Begins the answer of an exchange when the component does not want to wait for its end.</summary>
internal interface IAnswerStart
{
    /// <summary>Sends the head, and announces a body in chunks behind it.</summary>
    /// <returns>Where the body goes; <see langword="null"/> when nobody wants it any more.</returns>
    ValueTask<OutgoingBody?> BeginAsync();
}

/// <summary>
/// The body that a component writes: kept while it is small, so that it leaves with its head in one frame, and sent in chunks once it is larger or
/// somebody flushes it.
/// </summary>
internal sealed class ResponseBody(IAnswerStart start, CancellationToken cancelled) : Stream, IHttpResponseBodyFeature
{
    private const int MaxKept = 64 << 10;

    private readonly MemoryStream _kept = new();
    private OutgoingBody? _outgoing;
    private PipeWriter? _writer;
    private bool _hasBegun;

    /// <summary>Whether the head went out already.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Whether something was written.</summary>
    public bool IsWritten => _hasBegun || _kept.Length > 0;

    /// <summary>What was written, while it is kept.</summary>
    public ReadOnlyMemory<byte> Kept => _kept.GetBuffer().AsMemory(0, (int)_kept.Length);

    /// <inheritdoc/>
    public Stream Stream => this;

    /// <inheritdoc/>
    public PipeWriter Writer => _writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public void DisableBuffering()
    {
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default) => FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    /// <inheritdoc/>
    public async Task CompleteAsync()
    {
        if (_writer is not null)
            await _writer.FlushAsync(cancelled).ConfigureAwait(false);
    }

    /// <summary>Takes what waits in the writer, without a flush of its own.</summary>
    public async ValueTask SettleAsync()
    {
        if (_writer is { UnflushedBytes: > 0 })
        {
            _isSettling = true;
            await _writer.FlushAsync(cancelled).ConfigureAwait(false);
            _isSettling = false;
        }
    }

    private bool _isSettling;

    /// <summary>Ends a body in chunks.</summary>
    public void End() => _outgoing?.Complete();

    /// <summary>Breaks a body in chunks off.</summary>
    public void BreakOff() => _outgoing?.Break();

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_hasBegun && _kept.Length + buffer.Length <= MaxKept)
        {
            _kept.Write(buffer.Span);
            return;
        }
        await BeginAsync().ConfigureAwait(false);
        if (_outgoing is not null)
            await _outgoing.WriteAsync(buffer, cancelled).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _isSettling ? Task.CompletedTask : BeginAsync().AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("a body is written asynchronously; use WriteAsync");

    /// <inheritdoc/>
    public override void Flush() => throw new InvalidOperationException("a body is written asynchronously; use FlushAsync");

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask BeginAsync()
    {
        if (_hasBegun)
            return;
        _hasBegun = true;
        _outgoing = await start.BeginAsync().ConfigureAwait(false);
        if (_outgoing is not null && _kept.Length > 0)
            await _outgoing.WriteAsync(Kept, cancelled).ConfigureAwait(false);
    }
}
