using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Gateway.Core.Json;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.ObjectPool;

namespace Gateway.Core.Proxy;

/// <summary>
/// Calls all backends of an endpoint at once and folds their data in the order of arrival (RTE-126 to 133). The last to arrive
/// merges; when 85 % of the endpoint's time is over, what has arrived is merged and the rest is cancelled (RTE-130).
/// </summary>
internal sealed class ParallelMerge(ProxyHandler[] backends, TimeSpan timeout)
{
    private readonly TimeSpan _budget = timeout * TimeBudget.Merge;

    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, CancellationToken cancellationToken) =>
        MergeOperation.Start(backends, request, _budget, cancellationToken);
}

/// <summary>Shares of an endpoint's time (RTE-197).</summary>
internal static class TimeBudget
{
    /// <summary>Share of a merge or a sequence.</summary>
    public const double Merge = 0.85;

    /// <summary>Share of concurrent calls.</summary>
    public const double Concurrent = 0.75;
}

/// <summary>
/// One running merge. Pooled: it goes back when its result was taken and every call has come home, late ones included.
/// </summary>
internal sealed class MergeOperation : IValueTaskSource<ProxyResult>
{
    private static readonly DefaultObjectPool<MergeOperation> s_pool = new(new DefaultPooledObjectPolicy<MergeOperation>(), 512);

    private readonly object _gate = new();
    private ManualResetValueTaskSourceCore<ProxyResult> _completion;
    private Call[] _calls = [];
    private ProxyResult[] _arrived = [];
    private int _expected;
    private int _count;
    private int _holders;
    private bool _finished;
    private RequestBody? _body;
    private Deadline? _deadline;
    private CancellationTokenRegistration _expiry;

    public static ValueTask<ProxyResult> Start(ProxyHandler[] backends, ProxyRequest request, TimeSpan budget, CancellationToken cancellationToken)
    {
        var operation = s_pool.Get();
        operation.Prepare(backends.Length);
        var version = operation._completion.Version;
        operation._body = request.Body;
        request.Body.Retain();
        var deadline = operation._deadline = Deadline.Start(budget, cancellationToken);
        var token = deadline.Token;
        operation._expiry = token.UnsafeRegister(static state => ((MergeOperation)state!).Expire(), operation);
        for (var i = 0; i < backends.Length; i++)
            operation._calls[i].Begin(backends[i], request.Fork(), token);
        return new ValueTask<ProxyResult>(operation, version);
    }

    public ProxyResult GetResult(short token)
    {
        var result = _completion.GetResult(token);
        Release();
        return result;
    }

    public ValueTaskSourceStatus GetStatus(short token) => _completion.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _completion.OnCompleted(continuation, state, token, flags);

    private void Prepare(int count)
    {
        if (_calls.Length < count)
        {
            var calls = new Call[count];
            for (var i = 0; i < count; i++)
                calls[i] = i < _calls.Length ? _calls[i] : new Call(this);
            _calls = calls;
            _arrived = new ProxyResult[count];
        }
        _expected = count;
        _count = 0;
        _finished = false;
        _holders = count + 1;
        _completion.Reset();
        _completion.RunContinuationsAsynchronously = false;
    }

    private void Arrive(ProxyResult result)
    {
        var late = false;
        var last = false;
        lock (_gate)
        {
            if (_finished)
            {
                late = true;
            }
            else
            {
                _arrived[_count++] = result;
                last = _count == _expected;
            }
        }
        if (late)
            result.Response?.Dispose();
        if (last)
            Finish();
        Release();
    }

    // Whoever awaits must not run inside the cancellation callback: Release waits for that callback to end.
    private void Expire()
    {
        lock (_gate)
        {
            if (!_finished)
                _completion.RunContinuationsAsynchronously = true;
        }
        Finish();
    }

    private void Finish()
    {
        lock (_gate)
        {
            if (_finished)
                return;
            _finished = true;
        }
        ProxyResult merged;
        try
        {
            merged = Fold(_arrived.AsSpan(0, _count), _expected);
        }
        catch (Exception exception)
        {
            merged = PipelineFault.Of(exception);
        }
        _completion.SetResult(merged);
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;
        _expiry.Dispose();
        _expiry = default;
        _deadline!.Return();
        _deadline = null;
        _body!.Dispose();
        _body = null;
        _arrived.AsSpan().Clear();
        s_pool.Return(this);
    }

    /// <summary>Merges what arrived, in that order; calls that did not arrive count as out of time.</summary>
    internal static ProxyResult Fold(ReadOnlySpan<ProxyResult> arrived, int expected)
    {
        List<GatewayError>? errors = null;
        var complete = true;
        var parts = new PayloadParts();
        foreach (ref readonly var result in arrived)
        {
            if (result.Error is not null)
                (errors ??= []).Add(result.Error);
            if (result.Response is not { } response)
            {
                complete = false;
                continue;
            }
            // A null document is a part that is not there (MAN-013); a no-op backend has no data and counts as a success (RTE-133).
            complete &= response.Raw is not null || (response.IsComplete && response.Data is not null);
            if (response.Data is { } data)
            {
                parts.Add(data);
                response.Data = null;
            }
            response.Dispose();
            parts.Succeeded = true;
        }
        for (var i = arrived.Length; i < expected; i++)
            (errors ??= []).Add(new GatewayError(GatewayErrorKind.Timeout, GatewayError.DeadlineExceeded));
        complete &= errors is null;
        var error = errors is null ? null : Join(errors);
        return parts.Succeeded
            ? new ProxyResult(new ProxyResponse { Data = parts.Merge(), IsComplete = complete }, error)
            : new ProxyResult(null, error);
    }

    private static GatewayError Join(List<GatewayError> errors) =>
        new(GatewayErrorKind.Multiple, string.Join('\n', errors.Select(static e => e.Message))) { Causes = errors };

    /// <summary>The data of the backends that answered, at most a handful.</summary>
    private ref struct PayloadParts
    {
        private Inline _inline;
        private Payload[]? _many;
        private int _count;

        public bool Succeeded { get; set; }

        public void Add(Payload payload)
        {
            if (_many is null && _count == Inline.Length)
            {
                _many = new Payload[Inline.Length * 4];
                ((ReadOnlySpan<Payload>)_inline).CopyTo(_many);
            }
            if (_many is not null && _count == _many.Length)
                Array.Resize(ref _many, _many.Length * 2);
            if (_many is null)
                _inline[_count++] = payload;
            else
                _many[_count++] = payload;
        }

        public Payload Merge()
        {
            var count = _count;
            _count = 0;
            if (count == 0)
                return new TreePayload(new DataObject());
            return _many is null ? MergedPayload.Merge(((ReadOnlySpan<Payload>)_inline)[..count]) : MergedPayload.Merge(_many.AsSpan(0, count));
        }
    }

    [InlineArray(Length)]
    private struct Inline
    {
        public const int Length = 8;
        private Payload _first;
    }

    /// <summary>One backend's call; keeps the awaiter so that waiting for it needs no state machine.</summary>
    private sealed class Call
    {
        private readonly MergeOperation _operation;
        private readonly Action _completed;
        private ConfiguredValueTaskAwaitable<ProxyResult>.ConfiguredValueTaskAwaiter _awaiter;

        public Call(MergeOperation operation)
        {
            _operation = operation;
            _completed = Complete;
        }

        public void Begin(ProxyHandler backend, ProxyRequest request, CancellationToken cancellationToken)
        {
            try
            {
                _awaiter = backend(request, cancellationToken).ConfigureAwait(false).GetAwaiter();
            }
            catch (Exception exception)
            {
                _operation.Arrive(PipelineFault.Of(exception));
                return;
            }
            if (_awaiter.IsCompleted)
                Complete();
            else
                _awaiter.UnsafeOnCompleted(_completed);
        }

        private void Complete()
        {
            ProxyResult result;
            try
            {
                result = _awaiter.GetResult();
            }
            catch (Exception exception)
            {
                result = PipelineFault.Of(exception);
            }
            _awaiter = default;
            _operation.Arrive(result);
        }
    }
}
