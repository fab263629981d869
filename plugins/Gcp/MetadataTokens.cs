using System.Globalization;
using System.Text;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Gcp;

/// <summary>
/// ID tokens of the service account that the machine runs as, from its metadata server: <c>GCE_METADATA_HOST</c>, or its fixed address. Proxies
/// are passed by, and an answer that does not name itself <c>Metadata-Flavor: Google</c> is none.
/// </summary>
internal sealed class MetadataTokens : ITokenOrigin
{
    private const int MaxToken = 32 << 10;

    private readonly OutgoingCall? _call;
    private readonly IOutgoingCalls _calls;
    private readonly string _host;

    public MetadataTokens(string? host, string audience, IBackendContext context)
    {
        _calls = context.Outgoing;
        _host = string.IsNullOrEmpty(host) ? "169.254.169.254" : host;
        var url = $"http://{_host}/computeMetadata/v1/instance/service-accounts/default/identity?audience={Uri.EscapeDataString(audience)}&format=full";
        if (!OutgoingAddress.TryParse(url, out var address))
            return;
        _call = new OutgoingCall { Method = "GET", Address = address, IsDirect = true, Timeout = context.Timeout, MaxAnswer = MaxToken };
        _call.Headers.Add("Metadata-Flavor", "Google");
    }

    public async ValueTask<(string? Token, GatewayError? Error)> AskAsync(CancellationToken cancellationToken)
    {
        if (_call is null)
            return (null, new GatewayError(GatewayErrorKind.Internal, "GCE_METADATA_HOST is no host"));
        var (answer, error) = await _calls.SendAsync(_call, cancellationToken).ConfigureAwait(false);
        if (answer is null)
            return (null, new GatewayError(error!.Kind, $"no key is configured, and the metadata server {_host} cannot be asked: {error.Message}"));
        if (answer.StatusCode != 200)
            return (null, new GatewayError(GatewayErrorKind.Status, $"the metadata server {_host} answers {answer.StatusCode.ToString(CultureInfo.InvariantCulture)}"));
        return string.Equals(answer.Headers.Get("Metadata-Flavor"), "Google", StringComparison.Ordinal)
            ? (Encoding.ASCII.GetString(answer.Body.Span).Trim(), null)
            : (null, new GatewayError(GatewayErrorKind.Payload, $"{_host} is no metadata server: its answer has no Metadata-Flavor"));
    }
}
