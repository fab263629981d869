using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Cors.Tests;

public sealed class CostTests
{
    [Fact]
    [Spec("SEC-002")]
    public void Deciding_about_a_preflight_allocates_nothing()
    {
        var policy = Front.Compile("""{"allow_origins":["https://*.example.com"],"allow_methods":["PUT"],"allow_headers":["Authorization","X-A"]}""").Policy!;
        var request = OriginTests.Request("https://a.example.com", "OPTIONS");
        request.Headers.AccessControlRequestMethod = "PUT";
        request.Headers.AccessControlRequestHeaders = "authorization,x-a";
        var headers = new DefaultHttpContext().Response.Headers;
        Assert.Equal(CorsVerdict.Allowed, policy.JudgePreflight(request));

        Assert.Equal(0, Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                headers.Clear();
                policy.AnswerPreflight(request, headers, policy.JudgePreflight(request));
            }
        }));
    }
}
