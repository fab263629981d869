using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

/// <summary>Quotas lent to a plugin of somebody else, compiled against the SDK alone.</summary>
public sealed class PluginTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    // Takes the weight of the header X-Cost for the client of X-User, and shows the decision.
    private const string Code = """
        public sealed class P : GatewayPlugin
        {
            public override void Register(IPluginRegistry registry) => registry.Endpoint("acme/meter", EndpointStages.RateLimit, Create);

            static IHttpMiddleware? Create(ConfigNode config, IEndpointContext context, ConfigDiagnostics diagnostics)
            {
                var processors = context.Service<IQuotaProcessors>();
                var quota = processors?.Find(config["processor"]!.Text)?.Bind(config["rule"]!.Text, "gold");
                if (quota is null)
                {
                    diagnostics.Warning(config.Position, "acme/meter", "there is no such quota, requests pass: " + string.Join(' ', processors?.Names ?? new string[0]));
                    return null;
                }
                return new Meter(quota);
            }
        }

        public sealed class Meter(IQuota quota) : IHttpMiddleware
        {
            public async Task InvokeAsync(HttpContext context, RequestDelegate next)
            {
                var weight = double.Parse(context.Request.Headers["X-Cost"].ToString(), System.Globalization.CultureInfo.InvariantCulture);
                var client = context.Request.Headers["X-User"].ToString();
                var decision = context.Request.Headers.ContainsKey("X-Charge")
                    ? await quota.ChargeAsync(client, weight, TimeSpan.FromSeconds(5), context.RequestAborted)
                    : await quota.TakeAsync(client, weight, TimeSpan.FromSeconds(5), context.RequestAborted);
                var window = decision.Windows.Span[0];
                context.Response.Headers["X-Decision"] = FormattableString.Invariant(
                    $"{decision.Outcome} {window.Unit} {window.TierValue} {window.Consumed} {window.Remaining} {window.IsAllowed} {window.Refill > TimeSpan.Zero} {decision.RetryAfter > TimeSpan.Zero}");
                await next(context);
            }
        }
        """;

    private readonly string _name = Fresh.Name();

    [Fact, Spec("TRF-184", "EXT-017")]
    public async Task A_plugin_takes_and_charges_from_the_counters_that_the_gateway_has()
    {
        using var smith = new PluginSmith();
        await using var front = await StartAsync(smith, _name, "gold");

        Assert.Equal("Allowed year gold 0 3 True True False", await AskAsync(front, 0));
        Assert.Equal("Allowed year gold 2 1 True True False", await AskAsync(front, 2));
        Assert.Equal("Exhausted year gold 2 1 False True True", await AskAsync(front, 2));
        Assert.Equal("Allowed year gold 12 0 False True False", await AskAsync(front, 10, "X-Charge: 1"));
        Assert.Equal("Exhausted year gold 12 0 False True True", await AskAsync(front, 0));
        Assert.Equal("429", await front.StatusesAsync(1, "/own", "X-Plan: gold", "X-User: ann"));
        Assert.Equal("200", await front.StatusesAsync(1, "/own", "X-Plan: gold", "X-User: bob"));
        Assert.Equal("Allowed year gold 1 2 True True False", await AskAsync(front, 0, "", "X-User: bob"));
    }

    [Theory, Spec("TRF-185", "EXT-017")]
    [InlineData("nothing", "gold")]
    [InlineData("", "nothing")]
    public async Task A_plugin_learns_at_its_start_that_there_is_no_such_quota_and_the_gateway_goes_on(string processor, string rule)
    {
        using var smith = new PluginSmith();
        await using var front = await StartAsync(smith, processor.Length == 0 ? _name : processor, rule);

        Assert.Contains(front.Gateway.Diagnostics.All, finding => finding.Message.Contains($"there is no such quota, requests pass: {_name}", StringComparison.Ordinal));
        Assert.Equal("200", await front.StatusesAsync(1, "/lent"));
    }

    private static async Task<string?> AskAsync(PluginFront front, int weight, string more = "", string user = "X-User: ann") =>
        (await front.GetAsync("/lent", [$"X-Cost: {weight}", user, .. more.Length == 0 ? Array.Empty<string>() : [more]])).Header("X-Decision");

    private Task<PluginFront> StartAsync(PluginSmith smith, string processor, string rule)
    {
        var folder = smith.Make("acme.meter", Code, ["endpoint/endpoint acme/meter"]);
        return PluginFront.StartAsync($$$"""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{{Front.Services(redis.Server.Address, _name)}}} },"endpoints":[
              {"endpoint":"/lent","backend":[{"url_pattern":"/b"}],"extra_config":{"acme/meter":{"processor":"{{{processor}}}","rule":"{{{rule}}}" } } },
              {"endpoint":"/own","backend":[{"url_pattern":"/b"}],"extra_config":{ {{{Front.Quota(_name)}}} } }]}
            """, null, [.. Front.Folders, folder]);
    }
}
