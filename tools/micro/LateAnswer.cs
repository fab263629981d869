using System.Threading.Tasks.Sources;
using KrakenPlugins.Sdk.Proxy;

namespace Gateway.Micro;

/// <summary>What stands behind a pipeline: an answer that is there at once, or one that comes when it is told to. Allocates nothing.</summary>
internal sealed class LateAnswer : IValueTaskSource<ProxyResult>
{
    private readonly ProxyResult _answer = new ProxyResponse { IsComplete = true };
    private ManualResetValueTaskSourceCore<ProxyResult> _core;

    public ValueTask<ProxyResult> AtOnce(ProxyRequest request, CancellationToken cancellationToken) => new(_answer);

    public ValueTask<ProxyResult> Later(ProxyRequest request, CancellationToken cancellationToken)
    {
        _core.Reset();
        return new(this, _core.Version);
    }

    /// <summary>Ends the call that waits.</summary>
    public void Come() => _core.SetResult(_answer);

    public ProxyResult GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
