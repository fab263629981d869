using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Gateway.FaultySidecar;

/// <summary>
/// Stands between the sockets and HTTP/2 and can spoil both directions, of all connections: bytes that are no frames, half a frame, silence, deafness,
/// slowness.
/// </summary>
internal sealed class Wire
{
    private static readonly byte[] s_garbage = "HTTP/1.1 400 Bad Request\r\n\r\n\0\0\0\0 this is no frame \xff\xff\xff\xff\xff\xff\xff\xff"u8.ToArray();

    // A frame of data for stream 1 that announces 16 KiB, and eleven bytes of them.
    private static readonly byte[] s_halfFrame = [0, 0x40, 0, 0, 0, 0, 0, 0, 1, .. "half a fram"u8];

    private readonly TaskCompletionSource<WireFault> _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isDeaf;
    private volatile int _bytesPerStep;

    /// <summary>From now on nothing is read.</summary>
    public void GoDeaf() => _isDeaf = true;

    /// <summary>From now on reads are this small, with 20 ms between them.</summary>
    public void GoSlow(int bytes) => _bytesPerStep = bytes;

    /// <summary>Spoils what is sent; the first one counts.</summary>
    public void Spoil(WireFault fault) => _fault.TrySetResult(fault);

    /// <summary>Serves a connection.</summary>
    public async Task RunAsync(ConnectionContext context, ConnectionDelegate next)
    {
        var outer = context.Transport;
        var inward = new Pipe(new(pauseWriterThreshold: 1 << 16, resumeWriterThreshold: 1 << 15, useSynchronizationContext: false));
        var outward = new Pipe(new(pauseWriterThreshold: 1 << 16, resumeWriterThreshold: 1 << 15, useSynchronizationContext: false));
        context.Transport = new Ends(inward.Reader, outward.Writer);
        var reading = ReadAsync(outer.Input, inward.Writer);
        var writing = WriteAsync(outward.Reader, outer.Output);
        try
        {
            await next(context);
        }
        finally
        {
            await outward.Writer.CompleteAsync();
            await writing;
            outer.Input.CancelPendingRead();
            await inward.Reader.CompleteAsync();
            await reading;
            context.Transport = outer;
        }
    }

    private async Task ReadAsync(PipeReader from, PipeWriter to)
    {
        while (true)
        {
            if (_isDeaf)
                await Task.Delay(Timeout.Infinite);
            ReadResult read;
            try
            {
                read = await from.ReadAsync();
            }
            catch (Exception exception) when (exception is IOException or ConnectionResetException)
            {
                break;
            }
            var bytes = read.Buffer;
            if (_bytesPerStep is > 0 and var step && bytes.Length > step)
                bytes = bytes.Slice(0, step);
            foreach (var part in bytes)
                to.Write(part.Span);
            from.AdvanceTo(bytes.End);
            var flush = await to.FlushAsync();
            if (flush.IsCompleted || read.IsCanceled || (read.IsCompleted && bytes.Length == read.Buffer.Length))
                break;
            if (_bytesPerStep > 0)
                await Task.Delay(20);
        }
        await to.CompleteAsync();
    }

    private async Task WriteAsync(PipeReader from, PipeWriter to)
    {
        while (true)
        {
            var reading = from.ReadAsync().AsTask();
            if (await Task.WhenAny(_fault.Task, reading) == _fault.Task)
            {
                await SpoilAsync(await _fault.Task, to);
                return;
            }
            var read = await reading;
            foreach (var part in read.Buffer)
                to.Write(part.Span);
            from.AdvanceTo(read.Buffer.End);
            var flush = await to.FlushAsync();
            if (read.IsCompleted || flush.IsCompleted)
                break;
        }
        await from.CompleteAsync();
    }

    private static async Task SpoilAsync(WireFault fault, PipeWriter to)
    {
        if (fault != WireFault.Silence)
            await to.WriteAsync(fault == WireFault.Garbage ? s_garbage : s_halfFrame);
        if (fault == WireFault.Cut)
            await to.CompleteAsync(new ConnectionAbortedException());
        else
            await Task.Delay(Timeout.Infinite);
    }

    private sealed class Ends(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}

/// <summary>What is sent instead of frames; nothing follows it.</summary>
internal enum WireFault
{
    /// <summary>Nothing.</summary>
    Silence,
    /// <summary>Bytes of something else.</summary>
    Garbage,
    /// <summary>A frame that is not finished.</summary>
    HalfFrame,
    /// <summary>The same, and the end of the connection.</summary>
    Cut,
}
