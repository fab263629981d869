using System.Globalization;
using System.Text.Json;
using KrakenPlugins.JsonSchemaValidation.Definitions;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.JsonSchemaValidation;

/// <summary>
/// Refuses requests whose body does not match. The body is buffered, validated as the bytes that arrived, and passed on as it is.
/// </summary>
internal sealed partial class RequestValidation(CompiledSchema schema) : IProxyMiddleware
{
    /// <summary>The guard; a definition that is no usable schema refuses the start (MAN-178).</summary>
    public static IProxyMiddleware? Create(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        try
        {
            var compiled = CompiledSchema.Compile(config, ConfigPath.Root.Member(JsonSchemaPlugin.Request));
            Log.Enabled(context.Logger, context.LogPrefix);
            return new RequestValidation(compiled);
        }
        catch (DefinitionException exception)
        {
            Log.Unusable(context.Logger, context.LogPrefix, exception.Message);
            diagnostics.Add(exception.Finding(ConfigSeverity.Error) with { RefusesStart = true });
            return null;
        }
    }

    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        if (!request.Body.IsBuffered)
            return BufferAndInvokeAsync(request, next, cancellationToken);
        return Judge(request.Body.Bytes) is { } refusal ? new(refusal) : next(request, cancellationToken);
    }

    private async ValueTask<ProxyResult> BufferAndInvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        try
        {
            await request.Body.BufferAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (BufferLimitException exception)
        {
            return new GatewayError(GatewayErrorKind.Rejected, $"request body too large: {exception.Message}", StatusCodes.Status413PayloadTooLarge);
        }
        catch (BadHttpRequestException exception)
        {
            return new GatewayError(GatewayErrorKind.Rejected, exception.Message, exception.StatusCode);
        }
        catch (IOException exception)
        {
            return new GatewayError(GatewayErrorKind.ClientAborted, exception.Message);
        }
        if (Judge(request.Body.Bytes) is { } refusal)
            return refusal;
        return await next(request, cancellationToken).ConfigureAwait(false);
    }

    private GatewayError? Judge(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
            return Refusal("could not validate an empty body");
        try
        {
            return schema.FaultsOf(body) is { } faults ? Refusal(faults) : null;
        }
        catch (JsonException exception)
        {
            return Refusal(Describe(exception));
        }
    }

    private static GatewayError Refusal(string message) => new(GatewayErrorKind.Rejected, message, StatusCodes.Status400BadRequest);

    private static string Describe(JsonException exception)
    {
        var text = exception.Message;
        var end = text.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"the body is no JSON: line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: {(end < 0 ? text : text[..end])}");
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[JSONSchema] Validator enabled")]
        public static partial void Enabled(ILogger logger, string prefix);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[JSONSchema] Parsing the definition: {Reason}")]
        public static partial void Unusable(ILogger logger, string prefix, string reason);
    }
}
