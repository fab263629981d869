using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Logging.Backend;

/// <summary>
/// Notes what the HTTP call of a backend really sends, and where the pattern prints fields of a JSON answer, reads along with its body: the
/// decoder already leaves out what <c>allow</c>, <c>target</c> and their like do not want (OBS-031, OBS-032).
/// </summary>
internal sealed class BackendCallProbe(bool readsBody) : IClientMiddleware
{
    /// <summary>The probe of a backend; <see langword="null"/> when it has no log.</summary>
    public static BackendCallProbe? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics)
    {
        if (BackendLogConfig.Of(context, new ConfigDiagnostics()) is not { } log)
            return null;
        return new(log.Pattern.Fields.Length > 0 && context.Encoding is "" or "json" or "safejson" or "fast-json");
    }

    /// <inheritdoc/>
    public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
    {
        if (BackendCall.Current is not { } call)
            return next(request, cancellationToken);
        call.Request = request;
        return readsBody && call.WantsFields ? ReadAlongAsync(request, call, next, cancellationToken) : next(request, cancellationToken);
    }

    private static async ValueTask<ClientResult> ReadAlongAsync(ProxyRequest request, BackendCall call, ClientHandler next, CancellationToken cancellationToken)
    {
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        return result.Response is { } response ? new ClientResult(new RecordedResponse(response, call), null) : result;
    }
}
