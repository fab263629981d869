using System.Buffers;
using System.IO.Pipelines;
using KrakenPlugins.Sdk.Data;

namespace Gateway.Sidecars.Components;

/// <summary>Where the bytes of an answer go.</summary>
internal enum TapMode
{
    /// <summary>Into memory: the answer has not begun.</summary>
    Fresh,
    /// <summary>Into memory, up to the limit, until the answer is whole.</summary>
    Collecting,
    /// <summary>To the client.</summary>
    Passing,
    /// <summary>To the plugin.</summary>
    Piping,
    /// <summary>Nowhere.</summary>
    Dropping,
}

/// <summary>What those further in write their answer to. The mode changes in their own calls only, so that no bytes are under way then.</summary>
internal sealed class TapWriter(ResponseTap tap, int limit) : PipeWriter
{
    private const int FirstRent = 4096;

    private PooledBytes? _held;

    /// <summary>Where the bytes go.</summary>
    public TapMode Mode { get; private set; }

    /// <summary>Whether there were more bytes than may be held.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>What is held.</summary>
    public ReadOnlyMemory<byte> Held => _held?.Memory ?? default;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => Mode == TapMode.Passing && Real.CanGetUnflushedBytes ? Real.UnflushedBytes : Held.Length;

    private PipeWriter Real => tap.RealBody.Writer;

    /// <summary>Changes where the bytes go.</summary>
    public void Turn(TapMode mode)
    {
        Mode = mode;
        if (mode == TapMode.Piping)
            PipeHeld();
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        Mode = TapMode.Dropping;
        _held?.Dispose();
        _held = null;
    }

    /// <summary>Hands what was held to the client, without a flush of its own.</summary>
    public void PassHeld()
    {
        if (_held is not { Length: > 0 } held)
            return;
        Real.Write(held.Span);
        held.Clear();
    }

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => Target().GetMemory(sizeHint);

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => Target().GetSpan(sizeHint);

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        Target().Advance(bytes);
        if (Mode == TapMode.Collecting)
            CheckLength();
        if (Mode == TapMode.Dropping)
            _held!.Clear();
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        Mode == TapMode.Passing && Held.IsEmpty ? Real.FlushAsync(cancellationToken) : FlushSlowlyAsync(cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        Mode == TapMode.Passing && Held.IsEmpty ? Real.WriteAsync(source, cancellationToken) : WriteSlowlyAsync(source, cancellationToken);

    /// <inheritdoc/>
    public override void CancelPendingFlush() => Real.CancelPendingFlush();

    // The answer ends with the exchange, not with its writer.
    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
    }

    private IBufferWriter<byte> Target() => Mode switch
    {
        TapMode.Passing when Held.IsEmpty => Real,
        TapMode.Piping => tap.Body!.Writer,
        _ => _held ??= new PooledBytes(FirstRent),
    };

    private async ValueTask<FlushResult> WriteSlowlyAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (Mode == TapMode.Fresh)
            await tap.StartAsync(cancellationToken).ConfigureAwait(false);
        if (Mode == TapMode.Passing)
        {
            PassHeld();
            return await Real.WriteAsync(source, cancellationToken).ConfigureAwait(false);
        }
        if (Mode != TapMode.Dropping)
            this.Write(source.Span);
        return await FlushSlowlyAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<FlushResult> FlushSlowlyAsync(CancellationToken cancellationToken)
    {
        if (Mode == TapMode.Fresh)
            await tap.StartAsync(cancellationToken).ConfigureAwait(false);
        if (Mode == TapMode.Collecting && !IsTooLong && tap.IsPassed)
            Turn(TapMode.Passing);
        switch (Mode)
        {
            case TapMode.Passing:
                PassHeld();
                return await Real.FlushAsync(cancellationToken).ConfigureAwait(false);
            case TapMode.Piping:
                return await tap.Body!.Writer.FlushAsync(cancellationToken).ConfigureAwait(false);
            case TapMode.Collecting when !IsTooLong:
                CheckLength();
                return new FlushResult(false, IsTooLong);
            default:
                // Who writes learns that nobody reads.
                _held?.Clear();
                return new FlushResult(false, isCompleted: true);
        }
    }

    private void PipeHeld()
    {
        if (_held is not { Length: > 0 } held)
            return;
        tap.Body!.Writer.Write(held.Span);
        held.Clear();
    }

    private void CheckLength()
    {
        if (_held is not { } held || tap.IsPassed || (held.Length <= limit && !IsTooLong))
            return;
        IsTooLong = true;
        held.Clear();
    }
}
