using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace Acme.Sample;

/// <summary>Adds a field to the data of an answer.</summary>
public sealed class SampleResponseModifier(SampleConfig config) : IResponseModifier
{
    /// <inheritdoc/>
    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, ProxyResponse response, CancellationToken cancellationToken)
    {
        if (response.Data is { } data)
            data.Tree["tenant"] = new DataString(config.Tenant);
        return default;
    }
}
