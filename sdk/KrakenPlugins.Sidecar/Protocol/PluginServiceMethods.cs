using Google.Protobuf;
using KrakenPlugins.Grpc;
using KrakenPlugins.Plugin.V1;

namespace KrakenPlugins.Sidecar.Protocol;

/// <summary>The methods of <c>krakenplugins.plugin.v1.PluginService</c>. Source: docs/plugins/sidecar-protocol.md.</summary>
public static class PluginServiceMethods
{
    /// <summary>Full name of the service.</summary>
    public const string ServiceName = "krakenplugins.plugin.v1.PluginService";

    /// <summary>Metadata that carries the secret with every call.</summary>
    public const string SecretName = "krakenplugins-secret";

    /// <summary>The first and the only version of the protocol so far.</summary>
    public const uint ProtocolVersion = 1;

    /// <summary>Says what the plugin is.</summary>
    public static GrpcMethod<DescribeRequest, DescribeResponse> Describe { get; } = Unary("Describe", DescribeRequest.Parser, DescribeResponse.Parser);

    /// <summary>Hands over places.</summary>
    public static GrpcMethod<ConfigureRequest, ConfigureResponse> Configure { get; } = Unary("Configure", ConfigureRequest.Parser, ConfigureResponse.Parser);

    /// <summary>Ends a generation.</summary>
    public static GrpcMethod<RetireRequest, RetireResponse> Retire { get; } = Unary("Retire", RetireRequest.Parser, RetireResponse.Parser);

    /// <summary>Asks how the plugin is.</summary>
    public static GrpcMethod<HealthRequest, HealthResponse> Health { get; } = Unary("Health", HealthRequest.Parser, HealthResponse.Parser);

    /// <summary>Carries the calls.</summary>
    public static GrpcMethod<HandleRequest, HandleResponse> Handle { get; } =
        new(GrpcMethodKind.Duplex, ServiceName, "Handle", new ProtobufMarshaller<HandleRequest>(HandleRequest.Parser), new ProtobufMarshaller<HandleResponse>(HandleResponse.Parser));

    /// <summary>Ends the process.</summary>
    public static GrpcMethod<ShutdownRequest, ShutdownResponse> Shutdown { get; } = Unary("Shutdown", ShutdownRequest.Parser, ShutdownResponse.Parser);

    private static GrpcMethod<TRequest, TResponse> Unary<TRequest, TResponse>(string name, MessageParser<TRequest> requests, MessageParser<TResponse> responses)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse> =>
        new(GrpcMethodKind.Unary, ServiceName, name, new ProtobufMarshaller<TRequest>(requests), new ProtobufMarshaller<TResponse>(responses));
}
