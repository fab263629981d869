using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Core.Server;

/// <summary>The generation that serves new requests, whatever server they come in by.</summary>
internal sealed class CurrentGeneration(Generation first)
{
    private Generation _value = first;

    /// <summary>The generation; setting it swaps one reference.</summary>
    public Generation Value
    {
        get => Volatile.Read(ref _value);
        set => Volatile.Write(ref _value, value);
    }
}

/// <summary>
/// Where Kestrel hands requests over. Every request is served from beginning to end by the generation that was current when it
/// came in.
/// </summary>
internal sealed class GatewayApplication(CurrentGeneration current) : IHttpApplication<Exchange>
{
    private volatile bool _isLeaving;
    private volatile bool _isRefusing;

    /// <summary>Whether every answer is to be the last one on its connection.</summary>
    public bool IsLeaving
    {
        get => _isLeaving;
        set => _isLeaving = value;
    }

    /// <summary>Whether requests are sent to another connection (RFC 9110, section 15.5.20) instead of being served.</summary>
    public bool IsRefusing
    {
        get => _isRefusing;
        set => _isRefusing = value;
    }

    public Exchange CreateContext(IFeatureCollection contextFeatures)
    {
        Exchange exchange;
        if (contextFeatures is IHostContextContainer<Exchange> container)
            exchange = container.HostContext ??= new Exchange();
        else
            exchange = new Exchange();
        exchange.Begin(contextFeatures);
        var generation = current.Value;
        while (!generation.TryEnter())
            generation = current.Value;
        exchange.Generation = generation;
        exchange.Watch?.RequestBegan(contextFeatures);
        if (_isLeaving)
            AskToLeave(exchange.Http);
        return exchange;
    }

    public Task ProcessRequestAsync(Exchange context) => _isRefusing ? RefuseAsync(context) : context.Generation.ServeAsync(context);

    public void DisposeContext(Exchange context, Exception? exception)
    {
        var generation = context.Generation;
        generation.LogAccess(context, exception);
        context.Watch?.RequestEnded();
        context.End();
        generation.Leave();
    }

    private static Task RefuseAsync(Exchange exchange)
    {
        exchange.Http.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        exchange.Http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    // HTTP/2 has a frame for it. With HTTP/1.1 Kestrel's own way would interrupt whoever reads the body, so the header is set, as late as can be.
    private static void AskToLeave(HttpContext context)
    {
        if (HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            return;
        }
        context.Response.OnStarting(static state =>
        {
            var response = ((HttpContext)state).Response;
            if (response.StatusCode != StatusCodes.Status101SwitchingProtocols)
                response.Headers.Connection = "close";
            return Task.CompletedTask;
        }, context);
    }
}
