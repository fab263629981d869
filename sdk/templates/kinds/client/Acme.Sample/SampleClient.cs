using System.Text;
using KrakenPlugins.Sdk.Proxy;

namespace Acme.Sample;

/// <summary>Sets the <c>Authorization</c> header of the raw call.</summary>
public sealed class SampleClient(SampleConfig config) : IClientMiddleware
{
    private readonly string _value = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{config.User}:{config.Password}"));

    /// <inheritdoc/>
    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        request.Headers.Set("Authorization", _value);
        return next(request, cancellationToken);
    }
}
