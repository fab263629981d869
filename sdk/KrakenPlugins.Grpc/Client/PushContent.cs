using System.Net;

namespace KrakenPlugins.Grpc.Client;

/// <summary>A request whose messages come as the call goes on: it lends the transport's stream to the call until that has sent all.</summary>
internal sealed class PushContent : HttpContent
{
    private readonly TaskCompletionSource<Stream?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The stream to write to; <see langword="null"/> when the call ended before there was one.</summary>
    public Task<Stream?> Opened => _opened.Task;

    /// <summary>Ends the request in good order.</summary>
    public void Complete()
    {
        _completed.TrySetResult();
        _opened.TrySetResult(null);
    }

    /// <summary>Ends the request such that the server does not take it for one that has said everything; nothing after <see cref="Complete"/>.</summary>
    public void Break()
    {
        _completed.TrySetCanceled();
        _opened.TrySetResult(null);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The head leaves now: a server may speak first.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (!_opened.TrySetResult(stream) && !_completed.Task.IsCompleted)
            throw new IOException("a stream of messages cannot be sent a second time on another connection");
        await _completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
