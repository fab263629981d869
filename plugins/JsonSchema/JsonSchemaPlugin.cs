using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.JsonSchemaValidation;

/// <summary>
/// The components <c>validation/json-schema</c> and <c>validation/response-json-schema</c>, and the latter's old form as a modifier. Source:
/// reference pages "JSON Schema validation" and "response schema validator"; MAN-172 to MAN-186.
/// </summary>
public sealed class JsonSchemaPlugin : GatewayPlugin
{
    internal const string Request = "validation/json-schema";
    internal const string Response = "validation/response-json-schema";
    internal const string OldResponse = "response-schema-validator";

    /// <inheritdoc/>
    public override void Register(IPluginRegistry registry)
    {
        ArgumentNullException.ThrowIfNull(registry);
        registry.Proxy(Request, ProxyStages.RequestValidation, RequestValidation.Create);
        // Further out than whatever else works on the finished data.
        registry.Proxy(Response, ProxyStages.FinalResponse.Before(), ResponseValidation.Create);
        registry.Backend(Response, BackendStages.Response.Before(), ResponseValidation.Create);
        registry.ResponseModifier(OldResponse, OldResponseValidation.Create);
    }
}
