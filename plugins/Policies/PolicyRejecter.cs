using KrakenPlugins.Expressions;
using KrakenPlugins.Expressions.Requests;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Policies;

/// <summary>Checks policies over the claims of a validated token; numbers of claims are doubles (SEC-081).</summary>
internal sealed class PolicyRejecter(PolicyGroup group, bool isDebug, IEndpointContext context) : ITokenRejecter
{
    private readonly TimeProvider _clock = context.Time;
    private readonly ILogger? _logger = isDebug ? context.Logger : null;
    private readonly string _prefix = context.LogPrefix;

    public ValueTask<GatewayError?> RejectAsync(IClaims claims, HttpContext context, CancellationToken cancellationToken) => new(Judge(claims));

    private GatewayError? Judge(IClaims claims)
    {
        var input = ExchangeInput.Rent();
        try
        {
            input.Claims = claims.Tree;
            input.ClaimNumbers = CelNumbers.Double;
            input.Time = group.ReadsTime ? _clock.GetLocalNow() : default;
            return group.Judge(input, _logger, _prefix);
        }
        finally
        {
            input.Return();
        }
    }
}
