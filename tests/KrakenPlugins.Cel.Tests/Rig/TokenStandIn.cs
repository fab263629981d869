using System.Text;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.Expressions.Rig;

/// <summary>
/// <c>auth/validator</c> without keys: the header <c>X-Token</c> holds the claims as JSON. It asks the rejecters, refuses roles that
/// <c>roles</c> does not list with 403, and propagates claims.
/// </summary>
internal sealed class TokenStandIn : GatewayPlugin
{
    public override void Register(IPluginRegistry registry) => registry.Endpoint("auth/validator", EndpointStages.Authentication, static (config, context, _) => new Guard(config, context));

    private sealed class Guard(ConfigNode config, IEndpointContext endpoint) : IHttpMiddleware
    {
        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            if (!DataJson.TryParse(Encoding.UTF8.GetBytes(context.Request.Headers["X-Token"].ToString()), 10, out var node, out _) || node is not DataObject tree)
            {
                context.Response.StatusCode = 401;
                return;
            }
            var claims = new Claims(tree);
            foreach (var rejecter in endpoint.TokenRejecters)
            {
                if (await rejecter.RejectAsync(claims, context, context.RequestAborted) is not { } refusal)
                    continue;
                context.Response.StatusCode = refusal.StatusCode;
                return;
            }
            if (config["roles"] is { } roles && !roles.Items.Any(role => role.Text == claims.GetText("role")))
            {
                context.Response.StatusCode = 403;
                return;
            }
            foreach (var pair in config["propagate_claims"]?.Items ?? [])
                context.Request.Headers[pair.Items[1].Text] = claims.GetText(pair.Items[0].Text);
            context.Features.Set<IClaims>(claims);
            await next(context);
        }
    }

    private sealed class Claims(DataObject tree) : IClaims
    {
        public DataObject Tree => tree;

        public string? GetText(string name) => (tree[name] as DataString)?.Value;
    }
}
