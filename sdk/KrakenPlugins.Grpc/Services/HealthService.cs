using System.Diagnostics.CodeAnalysis;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Grpc.Wire;

namespace KrakenPlugins.Grpc.Services;

/// <summary>What <c>grpc.health.v1</c> says of a service.</summary>
public enum ServingStatus
{
    /// <summary>Nothing was said yet.</summary>
    Unknown = 0,

    /// <summary>It serves.</summary>
    Serving = 1,

    /// <summary>It does not serve now.</summary>
    NotServing = 2,

    /// <summary>There is no such service; sent to watchers only.</summary>
    ServiceUnknown = 3,
}

/// <summary>The health service, <c>grpc.health.v1.Health</c>: <c>Check</c> and <c>Watch</c>. The empty name stands for the whole server.</summary>
public sealed class HealthService : IGrpcService
{
    /// <summary>The service's name.</summary>
    public const string Name = "grpc.health.v1.Health";

    private static readonly WireMarshaller<string> s_request = new(static (service, writer) => writer.Text(1, service), TryReadService);
    private static readonly WireMarshaller<ServingStatus> s_response = new(static (status, writer) => writer.Number(1, (long)status), TryReadStatus);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ServingStatus> _statuses = new(StringComparer.Ordinal) { [""] = ServingStatus.Serving };
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary><c>Check</c>: the status of a service, NOT_FOUND when there is none.</summary>
    public static GrpcMethod<string, ServingStatus> Check { get; } = new(GrpcMethodKind.Unary, Name, "Check", s_request, s_response);

    /// <summary><c>Watch</c>: the status of a service now and whenever it changes.</summary>
    public static GrpcMethod<string, ServingStatus> Watch { get; } = new(GrpcMethodKind.ServerStreaming, Name, "Watch", s_request, s_response);

    /// <summary>Says how a service is.</summary>
    public void Set(string service, ServingStatus status)
    {
        lock (_lock)
        {
            _statuses[service] = status;
            Announce();
        }
    }

    /// <summary>Says that nothing here serves any more; for the time of draining.</summary>
    public void SetAllNotServing()
    {
        lock (_lock)
        {
            foreach (var service in _statuses.Keys)
                _statuses[service] = ServingStatus.NotServing;
            Announce();
        }
    }

    /// <inheritdoc/>
    public void Map(GrpcServerBuilder server)
    {
        ArgumentNullException.ThrowIfNull(server);
        server.Unary(Check, (service, _) => new(CheckNow(service))).ServerStreaming(Watch, WatchAsync);
    }

    private GrpcResult<ServingStatus> CheckNow(string service)
    {
        lock (_lock)
        {
            return _statuses.TryGetValue(service, out var status)
                ? status
                : new GrpcStatus(GrpcStatusCode.NotFound, $"there is no service \"{service}\"");
        }
    }

    private async ValueTask<GrpcStatus> WatchAsync(string service, GrpcResponseStream<ServingStatus> responses, GrpcServerCall call)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.Ended, call.Closing);
        ServingStatus? last = null;
        while (true)
        {
            var (status, changed) = Now(service);
            if (status != last && !await responses.WriteAsync(status).ConfigureAwait(false))
                return GrpcStatus.Ok;
            last = status;
            await changed.WaitAsync(stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
                return new GrpcStatus(GrpcStatusCode.Unavailable, "the server stops");
        }
    }

    private (ServingStatus Status, Task Changed) Now(string service)
    {
        lock (_lock)
            return (_statuses.TryGetValue(service, out var status) ? status : ServingStatus.ServiceUnknown, _changed.Task);
    }

    private void Announce()
    {
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static bool TryReadService(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out string service)
    {
        var reader = new WireReader(bytes);
        service = "";
        while (reader.Next())
        {
            if (reader.Field == 1)
                service = reader.Text();
            else
                reader.Skip();
        }
        return !reader.IsBroken;
    }

    private static bool TryReadStatus(ReadOnlySpan<byte> bytes, out ServingStatus status)
    {
        var reader = new WireReader(bytes);
        status = ServingStatus.Unknown;
        while (reader.Next())
        {
            if (reader.Field == 1)
                status = (ServingStatus)reader.Int32();
            else
                reader.Skip();
        }
        return !reader.IsBroken;
    }
}
