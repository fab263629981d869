using Gateway.FrontDoor.Stages;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;

namespace Gateway.FrontDoor.Contracts;

/// <summary>
/// <c>auth/validator</c>, which takes the header <c>X-Token</c>, a JSON object, for a validated token, asks the rejecters, hands the claims on
/// and propagates <c>sub</c>; and rejecters of two namespaces that refuse what their configuration names.
/// </summary>
internal sealed class TokenPlugin : GatewayPlugin
{
    public List<string> Built { get; } = [];

    public override void Register(IPluginRegistry registry)
    {
        registry.Rejecter("validation/cel", RejecterStages.Expressions, (config, context, _) =>
        {
            Built.Add($"cel {context.Path}");
            return new Rejecter("sub", config["refuse"]!.Text, 403);
        });
        registry.Rejecter("auth/revoker", RejecterStages.Revocation, (config, context, _) =>
        {
            Built.Add($"revoker {context.Path}");
            return new Rejecter("jti", config["revoked"]!.Text, 401);
        });
        registry.Endpoint("auth/validator", EndpointStages.Authentication, static (_, context, _) => new HttpProbe((exchange, next) => ValidateAsync(exchange, context.TokenRejecters, next)));
    }

    private static async Task ValidateAsync(HttpContext context, IReadOnlyList<ITokenRejecter> rejecters, RequestDelegate next)
    {
        context.Request.Headers.Remove("X-User");
        if (context.Request.Headers["X-Token"].ToString() is not { Length: > 0 } token)
        {
            await next(context);
            return;
        }
        Assert(DataJson.TryParse(System.Text.Encoding.UTF8.GetBytes(token), 10, out var node, out var error), error);
        var claims = new Claims((DataObject)node!);
        foreach (var rejecter in rejecters)
        {
            if (await rejecter.RejectAsync(claims, context, context.RequestAborted) is { } refusal)
            {
                context.Response.StatusCode = refusal.StatusCode;
                return;
            }
        }
        context.Features.Set<IClaims>(claims);
        context.Request.Headers["X-User"] = claims.GetText("sub");
        await next(context);
    }

    private static void Assert(bool condition, string? message) => Xunit.Assert.True(condition, message);

    private sealed class Claims(DataObject tree) : IClaims
    {
        public DataObject Tree => tree;

        public string? GetText(string name) => (tree[name] as DataString)?.Value;
    }

    private sealed class Rejecter(string claim, string value, int status) : ITokenRejecter
    {
        public ValueTask<GatewayError?> RejectAsync(IClaims claims, HttpContext context, CancellationToken cancellationToken)
        {
            context.Items["asked"] = $"{context.Items["asked"]}{claim} ";
            return new(claims.GetText(claim) == value ? new GatewayError(GatewayErrorKind.Rejected, $"{claim} is refused", status) : null);
        }
    }
}
