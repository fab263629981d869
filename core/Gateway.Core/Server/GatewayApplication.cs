using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Core.Server;

/// <summary>
/// Where Kestrel hands requests over. Every request is served from beginning to end by the generation that was current when it
/// came in.
/// </summary>
internal sealed class GatewayApplication(Generation first) : IHttpApplication<Exchange>
{
    private Generation _current = first;

    /// <summary>The generation that serves new requests; setting it swaps one reference.</summary>
    public Generation Current
    {
        get => Volatile.Read(ref _current);
        set => Volatile.Write(ref _current, value);
    }

    public Exchange CreateContext(IFeatureCollection contextFeatures)
    {
        Exchange exchange;
        if (contextFeatures is IHostContextContainer<Exchange> container)
            exchange = container.HostContext ??= new Exchange();
        else
            exchange = new Exchange();
        exchange.Begin(contextFeatures);
        var generation = Current;
        while (!generation.TryEnter())
            generation = Current;
        exchange.Generation = generation;
        exchange.Watch?.RequestBegan(contextFeatures);
        return exchange;
    }

    public Task ProcessRequestAsync(Exchange context) => context.Generation.ServeAsync(context);

    public void DisposeContext(Exchange context, Exception? exception)
    {
        var generation = context.Generation;
        generation.LogAccess(context, exception);
        context.Watch?.RequestEnded();
        context.End();
        generation.Leave();
    }
}
