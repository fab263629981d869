using Gateway.Testing;

namespace Gateway.Plugins.Tests;

/// <summary>An upstream, and a smith for the plugins of one test class.</summary>
public sealed class PluginFixture : IAsyncLifetime
{
    public PluginSmith Smith { get; } = new();

    public Upstream Upstream { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Upstream = await Upstream.StartAsync();
        Upstream.Answer("/ok", """{"a":1}""");
    }

    public async Task DisposeAsync()
    {
        await Upstream.DisposeAsync();
        Smith.Dispose();
    }

    /// <summary>A gateway whose endpoint <c>/NAME</c> uses the namespace <c>NAME/NAME</c>, for each name, beside <c>/plain</c>.</summary>
    public Task<TestGateway> StartAsync(params string[] names) => StartAsync(new TestGatewayOptions(), names);

    public Task<TestGateway> StartAsync(TestGatewayOptions options, params string[] names) =>
        TestGateway.StartAsync(Config(names), Upstream.Host, options with { PluginFolders = [Smith.Folder] });

    public static string Config(params string[] names)
    {
        var endpoints = names.Select(static n => ",{\"endpoint\":\"/N\",\"extra_config\":{\"N/N\":{}},\"backend\":[{\"host\":[\"$UPSTREAM\"],\"url_pattern\":\"/ok\"}]}".Replace("N/N", $"{n}/{n}", StringComparison.Ordinal).Replace("/N\"", $"/{n}\"", StringComparison.Ordinal));
        return "{\"version\":3,\"endpoints\":[{\"endpoint\":\"/plain\",\"backend\":[{\"host\":[\"$UPSTREAM\"],\"url_pattern\":\"/ok\"}]}" + string.Concat(endpoints) + "]}";
    }

    /// <summary>Makes a plugin for the namespace <c>ID/ID</c> of endpoints with one proxy middleware.</summary>
    public string MakeProxy(string id, string body, string members = "", IReadOnlyList<SmithLibrary>? libraries = null, string register = "") =>
        Smith.Make(id, PluginSmith.ProxyPlugin($"{id}/{id}", body, members, register), [$"endpoint/proxy {id}/{id}"], libraries);
}
