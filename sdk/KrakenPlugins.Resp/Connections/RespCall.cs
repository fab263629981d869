using System.Diagnostics;
using System.Threading.Tasks.Sources;
using KrakenPlugins.Resp.Wire;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Resp.Connections;

/// <summary>
/// A command on its way: its bytes, its deadline, and who waits for it. Used again when its caller has the result and no queue holds it
/// any more; each of them has a share.
/// </summary>
internal sealed class RespCall(RespClient client) : IValueTaskSource<RedisReply>
{
    private readonly RespBuffer _bytes = new();
    private ManualResetValueTaskSourceCore<RedisReply> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private RedisScript? _script;
    private int _scriptParts;
    private int _tail;
    private int _shares;
    private int _isDone;
    private int _admission;

    /// <summary>The command.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.Written;

    /// <summary>When it began, in the clock's ticks.</summary>
    public long Started { get; private set; }

    /// <summary>Its span, when somebody traces.</summary>
    public Activity? Span { get; set; }

    /// <summary>When it is over, in the clock's ticks.</summary>
    public long Deadline { get; private set; }

    /// <summary>When a parked one is sent again, or one that waits for its turn gives up.</summary>
    public long Due { get; set; }

    /// <summary>Whether it may run twice.</summary>
    public bool IsRepeatable { get; private set; }

    /// <summary>Slot of its key in a cluster; -1 without key.</summary>
    public int Slot { get; private set; }

    /// <summary>How often it was sent again.</summary>
    public int Retries { get; set; }

    /// <summary>How many redirections it followed.</summary>
    public int Redirects { get; set; }

    /// <summary>Counts it as in flight.</summary>
    /// <returns>Whether its caller still waits.</returns>
    public bool TryAdmit() => Interlocked.CompareExchange(ref _admission, 1, 0) == 0;

    /// <summary>Why it could not be executed the last time.</summary>
    public string LastError { get; set; } = "";

    /// <summary>Whether its caller has been told.</summary>
    public bool IsDone => Volatile.Read(ref _isDone) != 0;

    /// <summary>Begins with a command.</summary>
    public void Set(ReadOnlySpan<RedisArgument> command, RedisCall call, long deadline, int slot)
    {
        Begin(call, deadline, slot);
        _bytes.Begin(command.Length);
        foreach (ref readonly var part in command)
            _bytes.Part(part);
    }

    /// <summary>Begins with a script.</summary>
    public void Set(RedisScript script, ReadOnlySpan<RedisArgument> keys, ReadOnlySpan<RedisArgument> arguments, RedisCall call, long deadline, int slot)
    {
        Begin(call, deadline, slot);
        _script = script;
        _scriptParts = 3 + keys.Length + arguments.Length;
        _bytes.Begin(_scriptParts);
        _bytes.Part("EVALSHA"u8);
        _bytes.Part(script.Digest.Span);
        _tail = _bytes.Length;
        _bytes.Part(keys.Length);
        foreach (ref readonly var key in keys)
            _bytes.Part(key);
        foreach (ref readonly var argument in arguments)
            _bytes.Part(argument);
    }

    /// <summary>Puts the text of the script in place of its digest.</summary>
    /// <returns>Whether that was possible: not for a command, and not twice.</returns>
    public bool TrySendText()
    {
        if (_script is not { } script)
            return false;
        _script = null;
        var tail = _bytes.Written[_tail..].ToArray();
        _bytes.Clear();
        _bytes.Begin(_scriptParts);
        _bytes.Part("EVAL"u8);
        _bytes.Part(script.Text.Span);
        _bytes.Raw(tail);
        return true;
    }

    /// <summary>What the caller waits for.</summary>
    public ValueTask<RedisReply> Task => new(this, _core.Version);

    /// <summary>Ends it when the token fires.</summary>
    public void Observe(CancellationToken cancellationToken) => _registration = cancellationToken.UnsafeRegister(static (call, token) =>
    {
        var self = (RespCall)call!;
        if (Interlocked.Exchange(ref self._isDone, 1) != 0)
            return;
        self.Retire(null);
        self._core.SetException(new OperationCanceledException(token));
    }, this);

    /// <summary>Tells the caller, unless it has been told.</summary>
    public void Complete(RedisReply reply)
    {
        if (Interlocked.Exchange(ref _isDone, 1) != 0)
            return;
        Retire(reply.Failure);
        _core.SetResult(reply);
    }

    /// <summary>A queue takes hold of it.</summary>
    public void Share() => Interlocked.Increment(ref _shares);

    /// <summary>A holder lets go of it.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _shares) == 0)
            client.Calls.Return(this);
    }

    RedisReply IValueTaskSource<RedisReply>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _registration.Dispose();
            _registration = default;
            Release();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<RedisReply>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<RedisReply>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Begin(RedisCall call, long deadline, int slot)
    {
        _core.Reset();
        _bytes.Clear();
        _script = null;
        _shares = 1;
        _isDone = 0;
        (Deadline, IsRepeatable, Slot) = (deadline, call.IsRepeatable, slot);
        (Retries, Redirects, LastError) = (0, 0, "");
        _admission = 0;
        Span = null;
        Started = deadline - client.Ticks(call.Timeout);
    }

    private void Retire(RedisFailure? failure)
    {
        client.Told(this, failure);
        if (Interlocked.Exchange(ref _admission, 2) == 1)
            client.Leave();
    }
}

/// <summary>Calls that nobody holds.</summary>
internal sealed class RespCallStack(RespClient client)
{
    private readonly RespCall?[] _calls = new RespCall?[1024];
    private readonly Lock _gate = new();
    private int _count;

    public RespCall Take()
    {
        lock (_gate)
        {
            if (_count > 0)
                return _calls[--_count]!;
        }
        return new RespCall(client);
    }

    public void Return(RespCall call)
    {
        lock (_gate)
        {
            if (_count < _calls.Length)
                _calls[_count++] = call;
        }
    }
}
