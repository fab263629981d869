using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sidecar.Calls;
using KrakenPlugins.Sidecar.Components;
using KrakenPlugins.Sidecar.Places;
using KrakenPlugins.Sidecar.Protocol;

namespace KrakenPlugins.Sidecar.Hosting;

/// <summary>The service that the gateway calls.</summary>
internal sealed class PluginService(PluginSource source, PluginIdentity identity, ProcessLog log) : IGrpcService
{
    private readonly Generations _generations = new(source, identity, log);
    private readonly List<CallStream> _streams = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StreamTerms _terms = StreamTerms.Own;
    private Task? _draining;

    /// <summary>Completes when the plugin has finished what ran and may end.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Adds the methods.</summary>
    public void Map(GrpcServerBuilder server) => server
        .Unary(PluginServiceMethods.Describe, (request, _) => new(Describe(request)))
        .Unary(PluginServiceMethods.Configure, ConfigureAsync)
        .Unary(PluginServiceMethods.Retire, RetireAsync)
        .Unary(PluginServiceMethods.Health, (_, _) => new(_generations.Health()))
        .Unary(PluginServiceMethods.Shutdown, ShutdownAsync)
        .Duplex(PluginServiceMethods.Handle, HandleAsync);

    /// <summary>Finishes what runs, once; whoever asks again waits for the same end.</summary>
    /// <param name="grace">Time after which calls are left to themselves.</param>
    /// <param name="reason">Told to the gateway, unless it asked for it.</param>
    public Task DrainAsync(TimeSpan grace, string? reason)
    {
        lock (_streams)
            return _draining ??= DrainCoreAsync(grace, reason);
    }

    private GrpcResult<DescribeResponse> Describe(DescribeRequest request)
    {
        const uint own = PluginServiceMethods.ProtocolVersion;
        if (request.MinProtocol > own || request.MaxProtocol < own)
            return new GrpcStatus(GrpcStatusCode.FailedPrecondition, $"the plugin speaks protocol {own} to {own}, the gateway {request.MinProtocol} to {request.MaxProtocol}");
        var catalog = new ComponentCatalog(source.First);
        if (catalog.Refusal is { } refusal)
            return new GrpcStatus(GrpcStatusCode.FailedPrecondition, refusal);
        _terms = StreamTerms.Own.With(request.Limits);
        var response = new DescribeResponse { Protocol = own, Id = identity.Id, Version = identity.Version, Limits = StreamTerms.Own.ToMessage() };
        foreach (var component in catalog.Components)
            response.Components.Add(component.ToMessage(identity.NeedsOf(component.Layer, component.Name)));
        return response;
    }

    // Factories may take their time, and the connection's thread is not theirs.
    private async ValueTask<GrpcResult<ConfigureResponse>> ConfigureAsync(ConfigureRequest request, GrpcServerCall call) =>
        await Task.Run(() => _generations.ConfigureAsync(request, call.Ended).AsTask()).ConfigureAwait(false);

    private async ValueTask<GrpcResult<RetireResponse>> RetireAsync(RetireRequest request, GrpcServerCall call)
    {
        await _generations.RetireAsync(request.Generation).ConfigureAwait(false);
        return new RetireResponse();
    }

    private async ValueTask<GrpcResult<ShutdownResponse>> ShutdownAsync(ShutdownRequest request, GrpcServerCall call)
    {
        await DrainAsync(request.GraceMs == 0 ? PluginProcess.DefaultGrace : TimeSpan.FromMilliseconds(request.GraceMs), null).ConfigureAwait(false);
        return new ShutdownResponse();
    }

    private async ValueTask<GrpcStatus> HandleAsync(GrpcRequestStream<HandleRequest> requests, GrpcResponseStream<HandleResponse> responses, GrpcServerCall call)
    {
        var stream = new CallStream(_generations.Places, log, _terms);
        lock (_streams)
        {
            if (_draining is not null)
                return new GrpcStatus(GrpcStatusCode.Unavailable, "the plugin is about to end");
            _streams.Add(stream);
        }
        try
        {
            // The gateway waits for the head before it sends calls.
            await call.SendHeadersAsync().ConfigureAwait(false);
            return await stream.RunAsync(requests, responses).ConfigureAwait(false);
        }
        finally
        {
            lock (_streams)
                _streams.Remove(stream);
        }
    }

    private async Task DrainCoreAsync(TimeSpan grace, string? reason)
    {
        await Task.Yield();
        CallStream[] streams;
        lock (_streams)
            streams = [.. _streams];
        if (reason is not null)
        {
            foreach (var stream in streams)
                stream.SendGoingAway(reason);
        }
        try
        {
            await Task.WhenAll(streams.Select(static s => s.WhenIdle())).WaitAsync(grace).ConfigureAwait(false);
            await _generations.DisposeAsync().AsTask().WaitAsync(grace).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            log.Write(Microsoft.Extensions.Logging.LogLevel.Warning, $"calls were still under way after {grace.TotalSeconds:0.#} s; they are cut");
        }
        foreach (var stream in streams)
            await stream.CloseAsync().ConfigureAwait(false);
        _ended.TrySetResult();
    }
}
