using System.Buffers;
using System.IO.Pipelines;
using Gateway.Sidecars.Calls;

namespace Gateway.Sidecars.Components;

/// <summary>The body of an answer on its way from those further in to a plugin, no faster than the plugin takes it.</summary>
internal sealed class PipedAnswer : BodySource
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10, useSynchronizationContext: false));
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isReleased;
    private bool _isEnded;

    /// <summary>Completes when the plugin reads.</summary>
    public Task Taken => _taken.Task;

    /// <summary>Where those further in write.</summary>
    public PipeWriter Writer => _pipe.Writer;

    /// <summary>Notes that the answer goes on with its body: the plugin gets nothing of it any more.</summary>
    public void Release() => _isReleased = true;

    /// <summary>The body is whole.</summary>
    public async ValueTask EndAsync()
    {
        if (_isEnded)
            return;
        _isEnded = true;
        await _pipe.Writer.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>The body breaks off.</summary>
    public void Break()
    {
        if (_isEnded)
            return;
        _isEnded = true;
        _pipe.Writer.Complete(new IOException("the answer broke off"));
    }

    /// <summary>Nobody reads any more.</summary>
    public void Drop() => _pipe.Reader.Complete();

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_isReleased)
            throw new IOException("the answer went on with its body");
        _taken.TrySetResult();
        var result = await _pipe.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        var taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, buffer.Length));
        taken.CopyTo(buffer.Span);
        var count = (int)taken.Length;
        _pipe.Reader.AdvanceTo(taken.End);
        return count;
    }
}
