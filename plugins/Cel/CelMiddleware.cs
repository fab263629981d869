using System.Globalization;
using KrakenPlugins.Expressions;
using KrakenPlugins.Expressions.Requests;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Cel;

/// <summary>Checks the expressions of an endpoint, an agent or a backend around its pipe, in their order; the first that is not true ends it.</summary>
internal sealed partial class CelMiddleware(Guards guards, IEndpointContext context, bool isBackend)
    : ExchangeGuard(context, isBackend, guards.Request, guards.Response)
{
    private readonly CelProgram[] _request = guards.Request;
    private readonly CelProgram[] _response = guards.Response;
    private readonly ILogger _logger = context.Logger;
    private readonly string _before = $"{context.LogPrefix}[CEL][pre]";
    private readonly string _behind = $"{context.LogPrefix}[CEL][post]";

    protected override GatewayError? JudgeRequest(ExchangeInput input) => Judge(_request, input, _before);

    protected override GatewayError? JudgeResponse(ExchangeInput input) => Judge(_response, input, _behind);

    protected override void OnFailure(GatewayError? error) => Log.NothingToJudge(_logger, _behind, error?.Message);

    private GatewayError? Judge(CelProgram[] programs, ExchangeInput input, string prefix)
    {
        for (var i = 0; i < programs.Length; i++)
        {
            var result = programs[i].Evaluate(input);
            if (result.IsTrue)
            {
                Log.Passed(_logger, prefix, i);
                continue;
            }
            Log.Refused(_logger, prefix, i, Verdict.Describe(result));
            return new GatewayError(GatewayErrorKind.Rejected, string.Create(CultureInfo.InvariantCulture, $"request aborted by evaluator #{i}"));
        }
        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix} Evaluator #{Index} result: true")]
        public static partial void Passed(ILogger logger, string prefix, int index);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Prefix} Evaluator #{Index} result: {Result}")]
        public static partial void Refused(ILogger logger, string prefix, int index, string result);

        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix} There is no answer to evaluate: {Reason}")]
        public static partial void NothingToJudge(ILogger logger, string prefix, string? reason);
    }
}
