using Gateway.Core.Plugins;
using Gateway.FrontDoor.Forwarding;
using Gateway.FrontDoor.Stages;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Kinds;

/// <summary>Plugins that a configuration names and nothing provides.</summary>
public sealed class MissingPluginTests
{
    public static TheoryData<string, string> Places => new()
    {
        { "plugin/http-server", "[PLUGIN: Server]" },
        { "plugin/http-client", "[BACKEND: GET /a -> /b]" },
        { "plugin/req-resp-modifier", "[ENDPOINT: /a][Modifier Plugins]" },
        { "plugin/middleware", "[ENDPOINT: /a][Middleware Plugins]" },
    };

    [Theory, Spec("CFG-046", "EXT-023", "EXT-031", "EXT-042", "EXT-055")]
    [MemberData(nameof(Places))]
    public async Task A_plugin_that_nothing_provides_refuses_the_start(string name, string prefix)
    {
        _ = prefix;
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await (await StartAsync(name)).DisposeAsync());

        Assert.Matches(@":\d+:\d+ .*extra_config\." + name, refusal.Message);
        Assert.Contains($"no plugin is registered as \"gate\" for \"{name}\"; install one, or run without it with --allow-missing gate", refusal.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-046", "EXT-023", "EXT-031", "EXT-042", "EXT-055")]
    [MemberData(nameof(Places))]
    public async Task Allowed_by_its_name_it_is_an_ERROR_in_the_log_and_the_gateway_runs(string name, string prefix)
    {
        await using var rig = await StartAsync(name, "gate");

        Assert.Equal(200, (await rig.GetAsync("/a")).Status);
        await rig.Gateway.WaitForLogAsync($"ERROR: {prefix} No plugin registered as gate");
        Assert.Contains($"runs without the plugin \"gate\" of \"{name}\", as allowed", rig.Gateway.Diagnostics.All[0].Message, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-046")]
    [InlineData("plugin/middleware")]
    [InlineData("*")]
    public async Task Allowed_by_its_namespace_or_with_all_it_runs_too(string allowed)
    {
        await using var rig = await StartAsync("plugin/middleware", allowed);

        Assert.Equal(200, (await rig.GetAsync("/a")).Status);
    }

    [Fact, Spec("EXT-023")]
    public async Task Handlers_beside_one_that_may_be_missing_stay()
    {
        var plugins = new PluginRegistry();
        plugins.HttpServer("there", static (_, _, _) => new HttpProbe(static (context, next) =>
        {
            context.Response.Headers["X-There"] = "1";
            return next(context);
        }));
        await using var rig = await Rig.StartAsync("""{"endpoint":"/a","backend":[{"url_pattern":"/b"}]}""", """
            "extra_config":{"plugin/http-server":{"name":["there","gone"]}}
            """, new() { Plugins = plugins, AllowMissing = new HashSet<string> { "gone" } });

        Assert.Equal("1", (await rig.GetAsync("/a"))["X-There"]);
    }

    [Theory, Spec("CFG-046")]
    [InlineData("plugin/http-server", "geoip", "the plugin \"geoip\" of \"plugin/http-server\" is not in this version; run without it")]
    [InlineData("plugin/http-server", "virtualhost", "is deprecated and not in this version; use the namespace \"server/virtualhost\", or run without it")]
    [InlineData("plugin/http-server", "krakend-ipfilter", "the plugin \"krakend-ipfilter\" of \"plugin/http-server\" is not in this version")]
    [InlineData("plugin/http-client", "static-filesystem", "use the namespace \"backend/static-filesystem\"")]
    [InlineData("plugin/req-resp-modifier", "content-replacer", "use the namespace \"modifier/response-body\"")]
    public async Task A_bundled_plugin_is_named_as_one_with_what_replaces_it(string name, string plugin, string expected)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await (await StartAsync(name, plugin: plugin)).DisposeAsync());

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact, Spec("EXT-012", "EXT-011")]
    public async Task Old_names_of_the_namespaces_work_and_plugins_that_are_not_named_do_nothing()
    {
        var trace = new List<string>();
        var plugins = new PluginRegistry();
        foreach (var name in (string[])["gate", "silent"])
        {
            plugins.HttpServer(name, (_, _, _) => new HttpProbe((context, next) =>
            {
                trace.Add("handler " + name);
                return next(context);
            }));
            plugins.HttpClient(name, (_, _, _) => new ClientProbe((request, next, token) =>
            {
                trace.Add("client " + name);
                return next(request, token);
            }));
            plugins.RequestModifier(name, (_, _, _) => new RequestProbe(_ => trace.Add("modifier " + name)));
        }
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","extra_config":{"github.com/devopsfaith/krakend/proxy/plugin":{"name":["gate"]}},"backend":[
              {"url_pattern":"/b","extra_config":{"github.com/devopsfaith/krakend/transport/http/client/executor":{"name":"gate"}}}]}
            """, """
            "extra_config":{"github_com/devopsfaith/krakend/transport/http/server/handler":{"name":["gate"]}}
            """, new() { Plugins = plugins });

        Assert.Equal(200, (await rig.GetAsync("/a")).Status);

        Assert.Equal(["handler gate", "modifier gate", "client gate"], trace);
    }

    private static Task<Rig> StartAsync(string name, string? allowed = null, string plugin = "gate")
    {
        var config = $"\"extra_config\":{{\"{name}\":{{\"name\":{(name == "plugin/http-client" ? $"\"{plugin}\"" : $"[\"{plugin}\"]")}}}}}";
        const string none = "\"$c\":0";
        var endpoint = name is "plugin/middleware" or "plugin/req-resp-modifier" ? config : none;
        var backend = name == "plugin/http-client" ? config : none;
        return Rig.StartAsync($$"""{"endpoint":"/a",{{endpoint}},"backend":[{"url_pattern":"/b",{{backend}} }]}""", name == "plugin/http-server" ? config : none,
            new() { AllowMissing = allowed is null ? new HashSet<string>() : new HashSet<string> { allowed } });
    }
}
