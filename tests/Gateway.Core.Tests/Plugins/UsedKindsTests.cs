using Gateway.Core.Configuration;
using Gateway.Core.Plugins.Kinds;
using Gateway.Core.Tests.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Plugins;

public sealed class UsedKindsTests
{
    [Fact]
    public void Every_plugin_that_a_configuration_names_is_found_with_its_position()
    {
        var config = Loading.Good("""
            {"version":3,"host":["http://h"],
             "extra_config":{"plugin/http-server":{"name":["h1","h2"]}},
             "endpoints":[{"endpoint":"/a",
               "extra_config":{"github.com/devopsfaith/krakend/proxy/plugin":{"name":["m"]},"plugin/middleware":{"name":"w"}},
               "backend":[{"url_pattern":"/b","extra_config":{"plugin/http-client":{"name":"c"},"plugin/middleware":{"name":["w"]}}}]}]}
            """, Available);

        var used = UsedKinds.Of(config);

        Assert.Equal(
            [
                "plugin/http-server h1 krakend.json:2:48", "plugin/http-server h2 krakend.json:2:53",
                "plugin/middleware w krakend.json:4:109", "plugin/req-resp-modifier m krakend.json:4:75",
                "plugin/http-client c krakend.json:5:80", "plugin/middleware w krakend.json:5:114",
            ], used.Select(static u => $"{u.Namespace} {u.Name} {u.Position}"));
        Assert.Equal([PluginKinds.RequestModifier, PluginKinds.ResponseModifier], used[3].Kinds);
    }

    [Fact]
    public void Those_inside_of_a_workflow_are_found_too()
    {
        var config = Loading.Good(Loading.OneEndpoint(backend: """
            "extra_config":{"workflow":{"endpoint":"/w","extra_config":{"plugin/req-resp-modifier":{"name":["m"]}},
              "backend":[{"host":["http://h"],"url_pattern":"/x","extra_config":{"plugin/http-client":{"name":"c"}}}]}}
            """), Available);

        Assert.Equal(["m", "c"], UsedKinds.Of(config).Select(static u => u.Name));
    }

    [Fact]
    public void What_names_nobody_uses_nothing() =>
        Assert.Empty(UsedKinds.Of(Loading.Good(Loading.Root("""
            "extra_config":{"plugin/http-server":{"name":[1,null,""],"gate":{}}}
            """), Available)));

    private static LoadOptions Available => new() { IsAvailable = NamespaceRegistry.IsDefined, IsKindAvailable = static (_, _) => true };
}
