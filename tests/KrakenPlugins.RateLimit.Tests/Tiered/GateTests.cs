using Gateway.Testing;
using KrakenPlugins.RateLimit.Tiered;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.RateLimit.Tests.Tiered;

public sealed class GateTests
{
    [Fact]
    public void The_decision_of_a_literal_tier_allocates_nothing()
    {
        using var context = new TestContext();
        var diagnostics = new ConfigDiagnostics();
        var limit = new TieredReader(LimitPlace.OfEndpoint(RateLimitPlugin.TieredNamespace, context), diagnostics).Read(TestConfig.Parse("""
            {"tier_key":"X-Plan","tiers":[{"tier_value":"tin","ratelimit":{"max_rate":1}},
              {"tier_value":"gold","ratelimit":{"max_rate":1e9,"capacity":1000000000,"client_max_rate":1e9,"client_capacity":1000000000,"strategy":"header","key":"X-User"}}]}
            """))!;
        var exchange = new DefaultHttpContext();
        exchange.Request.Headers["X-Plan"] = "gold";
        exchange.Request.Headers["X-User"] = "ada";

        Assert.Empty(diagnostics.All);
        Assert.Equal(0, Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
                Assert.True(limit.InvokeAsync(exchange, static _ => Task.CompletedTask).IsCompletedSuccessfully);
        }));
    }

    [Theory]
    [Spec("TRF-061")]
    [InlineData(true, true, true, 1)]
    [InlineData(true, false, false, 1)]
    [InlineData(false, true, false, 0)]
    public async Task The_second_limit_is_asked_when_the_first_has_admitted_also_when_that_takes_time(bool first, bool second, bool expected, int asked)
    {
        foreach (var isLate in new[] { false, true })
        {
            var gate = new Gate(second, false);
            var isThrough = false;
            await new BothLimits(new Gate(first, isLate), gate).InvokeAsync(new DefaultHttpContext(), _ =>
            {
                isThrough = true;
                return Task.CompletedTask;
            });
            Assert.Equal((expected, asked), (isThrough, gate.Asked));
        }
    }

    private sealed class Gate(bool admits, bool isLate) : HttpGate
    {
        public int Asked { get; private set; }

        protected internal override async ValueTask<bool> AdmitAsync(HttpContext exchange)
        {
            Asked++;
            if (isLate)
                await Task.Yield();
            return admits;
        }
    }
}
