using System.Net;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Security;

/// <summary>What <c>--allow-missing</c> means for guards: nobody is served where one is missing.</summary>
public sealed class MissingGuardTests
{
    private const string Backend = "\"backend\":[{\"url_pattern\":\"/b\"}]";

    [Theory, Spec("AUT-008", "SEC-074", "AUT-275")]
    [InlineData("", "{\"endpoint\":\"/e\",\"extra_config\":{\"auth/validator\":{}},$BACKEND}", 401, 200)]
    [InlineData("", "{\"endpoint\":\"/e\",\"extra_config\":{\"security/policies\":{}},$BACKEND}", 401, 200)]
    [InlineData("", "{\"endpoint\":\"/e\",\"extra_config\":{\"auth/of-ours\":{}},$BACKEND}", 401, 200)]
    [InlineData("", "{\"endpoint\":\"/e\",\"backend\":[{\"url_pattern\":\"/b\",\"extra_config\":{\"security/policies\":{}}}]}", 401, 200)]
    [InlineData("", "{\"endpoint\":\"/e\",\"backend\":[{\"url_pattern\":\"/b\",\"extra_config\":{\"workflow\":{\"extra_config\":{\"security/policies\":{}},\"backend\":[{\"url_pattern\":\"/b\"}]}}}]}", 401, 200)]
    [InlineData("\"auth/api-keys\":{\"keys\":[]}", "{\"endpoint\":\"/e\",\"extra_config\":{\"auth/api-keys\":{\"roles\":[]}},$BACKEND}", 401, 200)]
    [InlineData("\"auth/revoker\":{}", "{\"endpoint\":\"/e\",$BACKEND}", 401, 401)]
    [InlineData("\"auth/client-certificate\":{}", "{\"endpoint\":\"/e\",$BACKEND}", 401, 401)]
    [InlineData("\"security/cors\":{}", "{\"endpoint\":\"/e\",$BACKEND}", 200, 200)]
    [InlineData("", "{\"endpoint\":\"/e\",\"backend\":[{\"url_pattern\":\"/b\",\"extra_config\":{\"auth/client-credentials\":{}}}]}", 200, 200)]
    public async Task Where_a_guard_may_be_missing_nobody_is_served_and_the_rest_runs(string service, string endpoint, int guarded, int open)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(static context => context.Response.WriteAsync("{\"a\":1}"));
        await using var gateway = await TestGateway.StartAsync(
            $"{{\"version\":3,\"host\":[\"$UPSTREAM\"],\"extra_config\":{{{service}}},\"endpoints\":[{endpoint.Replace("$BACKEND", Backend, StringComparison.Ordinal)},{{\"endpoint\":\"/open\",{Backend}}}]}}",
            upstream.Host, new() { AllowMissing = new HashSet<string> { "*" } });

        using var refused = await gateway.Client.GetAsync("/e");
        using var served = await gateway.Client.GetAsync("/open");

        Assert.Equal((guarded, open), ((int)refused.StatusCode, (int)served.StatusCode));
        Assert.Equal((guarded == 200 ? 1 : 0) + (open == 200 ? 1 : 0), upstream.Received.Count);
        if (guarded == 200)
            return;
        Assert.Equal((0L, null), (refused.Content.Headers.ContentLength, refused.Content.Headers.ContentType));
        Assert.DoesNotContain(refused.Headers, static h => h.Key.StartsWith("X-Krakend", StringComparison.OrdinalIgnoreCase));
        await gateway.WaitForLogAsync("[ENDPOINT: /e] nothing provides \"");
    }

    [Fact, Spec("AUT-008", "SEC-074", "AUT-275")]
    public async Task A_guard_whose_plugin_is_broken_and_may_be_missing_closes_its_endpoint_too()
    {
        var folder = Directory.CreateTempSubdirectory("guard-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "plugin.json"), """
            {"id":"gate","version":"1.0.0","sdk":"[0.2,1.0)","runtime":"dotnet","entry":{"assembly":"Gate.dll","type":"Gate"},
             "namespaces":[{"name":"auth/gate","scope":"endpoint","layer":"endpoint"}]}
            """);
        try
        {
            await using var upstream = await Upstream.StartAsync();
            await using var gateway = await TestGateway.StartAsync(
                $"{{\"version\":3,\"host\":[\"$UPSTREAM\"],\"endpoints\":[{{\"endpoint\":\"/e\",\"extra_config\":{{\"auth/gate\":{{}}}},{Backend}}}]}}",
                upstream.Host, new() { AllowMissing = new HashSet<string> { "auth/gate" }, PluginFolders = [folder.FullName] });

            using var refused = await gateway.Client.GetAsync("/e");

            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Empty(upstream.Received);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
