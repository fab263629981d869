using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.JsonSchemaValidation;

/// <summary>The response validator as a modifier of <c>plugin/req-resp-modifier</c>, its form before it had a namespace of its own.</summary>
internal sealed class OldResponseValidation(ResponseJudge judge) : IResponseModifier
{
    public static IResponseModifier? Create(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        var path = ConfigPath.Root.Member("plugin/req-resp-modifier");
        if (config[JsonSchemaPlugin.OldResponse] is not { } own)
        {
            diagnostics.Error(config.Position, path.ToString(), $"\"{JsonSchemaPlugin.OldResponse}\" has no settings; expected an object of that name with \"schema\"");
            return null;
        }
        var judge = ResponseValidation.JudgeOf(own, path.Member(JsonSchemaPlugin.OldResponse), context, diagnostics);
        return judge is null ? null : new OldResponseValidation(judge);
    }

    public ValueTask<GatewayError?> ModifyAsync(ProxyRequest request, ProxyResponse response, CancellationToken cancellationToken) =>
        new(judge.Refusal ?? (response.Raw is null ? judge.ErrorOf(response) : null));
}
