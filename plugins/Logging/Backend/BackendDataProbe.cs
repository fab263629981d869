using KrakenPlugins.Logging.Formatting;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.Logging.Backend;

/// <summary>
/// Looks up the fields of answers that are no JSON over HTTP (other encodings, executors of plugins): in the decoded data, before anything
/// else works on it.
/// </summary>
internal sealed class BackendDataProbe : IProxyMiddleware
{
    /// <summary>The probe of a backend; <see langword="null"/> when its log prints no fields.</summary>
    public static BackendDataProbe? Create(ConfigNode config, IBackendContext context, ConfigDiagnostics diagnostics) =>
        BackendLogConfig.Of(context, new ConfigDiagnostics()) is { Pattern.Fields.Length: > 0 } ? new() : null;

    /// <inheritdoc/>
    public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        var result = await next(request, cancellationToken).ConfigureAwait(false);
        if (BackendCall.Current is { WantsFields: true } call && result.Response is { Raw: null, Data: { } data })
            call.TakeFields(path => Find(data.Tree, path));
        return result;
    }

    private static string? Find(DataNode node, string[] path)
    {
        foreach (var name in path)
        {
            if (node is not DataObject { } members || members[name] is not { } member)
                return null;
            node = member;
        }
        return node switch
        {
            DataString text => text.Value,
            DataNumber number => GoNumber.Plain(number.Text),
            DataBoolean flag => flag.Value ? "true" : "false",
            _ => null,
        };
    }
}
