using System.Collections.Concurrent;
using Gateway.FrontDoor.Stages;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;

namespace Gateway.FrontDoor.Contracts;

/// <summary>What the Redis of these tests offers to other components.</summary>
internal interface IStore
{
    long Increment(string key);
}

/// <summary>What works on a store, and is offered in turn.</summary>
internal interface IQuota
{
    bool TryTake(string key);
}

/// <summary><c>redis</c>: a pool that lives as long as its configuration and shows its state.</summary>
internal sealed class StorePlugin : GatewayPlugin
{
    public List<Store> Stores { get; } = [];

    public override void Register(IPluginRegistry registry)
    {
        // Declared before what it builds upon: the stages decide.
        registry.Service<IQuota>("governance/processors", ServiceStages.Processors, static (config, context, diagnostics) =>
        {
            if (context.Service<IStore>() is { } store)
                return new Quota(store, int.Parse(config["limit"]!.Text, System.Globalization.CultureInfo.InvariantCulture));
            diagnostics.Error(config.Position, "extra_config.governance/processors", "needs the service of \"redis\"");
            return null;
        });
        registry.Service<IStore>("redis", ServiceStages.Connections, (config, _, _) =>
        {
            var store = config["address"] is null ? throw new InvalidOperationException("no address") : new Store();
            Stores.Add(store);
            return store;
        });
        registry.Health("redis", (_, context, _) => (IHealthContributor)context.Service<IStore>()!);
        registry.Endpoint("governance/quota", EndpointStages.RateLimit, static (_, context, _) => new HttpProbe((exchange, next) =>
        {
            if (context.Service<IQuota>()!.TryTake(context.ClientAddress(exchange)))
                return next(exchange);
            exchange.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            return Task.CompletedTask;
        }));
    }

    internal sealed class Store : IStore, IHealthContributor, IDisposable
    {
        private readonly ConcurrentDictionary<string, long> _values = new();

        public bool IsClosed { get; private set; }

        public string Status => IsClosed ? throw new ObjectDisposedException(nameof(Store)) : $"ok, {_values.Count} \"keys\"";

        public long Increment(string key) => _values.AddOrUpdate(key, 1, static (_, value) => value + 1);

        public void Dispose() => IsClosed = true;
    }

    private sealed class Quota(IStore store, int limit) : IQuota
    {
        public bool TryTake(string key) => store.Increment(key) <= limit;
    }
}
