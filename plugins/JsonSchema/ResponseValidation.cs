using KrakenPlugins.JsonSchemaValidation.Definitions;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.JsonSchemaValidation;

/// <summary>Puts the configured error in the place of data that does not match. A schema that cannot be used matches nothing (MAN-185).</summary>
internal sealed partial class ResponseValidation(ResponseJudge judge) : IProxyMiddleware
{
    public static IProxyMiddleware? Create(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        var judge = JudgeOf(config, ConfigPath.Root.Member(JsonSchemaPlugin.Response), context, diagnostics);
        return judge is null ? null : new ResponseValidation(judge);
    }

    /// <summary>What a value of the namespace asks for; <see langword="null"/> where nothing is to be judged.</summary>
    public static ResponseJudge? JudgeOf(ConfigNode config, ConfigPath path, IEndpointContext context, ConfigDiagnostics diagnostics)
    {
        if (ResponseSettings.Read(config, path, diagnostics) is not { } settings)
            return null;
        if (context.IsNoOp || context is IBackendContext { Encoding: "no-op" })
        {
            Log.Ignored(context.Logger, context.LogPrefix);
            return null;
        }
        try
        {
            var compiled = CompiledSchema.Compile(settings.Schema!, path.Member("schema"));
            Log.Enabled(context.Logger, context.LogPrefix);
            return new(compiled, settings.Error);
        }
        catch (DefinitionException exception)
        {
            Log.Unusable(context.Logger, context.LogPrefix, exception.Message);
            diagnostics.Add(exception.Finding(ConfigSeverity.Warning));
            return new(null, settings.Error);
        }
    }

    public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
    {
        if (judge.Refusal is { } refusal)
            return new(refusal);
        var call = next(request, cancellationToken);
        return call.IsCompletedSuccessfully ? new(Judge(call.Result)) : JudgeAsync(call);
    }

    private async ValueTask<ProxyResult> JudgeAsync(ValueTask<ProxyResult> call) => Judge(await call.ConfigureAwait(false));

    private ProxyResult Judge(ProxyResult result)
    {
        if (result.Response is not { Raw: null } response || judge.ErrorOf(response) is not { } error)
            return result;
        response.Dispose();
        return error;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix}[ResponseJSONSchema] Validator enabled")]
        public static partial void Enabled(ILogger logger, string prefix);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Prefix}[ResponseJSONSchema] Nothing is validated here: a no-op pipe has no data")]
        public static partial void Ignored(ILogger logger, string prefix);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Prefix}[ResponseJSONSchema] Parsing the definition: {Reason}; every answer is refused")]
        public static partial void Unusable(ILogger logger, string prefix, string reason);
    }
}
