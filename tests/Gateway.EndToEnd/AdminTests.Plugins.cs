using System.Net;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>What plugins offer through the admin listener.</summary>
public sealed partial class AdminTests
{
    [Fact, Spec("MAN-440")]
    public async Task Operations_of_plugins_are_behind_the_same_checks()
    {
        using var smith = new PluginSmith();
        smith.Make("tended", PluginSmith.ProxyPlugin("tended/tended", "return await next(request, ct);").Replace("=> new M(context)", """
            => {
                context.OfferAdmin(new AdminOperation("POST", "tend", "Tends", (r, _) => new(new AdminAnswer(202, new KrakenPlugins.Sdk.Data.DataObject { ["of"] = new KrakenPlugins.Sdk.Data.DataString(r.Query.Get("of") + r.Body.Length) }))));
                context.OfferAdmin(new AdminOperation("GET", "fail/badly", "Fails", (_, _) => throw new InvalidOperationException("hush-hush")));
                return new M(context);
            }
            """, StringComparison.Ordinal), ["endpoint/proxy tended/tended"]);
        var json = Json("/one").Replace("\"endpoints\":[",
            "\"endpoints\":[{\"endpoint\":\"/tended\",\"extra_config\":{\"tended/tended\":{}},\"backend\":[{\"host\":[\"http://127.0.0.1:9999\"],\"url_pattern\":\"/x\"}]},", StringComparison.Ordinal);
        await using var gateway = await StartAsync(json, "--plugins", smith.Folder);
        using var client = Client(Socket);

        using var body = new StringContent("four");
        using var tended = await client.PostAsync("/plugins/tended/tend?of=me", body);
        using var failed = await client.GetAsync("/plugins/tended/fail/badly");
        using var method = await client.GetAsync("/plugins/tended/tend");
        using var unknown = await client.GetAsync("/plugins/other/tend");
        using var large = new StringContent(new string('x', 5000));
        using var tooLarge = await client.PostAsync("/plugins/tended/tend", large);
        client.DefaultRequestHeaders.Authorization = null;
        using var stranger = await client.PostAsync("/plugins/tended/tend", null);
        using var fromOutside = await gateway.Client.PostAsync("/plugins/tended/tend", null);

        Assert.Equal((202, "{\"of\":\"me4\"}"), ((int)tended.StatusCode, await tended.Content.ReadAsStringAsync()));
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.DoesNotContain("hush-hush", await failed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "POST"), (method.StatusCode, method.Content.Headers.Allow.Single()));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.RequestEntityTooLarge), (unknown.StatusCode, tooLarge.StatusCode));
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NotFound), (stranger.StatusCode, fromOutside.StatusCode));
    }
}
