using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sidecar.Protocol;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Micro;

/// <summary>
/// The other end of <see cref="SidecarMicro"/>, in a process of its own: the least that a sidecar can do. A place with an odd number answers with a last
/// Proceed that adds a header, one with an even number with a Finish.
/// </summary>
internal sealed class SidecarPeer : IHttpApplication<HttpContext>
{
    private readonly GrpcServer _server = new GrpcServerBuilder()
        .Unary(PluginServiceMethods.Describe, static (_, _) => new(new DescribeResponse { Protocol = 1, Id = "micro" }))
        .Duplex(PluginServiceMethods.Handle, HandleAsync)
        .Build();

    public static void Run(string socket) => new SidecarPeer().RunAsync(socket).GetAwaiter().GetResult();

    public HttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        var context = contextFeatures is IHostContextContainer<HttpContext> { HostContext: DefaultHttpContext kept } ? kept : new DefaultHttpContext();
        if (contextFeatures is IHostContextContainer<HttpContext> container)
            container.HostContext = context;
        context.Initialize(contextFeatures);
        return context;
    }

    public void DisposeContext(HttpContext context, Exception? exception) => ((DefaultHttpContext)context).Uninitialize();

    public Task ProcessRequestAsync(HttpContext context) => _server.HandleAsync(context);

    private async Task RunAsync(string socket)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        _server.Options.ApplyTo(options.Limits);
        options.ListenUnixSocket(socket, static listen => listen.Protocols = HttpProtocols.Http2);
        using var kestrel = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        await kestrel.StartAsync(this, CancellationToken.None).ConfigureAwait(false);
        // Standard input ends with the process that measures.
        await Console.In.ReadToEndAsync().ConfigureAwait(false);
        await kestrel.StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static async ValueTask<GrpcStatus> HandleAsync(GrpcRequestStream<HandleRequest> requests, GrpcResponseStream<HandleResponse> responses, GrpcServerCall call)
    {
        while (await requests.ReadAsync().ConfigureAwait(false) is { HasMessage: true } read)
        {
            var answer = new HandleResponse();
            foreach (var frame in read.Message.Frames)
            {
                if (frame.FrameCase == GatewayFrame.FrameOneofCase.Start)
                    answer.Frames.Add(frame.Start.PlaceId % 2 == 1 ? Proceed(frame) : Finish(frame));
            }
            if (!await responses.WriteAsync(answer).ConfigureAwait(false))
                break;
        }
        return GrpcStatus.Ok;
    }

    private static PluginFrame Proceed(GatewayFrame start) => new()
    {
        CallId = start.CallId,
        Proceed = new() { Attempt = 1, IsLast = true, Change = new() { Headers = { new HeaderChange { Name = "X-Seen", Operation = HeaderOperation.Set, Value = "1" } } } },
    };

    private static PluginFrame Finish(GatewayFrame start) => new()
    {
        CallId = start.CallId,
        Finish = new() { Response = new() { Status = 200, Headers = { new Header { Name = "Content-Type", Value = "text/plain" } } } },
    };
}
