using System.Text;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Revoker.Tests.FrontDoor;

/// <summary><c>auth/validator</c> that takes the header <c>X-Token</c>, a JSON object, for the claims of a valid token.</summary>
internal sealed class ClaimsPlugin : GatewayPlugin
{
    public override void Register(IPluginRegistry registry) =>
        registry.Endpoint("auth/validator", EndpointStages.Authentication, static (_, context, _) => new Validator(context.TokenRejecters));

    private sealed class Validator(IReadOnlyList<ITokenRejecter> rejecters) : IHttpMiddleware
    {
        public async Task InvokeAsync(HttpContext context, RequestDelegate next)
        {
            Assert.True(DataJson.TryParse(Encoding.UTF8.GetBytes(context.Request.Headers["X-Token"].ToString()), 10, out var claims, out var error), error);
            foreach (var rejecter in rejecters)
            {
                if (await rejecter.RejectAsync(new Claims((DataObject)claims!), context, context.RequestAborted) is not { } refusal)
                    continue;
                context.Response.StatusCode = refusal.StatusCode;
                return;
            }
            await next(context);
        }
    }

    private sealed class Claims(DataObject tree) : IClaims
    {
        public DataObject Tree => tree;

        public string? GetText(string name) => (tree[name] as DataString)?.Value;
    }
}
