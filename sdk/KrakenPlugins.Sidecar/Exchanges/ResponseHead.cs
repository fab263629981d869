using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KrakenPlugins.Sidecar.Exchanges;

/// <summary>Status and headers of the answer, and what wants to be called before they go out.</summary>
internal sealed class ResponseHead : IHttpResponseFeature
{
    private List<(Func<object, Task> Callback, object State)>? _starting;
    private List<(Func<object, Task> Callback, object State)>? _completed;

    /// <summary>The headers.</summary>
    public TrackedHeaders Tracked { get; } = new();

    /// <inheritdoc/>
    public int StatusCode
    {
        get;
        set
        {
            if (HasStarted)
                throw new InvalidOperationException("StatusCode cannot be set because the response has already started");
            field = value;
        }
    }

    = StatusCodes.Status200OK;

    /// <inheritdoc/>
    public string? ReasonPhrase { get; set; }

    /// <inheritdoc/>
    public IHeaderDictionary Headers
    {
        get => Tracked;
        set => throw new NotSupportedException("the headers of the answer can be changed, not replaced by others");
    }

    /// <inheritdoc/>
    public Stream Body { get; set; } = Stream.Null;

    /// <inheritdoc/>
    public bool HasStarted { get; private set; }

    /// <inheritdoc/>
    public void OnStarting(Func<object, Task> callback, object state)
    {
        if (HasStarted)
            throw new InvalidOperationException("OnStarting cannot be set because the response has already started");
        (_starting ??= []).Add((callback, state));
    }

    /// <inheritdoc/>
    public void OnCompleted(Func<object, Task> callback, object state) => (_completed ??= []).Add((callback, state));

    /// <summary>Runs what wants to be called before the head goes out, last first, and closes it.</summary>
    public async ValueTask StartAsync()
    {
        if (HasStarted)
            return;
        while (_starting is { Count: > 0 } starting)
        {
            var (callback, state) = starting[^1];
            starting.RemoveAt(starting.Count - 1);
            await callback(state).ConfigureAwait(false);
        }
        HasStarted = true;
        Tracked.IsReadOnly = true;
    }

    /// <summary>Runs what wants to be called at the end, last first.</summary>
    public async ValueTask CompleteAsync()
    {
        for (var i = (_completed?.Count ?? 0) - 1; i >= 0; i--)
            await _completed![i].Callback(_completed[i].State).ConfigureAwait(false);
    }
}
