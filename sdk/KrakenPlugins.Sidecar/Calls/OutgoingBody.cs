using System.IO.Pipelines;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;

namespace KrakenPlugins.Sidecar.Calls;

/// <summary>A body that the plugin sends in chunks, as far as the gateway gives credit. One writer.</summary>
internal sealed class OutgoingBody(PluginCall call, uint streamId, int initialCredit, int maxChunk)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private long _credit = initialCredit;
    private bool _isEnded;

    /// <summary>Number of the body among those of the call.</summary>
    public uint StreamId => streamId;

    /// <summary>Allows so many bytes more.</summary>
    public void Grant(uint bytes)
    {
        lock (_gate)
        {
            _credit += bytes;
            _waiting?.TrySetResult();
            _waiting = null;
        }
    }

    /// <summary>Sends bytes, and waits where there is no credit for them.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty)
        {
            var count = Reserve(data.Length, out var wait);
            if (count == 0)
            {
                await wait!.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }
            call.Send(new PluginFrame { Chunk = new BodyChunk { StreamId = streamId, Data = ByteString.CopyFrom(data.Span[..count]) } });
            data = data[count..];
        }
    }

    /// <summary>Ends it well, once.</summary>
    public void Complete() => End(new BodyChunk { StreamId = streamId, IsLast = true });

    /// <summary>Breaks it off, once.</summary>
    public void Break() => End(new BodyChunk { StreamId = streamId, IsBroken = true });

    /// <summary>Sends what a reader gives, to its end. What goes wrong breaks the body off.</summary>
    public async Task PumpAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        try
        {
            ReadResult read;
            do
            {
                read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                foreach (var part in read.Buffer)
                    await WriteAsync(part, cancellationToken).ConfigureAwait(false);
                reader.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted && !read.IsCanceled);
            Complete();
        }
#pragma warning disable CA1031 // Whatever a body of the plugin throws, the receiver is told that it broke off.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            call.NoteFault(exception, "a body");
            Break();
        }
    }

    private int Reserve(int wanted, out Task? wait)
    {
        lock (_gate)
        {
            var count = (int)Math.Min(Math.Min(wanted, maxChunk), _credit);
            wait = null;
            if (count > 0)
                _credit -= count;
            else
                wait = (_waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return count;
        }
    }

    private void End(BodyChunk last)
    {
        lock (_gate)
        {
            if (_isEnded)
                return;
            _isEnded = true;
        }
        call.Send(new PluginFrame { Chunk = last });
    }
}
