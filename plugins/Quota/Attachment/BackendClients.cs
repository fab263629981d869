using KrakenPlugins.RateLimiting.Clients;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Quota.Attachment;

/// <summary>Tells the clients of a backend's requests apart, by what reaches that request (TRF-180). Immutable.</summary>
internal sealed class BackendClients
{
    private const string Forwarded = "X-Forwarded-For";

    private readonly ClientChoice _choice;
    private readonly ClientIdentity? _address;

    public BackendClients(ClientChoice choice, IBackendContext context)
    {
        // Parameters of requests have their first letter in upper case.
        _choice = choice.Strategy == "param" ? choice with { Key = string.Concat(choice.Key[..1].ToUpperInvariant(), choice.Key.AsSpan(1)) } : choice;
        _address = choice.Strategy == "ip" ? ClientIdentity.OfAddress(context, choice.Key) : null;
    }

    /// <summary>The client; <see langword="null"/> or empty when it cannot be told.</summary>
    public string? Of(ProxyRequest request) => _choice.Strategy switch
    {
        "header" => request.Headers.Get(_choice.Key),
        "param" => request.Parameters.Get(_choice.Key),
        // What outlives its exchange still has what the gateway itself wrote of the client.
        _ => request.HttpContext is not { } exchange ? request.Headers.Get(Forwarded) : _address!.TryReadText(exchange, out var client) ? client : null,
    };
}
