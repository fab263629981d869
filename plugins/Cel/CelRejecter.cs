using System.Globalization;
using KrakenPlugins.Expressions;
using KrakenPlugins.Expressions.Requests;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Cel;

/// <summary>Checks the expressions over the claims of a validated token; one that is not true refuses it with 401 (RTE-211).</summary>
internal sealed partial class CelRejecter(CelProgram[] programs, IEndpointContext context) : ITokenRejecter
{
    private readonly bool _readsTime = programs.Any(ExchangeVariables.ReadsTime);
    private readonly TimeProvider _clock = context.Time;
    private readonly ILogger _logger = context.Logger;
    private readonly string _prefix = $"{context.LogPrefix}[CEL]";

    public ValueTask<GatewayError?> RejectAsync(IClaims claims, HttpContext context, CancellationToken cancellationToken) => new(Judge(claims));

    private GatewayError? Judge(IClaims claims)
    {
        var input = ExchangeInput.Rent();
        try
        {
            input.Claims = claims.Tree;
            input.ClaimNumbers = CelNumbers.WholeAsInt;
            input.Time = _readsTime ? _clock.GetLocalNow() : default;
            for (var i = 0; i < programs.Length; i++)
            {
                var result = programs[i].Evaluate(input);
                if (result.IsTrue)
                {
                    Log.Passed(_logger, _prefix, i);
                    continue;
                }
                Log.Refused(_logger, _prefix, i, Verdict.Describe(result));
                return new GatewayError(GatewayErrorKind.Rejected, string.Create(CultureInfo.InvariantCulture, $"token refused by rejecter #{i}"), 401);
            }
            return null;
        }
        finally
        {
            input.Return();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "{Prefix} Rejecter #{Index} result: true")]
        public static partial void Passed(ILogger logger, string prefix, int index);

        [LoggerMessage(Level = LogLevel.Information, Message = "{Prefix} Rejecter #{Index} result: {Result}")]
        public static partial void Refused(ILogger logger, string prefix, int index, string result);
    }
}
