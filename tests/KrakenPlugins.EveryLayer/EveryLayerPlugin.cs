using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.EveryLayer;

/// <summary>A component at every layer; a request says with <c>X-Act: LAYER:ACT</c>, or several with commas between, which does what.</summary>
public sealed class EveryLayerPlugin : GatewayPlugin
{
    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Server("every/server", ServerStages.Scripts, static (_, _, _) => new HttpActs("server"));
        registry.Endpoint("every/endpoint", EndpointStages.Scripts, static (_, _, _) => new HttpActs("endpoint"));
        registry.Proxy("every/proxy", ProxyStages.Scripts, static (_, _, _) => new DataActs("proxy"));
        registry.Backend("every/backend", BackendStages.Scripts, static (_, _, _) => new DataActs("backend"));
        registry.Client("every/client", ClientStages.Cache, static (_, _, _) => new ClientActs("client"));
        registry.Executor("every/executor", static (_, _, _) => new DataActs("executor"));
        registry.HttpServer("every-http-server", static (_, _, _) => new HttpActs("http-server"));
        registry.HttpClient("every-http-client", static (_, _, _) => new ClientActs("http-client"));
        registry.RequestModifier("every-modifier", static (_, _, _) => new RequestActs());
        registry.ResponseModifier("every-modifier", static (_, _, _) => new ResponseActs());
        registry.Middleware("every-middleware", static (_, _, _) => new DataActs("middleware"));
    }
}

/// <summary>What a request asks of a layer.</summary>
internal static class Act
{
    public const string Header = "X-Act";

    public static string Of(string? acts, string layer)
    {
        foreach (var act in (acts ?? "").Split(','))
        {
            if (act.StartsWith(layer, StringComparison.Ordinal) && act.Length > layer.Length && act[layer.Length] == ':')
                return act[(layer.Length + 1)..];
        }
        return "";
    }

    public static string Of(ProxyRequest request, string layer) => Of(request.Headers.Get(Header), layer);

    public static GatewayError Refusal => new(GatewayErrorKind.Rejected, "refused by the plugin", 418)
    {
        Body = "no tea"u8.ToArray(),
        ContentType = "text/x-tea",
        IsBodyPublic = true,
        IsUnsent = true,
        Headers = Headers(("X-Refused", "a"), ("X-Refused", "b")),
    };

    public static NameValueList Headers(params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var list = new NameValueList(ignoreCase: true);
        foreach (var (name, value) in headers)
            list.Add(name, value);
        return list;
    }

    public static void ChangeHead(ProxyRequest request)
    {
        request.Headers.Set("X-Changed", "é €");
        request.Headers.Add("X-Many", "1");
        request.Headers.Add("X-Many", "2");
        request.Headers.Remove("X-Gone");
        request.Query.Set("q", "a b&c");
        request.Parameters.Set("Id", "changed");
    }

    public static async ValueTask ChangeBodyAsync(ProxyRequest request, CancellationToken cancellationToken)
    {
        await request.Body.BufferAsync(cancellationToken).ConfigureAwait(false);
        var text = System.Text.Encoding.UTF8.GetString(request.Body.Bytes.Span);
        request.Body = RequestBody.Of(System.Text.Encoding.UTF8.GetBytes(text.ToUpperInvariant() + "+"));
    }
}
