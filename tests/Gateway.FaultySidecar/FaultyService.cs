using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sidecar.Protocol;

namespace Gateway.FaultySidecar;

/// <summary>The methods of the protocol.</summary>
internal sealed class FaultyService(string secret, Manifest manifest, ProcessFaults faults, Wire wire, RunningCalls running, Action end) : IGrpcService
{
    private readonly ConcurrentDictionary<uint, ConfiguredFaults> _places = [];

    public void Map(GrpcServerBuilder server) => server
        .Unary(PluginServiceMethods.Describe, (request, call) => Guarded(call, () => DescribeAsync(request)))
        .Unary(PluginServiceMethods.Configure, (request, call) => Guarded(call, () => ConfigureAsync(request)))
        .Unary(PluginServiceMethods.Retire, (_, call) => Guarded<RetireResponse>(call, static () => Answer(new RetireResponse())))
        .Unary(PluginServiceMethods.Health, (_, call) => Guarded(call, HealthAsync))
        .Unary(PluginServiceMethods.Shutdown, (_, call) => Guarded(call, ShutdownAsync))
        .Duplex(PluginServiceMethods.Handle, (requests, responses, call) => IsTrusted(call)
            ? new CallStream(requests, responses, new(_places, running, wire)).RunAsync()
            : ValueTask.FromResult(Untrusted));

    private static GrpcStatus Untrusted => new(GrpcStatusCode.Unauthenticated, "the secret is missing or wrong");

    private bool IsTrusted(GrpcServerCall call) => faults.TakesAnySecret || call.Metadata.Text(PluginServiceMethods.SecretName) == secret;

    private ValueTask<GrpcResult<T>> Guarded<T>(GrpcServerCall call, Func<ValueTask<GrpcResult<T>>> answer) =>
        IsTrusted(call) ? answer() : ValueTask.FromResult<GrpcResult<T>>(Untrusted);

    private static ValueTask<GrpcResult<T>> Answer<T>(T message) => ValueTask.FromResult<GrpcResult<T>>(message);

    private static async ValueTask<GrpcResult<T>> Never<T>()
    {
        await Task.Delay(Timeout.Infinite);
        return new GrpcStatus(GrpcStatusCode.Internal, "never");
    }

    private ValueTask<GrpcResult<DescribeResponse>> DescribeAsync(DescribeRequest request)
    {
        if (faults.Describe == "never")
            return Never<DescribeResponse>();
        if (faults.ChosenProtocol is null && (faults.Protocol < request.MinProtocol || faults.Protocol > request.MaxProtocol))
            return ValueTask.FromResult<GrpcResult<DescribeResponse>>(new GrpcStatus(GrpcStatusCode.FailedPrecondition, $"speaks protocol {faults.Protocol}, the gateway {request.MinProtocol} to {request.MaxProtocol}"));
        var description = new DescribeResponse { Protocol = faults.ChosenProtocol ?? faults.Protocol, Id = faults.Id ?? manifest.Id, Version = manifest.Version };
        description.Components.AddRange(faults.Components == "missing" ? manifest.Components.Skip(1) : manifest.Components);
        if (faults.Components == "extra")
            description.Components.Add(new Component { Name = "test/undeclared", Layer = Layer.Proxy, Needs = new() { RequestHead = true } });
        return Answer(description);
    }

    private ValueTask<GrpcResult<ConfigureResponse>> ConfigureAsync(ConfigureRequest request)
    {
        if (faults.Configure == "never")
            return Never<ConfigureResponse>();
        if (faults.Configure == "status")
            return ValueTask.FromResult<GrpcResult<ConfigureResponse>>(new GrpcStatus(GrpcStatusCode.Internal, "does not like to be configured"));
        var response = new ConfigureResponse();
        foreach (var place in request.Places)
        {
            var config = place.ConfigJson.IsEmpty ? null : JsonNode.Parse(place.ConfigJson.Span) as JsonObject;
            _places[place.PlaceId] = new(place.Layer, config?["fault"]?.GetValue<string>() ?? "");
            response.Places.Add(new ConfiguredPlace { PlaceId = place.PlaceId });
            if (faults.Configure == "error" || config?["invalid"] is not null)
                response.Diagnostics.Add(new Diagnostic { PlaceId = place.PlaceId, Severity = Severity.Error, Path = "invalid", Message = "is not wanted; expected a configuration without it" });
        }
        return Answer(response);
    }

    private async ValueTask<GrpcResult<HealthResponse>> HealthAsync()
    {
        if (faults.Health == "never")
            return await Never<HealthResponse>();
        if (faults.Health == "late")
            await Task.Delay(3000);
        return new HealthResponse
        {
            Status = faults.Health switch { "not-serving" => HealthStatus.NotServing, "degraded" => HealthStatus.Degraded, _ => HealthStatus.Serving },
            Message = faults.Health,
        };
    }

    private ValueTask<GrpcResult<ShutdownResponse>> ShutdownAsync()
    {
        if (faults.Shutdown == "never")
            return Never<ShutdownResponse>();
        end();
        return Answer(new ShutdownResponse());
    }
}

/// <summary>What all streams share.</summary>
/// <param name="Places">The configured places.</param>
/// <param name="Running">Calls that are not finished.</param>
/// <param name="Wire">The connections.</param>
internal sealed record Surroundings(ConcurrentDictionary<uint, ConfiguredFaults> Places, RunningCalls Running, Wire Wire);

/// <summary>Counts calls, for an end in good order.</summary>
internal sealed class RunningCalls
{
    private int _count;

    public void Begin() => Interlocked.Increment(ref _count);

    public void End() => Interlocked.Decrement(ref _count);

    /// <summary>Waits until none runs, five seconds at most.</summary>
    public async Task UntilNoneAsync()
    {
        for (var i = 0; i < 1000 && Volatile.Read(ref _count) > 0; i++)
            await Task.Delay(5);
    }
}

/// <summary>What a place of the configuration says.</summary>
/// <param name="Layer">Where it stands.</param>
/// <param name="Fault">How its calls misbehave that ask for nothing themselves.</param>
internal sealed record ConfiguredFaults(Layer Layer, string Fault);
