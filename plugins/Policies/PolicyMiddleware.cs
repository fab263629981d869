using KrakenPlugins.Expressions.Requests;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Policies;

/// <summary>Checks the policies of an endpoint, an agent or a backend around its pipe.</summary>
internal sealed class PolicyMiddleware(PolicyRules rules, IEndpointContext context, bool isBackend)
    : ExchangeGuard(context, isBackend, rules.Request?.Policies ?? [], rules.Response?.Policies ?? [])
{
    private readonly ILogger? _logger = rules.IsDebug ? context.Logger : null;
    private readonly string _prefix = context.LogPrefix;

    protected override GatewayError? JudgeRequest(ExchangeInput input) => rules.Request!.Judge(input, _logger, _prefix);

    protected override GatewayError? JudgeResponse(ExchangeInput input) => rules.Response!.Judge(input, _logger, _prefix);
}
