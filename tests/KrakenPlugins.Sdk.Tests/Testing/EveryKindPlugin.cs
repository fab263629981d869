using System.Text;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Sdk.Tests.Testing;

/// <summary>A component of several kinds, and an account of the plugin's life.</summary>
public sealed class EveryKindPlugin : GatewayPlugin
{
    public List<string> Events { get; } = [];

    public override void Register(IPluginRegistry registry)
    {
        registry.Server("k/server", ServerStages.Cors, static (_, context, _) => new Server(context));
        registry.Client("k/client", ClientStages.Cache, static (_, _, _) => new Client());
        registry.Executor("k/executor", static (_, _, _) => new Executor());
        registry.Decoder("k", static (_, _, _) => Decode);
        registry.Render("k", static (_, _, _) => new Render());
        registry.Rejecter("k/rejecter", RejecterStages.Policies, static (_, _, _) => null);
        registry.Agent("k/agent", static (_, context, _) => new Agent(context));
        registry.Service("k/service", ServiceStages.Connections, (_, _, _) => new Shared(Events));
    }

    public override ValueTask StartAsync(IServiceContext context, CancellationToken cancellationToken)
    {
        Events.Add("start");
        context.Stopping.Register(() => Events.Add("stopping"));
        return ValueTask.CompletedTask;
    }

    public override ValueTask StopAsync(CancellationToken cancellationToken)
    {
        Events.Add("stop");
        return ValueTask.CompletedTask;
    }

    private static bool Decode(PooledBytes body, out Payload? payload, out string? error)
    {
        using (body)
        {
            payload = body.Length == 0 ? null : new TreePayload(new DataObject { ["text"] = new DataString(Encoding.UTF8.GetString(body.Span)) });
            error = payload is null ? "empty" : null;
            return error is null;
        }
    }

    public sealed class Shared(List<string> events) : IHealthContributor, IAsyncDisposable
    {
        public string Status => "shared";

        public ValueTask DisposeAsync()
        {
            events.Add("dispose");
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Server(IServiceContext service) : IHttpMiddleware
    {
        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            using var reader = new StreamReader(context.Request.Body);
            context.Response.StatusCode = 418;
            await context.Response.WriteAsync($"{service.ClientAddress(context)} {await reader.ReadToEndAsync()} {context.Request.Query["a"]}");
        }
    }

    private sealed class Client : IClientMiddleware
    {
        public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken) => next(request, cancellationToken);
    }

    private sealed class Executor : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            var claims = request.Claims!;
            return new(new GatewayError(GatewayErrorKind.Rejected, $"{claims.GetText("sub")} {claims.GetText("n")} {claims.GetText("roles")} {request.Parameters.Get("Id")}", 403));
        }
    }

    private sealed class Render : IBodyRender
    {
        public string ContentType => "text/plain";

        public void Write(Payload? data, System.Buffers.IBufferWriter<byte> output)
        {
            System.Buffers.BuffersExtensions.Write(output, "<"u8);
            data!.WriteJson(output);
            System.Buffers.BuffersExtensions.Write(output, ">"u8);
        }
    }

    private sealed class Agent(IAgentContext context) : IAgent
    {
        public async Task RunAsync(CancellationToken cancellationToken)
        {
            var result = await context.CallAsync(RequestBody.Of("message"u8.ToArray()), null, cancellationToken);
            result.Response?.Dispose();
            context.Report();
        }
    }
}
