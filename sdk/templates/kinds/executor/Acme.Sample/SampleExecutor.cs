using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;

namespace Acme.Sample;

/// <summary>Makes the data itself; nothing stands behind an executor, so it does not call <c>next</c>.</summary>
public sealed class SampleExecutor(SampleConfig config) : IProxyMiddleware
{
    /// <inheritdoc/>
    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        // Failures that can be foreseen are values; the kind tells circuit breakers whose fault it is.
        if (request.Method != "GET")
            return new(new GatewayError(GatewayErrorKind.Rejected, $"{request.Method} is not supported", 405));
        var data = new DataObject { ["text"] = new DataString(config.Text) };
        if (request.Parameters.Get("Id") is { } id)
            data["id"] = new DataString(id);
        return new(new ProxyResponse { Data = new TreePayload(data), IsComplete = true, StatusCode = 200 });
    }
}
