using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Gateway.Sidecars.Calls;

/// <summary>
/// A body that a sidecar sends in chunks. What it may send ahead is its credit, so that no more than that is ever kept; credit is renewed as bytes are
/// read. One reader.
/// </summary>
internal sealed class InboundBody : SidecarBody, IValueTaskSource
{
    private readonly LinkedCall _call;
    private readonly object _gate = new();
    private readonly int _window;
    private readonly ulong _length;
    private readonly ByteQueue _bytes = new();
    private ManualResetValueTaskSourceCore<bool> _wait = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private string? _fault;
    private int _credit;
    private int _read;
    private bool _hasEnded;
    private bool _isOpen;
    private bool _isDropped;
    private bool _isWaiting;

    /// <summary>A body that was announced.</summary>
    /// <param name="call">Its call.</param>
    /// <param name="streamId">Its number.</param>
    /// <param name="length">Bytes in all; 0 when not known.</param>
    /// <param name="credit">Bytes that may come before any of them was read.</param>
    public InboundBody(LinkedCall call, uint streamId, ulong length, int credit) =>
        (_call, StreamId, _length, _window, _credit) = (call, streamId, length, credit, credit);

    /// <summary>Its number.</summary>
    public uint StreamId { get; }

    /// <inheritdoc/>
    public override long? Length => _length is > 0 and <= long.MaxValue ? (long)_length : null;

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? Whole => null;

    /// <summary>Notes that somebody has it, who will dispose it.</summary>
    public void Open()
    {
        lock (_gate)
        {
            if (_isOpen)
                throw new InvalidOperationException($"body {StreamId} has a reader already");
            _isOpen = true;
        }
    }

    /// <summary>A part of it has come. Returns what breaks the protocol, or <see langword="null"/>.</summary>
    public string? Take(ReadOnlySpan<byte> data, bool isLast, bool isBroken)
    {
        bool wakes;
        lock (_gate)
        {
            if (_hasEnded)
                return $"a chunk of body {StreamId} after its end";
            if (data.Length > _credit)
                return $"{data.Length} bytes of body {StreamId}, with credit for {_credit}";
            _credit -= data.Length;
            if (!_isDropped)
                _bytes.Add(data);
            _hasEnded = isLast || isBroken;
            if (isBroken)
                _fault ??= "the sidecar broke the body off";
            wakes = Claim(data.Length > 0);
        }
        if (wakes)
            _wait.SetResult(true);
        return null;
    }

    /// <summary>Nothing more will come.</summary>
    public void Break(string reason)
    {
        bool wakes;
        lock (_gate)
        {
            if (_hasEnded)
                return;
            _hasEnded = true;
            _fault = reason;
            wakes = Claim(false);
        }
        if (wakes)
            _wait.SetResult(true);
    }

    /// <summary>Its call has been disposed: drops it when nobody has it.</summary>
    public void Abandon()
    {
        bool isOpen;
        lock (_gate)
            isOpen = _isOpen;
        if (!isOpen)
            Dispose();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryRead(buffer.Span, out var count, out var credit))
            {
                if (credit > 0)
                    _call.Grant(StreamId, credit);
                return count;
            }
            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        bool wakes;
        lock (_gate)
        {
            _isDropped = true;
            _bytes.Clear();
            wakes = Claim(true);
        }
        if (wakes)
            _wait.SetResult(true);
    }

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token)
    {
        _registration.Dispose();
        _registration = default;
        _wait.GetResult(token);
    }

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private bool TryRead(Span<byte> buffer, out int count, out int credit)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDropped, this);
            credit = 0;
            count = _bytes.Take(buffer);
            if (count == 0 && _bytes.IsEmpty && _fault is not null)
                throw new IOException($"the body broke off: {_fault}");
            if (count == 0)
                return _hasEnded || !_bytes.IsEmpty;
            _read += count;
            // Half a window at a time: the sidecar sends on while the credit is under way.
            if (!_hasEnded && _read >= (_window + 1) / 2)
            {
                credit = _read;
                _credit += _read;
                _read = 0;
            }
            return true;
        }
    }

    private ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_bytes.IsEmpty || _hasEnded || _isDropped)
                return ValueTask.CompletedTask;
            if (_isWaiting)
                throw new InvalidOperationException("somebody reads the body already");
            _wait.Reset();
            _isWaiting = true;
            _token = cancellationToken;
        }
        var version = _wait.Version;
        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(static body => ((InboundBody)body!).GiveUpWaiting(), this);
        return new(this, version);
    }

    private void GiveUpWaiting()
    {
        lock (_gate)
        {
            if (!Claim(true))
                return;
        }
        _wait.SetException(new OperationCanceledException(_token));
    }

    // Under the lock. Whether a reader waits, which then belongs to the caller.
    private bool Claim(bool hasNews)
    {
        if (!_isWaiting || !(hasNews || _hasEnded))
            return false;
        _isWaiting = false;
        return true;
    }
}
