using System.Collections.Concurrent;
using Gateway.Sidecars.Calls;
using Gateway.Sidecars.Connections;
using KrakenPlugins.Plugin.V1;

namespace Gateway.Sidecars.Tests.Plugins;

/// <summary>A connection to a sidecar that the test plays.</summary>
internal sealed class FakeSession : ISidecarSession
{
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public required DescribeResponse Description { get; init; }

    /// <summary>What it answers to places; <see langword="null"/> for nothing to say.</summary>
    public Func<ConfigureRequest, ConfigureResponse>? Configure { get; init; }

    public string Trouble { get; set; } = "";

    public string Reason { get; private set; } = "";

    public Task Broken => _broken.Task;

    public Task Leaving => _leaving.Task;

    public ConcurrentQueue<ConfigureRequest> Requests { get; } = [];

    public ConcurrentQueue<ulong> Retired { get; } = [];

    /// <summary>Requests that it had got when calls were let through; -1 before that.</summary>
    public int ConfiguredBeforeCalls { get; private set; } = -1;

    public void Break(string reason)
    {
        Reason = reason;
        _broken.TrySetResult();
    }

    public Task<ConfigureResponse> ConfigureAsync(ConfigureRequest request, CancellationToken cancellationToken)
    {
        Requests.Enqueue(request);
        return Task.FromResult(Configure?.Invoke(request) ?? new ConfigureResponse());
    }

    public Task RetireAsync(ulong generation, CancellationToken cancellationToken)
    {
        Retired.Enqueue(generation);
        return Task.CompletedTask;
    }

    public void Open() => ConfiguredBeforeCalls = Requests.Count;

    public SidecarCall NewCall() => throw new InvalidOperationException("nobody calls here");

    public Task<bool> IsHealthyAsync(CancellationToken cancellationToken) => Task.FromResult(true);

    public void Lose(string reason) => Break(reason);

    public Task DrainAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Break("is not used any more");
        return ValueTask.CompletedTask;
    }
}
