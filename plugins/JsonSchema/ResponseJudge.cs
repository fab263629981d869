using System.Text;
using KrakenPlugins.JsonSchemaValidation.Definitions;
using KrakenPlugins.Sdk.Proxy;

namespace KrakenPlugins.JsonSchemaValidation;

/// <summary>Decides about the data of responses at one place.</summary>
/// <param name="schema">What the data must satisfy, or <see langword="null"/> when the definition cannot be used.</param>
/// <param name="error">What is answered otherwise.</param>
internal sealed class ResponseJudge(CompiledSchema? schema, ErrorSettings error)
{
    private readonly byte[]? _body = error.Body.Length == 0 ? null : Encoding.UTF8.GetBytes(error.Body);

    /// <summary>The failure of every call, where the definition cannot be used.</summary>
    public GatewayError? Refusal => schema is null ? ErrorOf("- (root): the schema of the configuration cannot be used") : null;

    /// <summary>Why a response must not be delivered, or <see langword="null"/>.</summary>
    public GatewayError? ErrorOf(ProxyResponse response)
    {
        var faults = schema!.FaultsOf(response.Data);
        return faults is null ? null : ErrorOf(faults);
    }

    private GatewayError ErrorOf(string faults) => new(GatewayErrorKind.Payload, faults, error.Status)
    {
        Body = _body ?? Encoding.UTF8.GetBytes(faults),
        ContentType = error.ContentType,
        IsBodyPublic = true,
    };
}
