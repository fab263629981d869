using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sidecar.Protocol;
using KrakenPlugins.Sidecar.Tests.Testing;
using Gateway.Testing;

namespace KrakenPlugins.Sidecar.Tests;

public sealed class ConfigureTests
{
    private static readonly IHttpMiddleware s_through = AdHoc.Http(static (context, next) => next(context));

    [Fact]
    [Spec("GRP-207")]
    public async Task Factories_make_components_or_say_why_not()
    {
        await using var peer = await Peer.StartAsync(static registry => registry.Endpoint("acme/a", EndpointStages.Scripts, static (config, context, found) =>
        {
            if (config["unused"] is not null)
                return null;
            if (config["throws"] is not null)
                throw new InvalidOperationException("no such thing");
            if (config["admin"] is not null)
                context.OfferAdmin(new AdminOperation("GET", "x", "X.", static (_, _) => default));
            if (config["rules"] is { } rules)
                found.Add(new ConfigDiagnostic(ConfigSeverity.Error, rules.Items[1]["expr"]!.Position, "anything", "it is no expression") { RefusesStart = true });
            if (config["url"] is null)
                found.Warning(default, "extra_config.acme/a.url", "\"url\" is missing");
            Assert.True(context.PropagateHeader("x-user"));
            Assert.False(context.PropagateHeader("Content-Length"));
            return s_through;
        }));
        Place[] places =
        [
            peer.NewPlace(Layer.Endpoint, "acme/a", """{"url":"u"}"""),
            peer.NewPlace(Layer.Endpoint, "acme/a", """{"unused":1}"""),
            peer.NewPlace(Layer.Endpoint, "acme/a", """{"throws":1}"""),
            peer.NewPlace(Layer.Endpoint, "acme/a", """{"url":"u","rules":[{},{"expr":"1 +"}]}"""),
            peer.NewPlace(Layer.Endpoint, "acme/a"),
            peer.NewPlace(Layer.Endpoint, "acme/a", """{"admin":1}"""),
            peer.NewPlace(Layer.Proxy, "acme/a"),
        ];

        var response = await peer.ConfigureAsync(1, places);

        Assert.Equal([false, true, true, false, false, true, true], response.Places.Select(static p => p.IsUnused));
        Assert.Equal(["X-User"], response.Places[0].PropagatedHeaders);
        Assert.Equal(
            [
                (3u, Severity.Error, "", "no such thing", false),
                (4u, Severity.Error, "rules[1].expr", "it is no expression", true),
                (5u, Severity.Warning, "url", "\"url\" is missing", false),
                (6u, Severity.Error, "", "OfferAdmin (the gateway's admin listener) is not available to a plugin in a process of its own; set \"runtime\" to \"dotnet\" in plugin.json, or do without it", false),
                (7u, Severity.Error, "", "the plugin has no component \"acme/a\" of the layer proxy", false),
            ],
            response.Diagnostics.Select(static d => (d.PlaceId, d.Severity, d.Path, d.Message, d.RefusesStart)));
    }

    [Fact]
    [Spec("GRP-208")]
    public async Task A_context_tells_what_the_place_says_and_no_more()
    {
        IBackendContext? context = null;
        await using var peer = await Peer.StartAsync(registry => registry.Client("acme/c", ClientStages.Cache, (_, given, _) =>
        {
            context = given;
            return AdHoc.Client(static (request, next, token) => next(request, token));
        }));
        var place = peer.NewPlace(Layer.Client, "acme/c", """{"own":1}""");
        place.ServiceConfigJson = ByteString.CopyFromUtf8("""{"all":2}""");
        place.Endpoint.IsNoOp = true;

        await peer.ConfigureAsync(1, place);

        Assert.NotNull(context);
        Assert.Equal(("/e/{id}", "GET", TimeSpan.FromSeconds(2), true, 1, "[ENDPOINT: /e/{id}]"), (context.Path, context.Method, context.Timeout, context.IsNoOp, context.BackendCount, context.LogPrefix));
        Assert.Equal((0, "/b", "GET", "json", (string?)null), (context.Index, context.UrlPattern, context.BackendMethod, context.Encoding, context.Executor));
        Assert.Equal("2", context.ServiceConfig("acme/c")!["all"]!.Text);
        Assert.Null(context.ServiceConfig("acme/other"));
        Assert.Equal("1", context.BackendConfig("acme/c")!["own"]!.Text);
        Assert.Null(context.EndpointConfig("acme/c"));
        Assert.Equal("/b", context.Document["endpoints"]!.Items[0]["backend"]!.Items[0]["url_pattern"]!.Text);
        Assert.Equal("no-op", context.Endpoint["output_encoding"]!.Text);
        Assert.Equal("1", context.Backend["extra_config"]!["acme/c"]!["own"]!.Text);
        Assert.Null(context.Service<IQuotaProcessors>());
        Assert.Empty(context.TokenRejecters);
        Assert.Contains("not available to a plugin in a process of its own", Assert.Throws<NotSupportedException>(() => context.FindEndpoint(null!, "GET")).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("GRP-208")]
    public async Task Calls_of_the_components_own_go_out()
    {
        IServiceContext? context = null;
        await using var target = await HttpTarget.StartAsync();
        await using var peer = await Peer.StartAsync(registry => registry.Server("acme/s", ServerStages.Cors, (_, given, _) =>
        {
            context = given;
            return s_through;
        }));
        await peer.BuildAsync(Layer.Server, "acme/s");
        Assert.True(OutgoingAddress.TryParse($"{target.Address}/token%2Fx?q=1", out var address));

        var answered = await context!.Outgoing.SendAsync(new OutgoingCall { Method = "POST", Address = address, Body = "body"u8.ToArray(), IsDirect = true }, default);
        var large = await context.Outgoing.SendAsync(new OutgoingCall { Method = "POST", Address = address, Body = new byte[100], MaxAnswer = 10, IsDirect = true }, default);

        Assert.Equal("POST /token%2Fx?q=1 body", System.Text.Encoding.UTF8.GetString(answered.Answer!.Body.Span));
        Assert.Equal(GatewayErrorKind.Payload, large.Error!.Kind);
    }

    [Fact]
    [Spec("GRP-209")]
    public async Task Each_generation_has_an_instance_that_ends_after_its_last_call()
    {
        var plugins = new List<AdHocPlugin>();
        var components = new List<Disposed>();
        await using var peer = await Peer.StartAsync(() =>
        {
            var plugin = new AdHocPlugin(registry => registry.Proxy("acme/p", ProxyStages.Scripts, (config, context, _) =>
            {
                var component = new Disposed(context.Carry("k", config, static () => new object()));
                components.Add(component);
                return component;
            }));
            plugins.Add(plugin);
            return plugin;
        });
        var first = peer.NewPlace(Layer.Proxy, "acme/p");
        var second = peer.NewPlace(Layer.Proxy, "acme/p");
        var other = peer.NewPlace(Layer.Proxy, "acme/p", """{"a":1}""");
        await peer.ConfigureAsync(1, first);
        await peer.ConfigureAsync(2, second, other);
        var call = await peer.CallAsync(first);
        var proceed = await call.ProceedAsync();

        await peer.RetireAsync(1);

        Assert.False(components[0].Ended.IsCompleted);
        Assert.NotSame(plugins[0], plugins[1]);
        await call.ResultAsync(proceed.Attempt, new Response { IsData = true, Body = new Body { Whole = ByteString.CopyFromUtf8("{}") } });
        await call.FinishAsync();
        await components[0].Ended.InTime();
        Assert.Equal("started stopped, started", $"{string.Join(' ', plugins[0].Events)}, {string.Join(' ', plugins[1].Events)}");
        Assert.Same(components[0].Carried, components[1].Carried);
        Assert.NotSame(components[0].Carried, components[2].Carried);
        Assert.Contains("no place", (await (await peer.CallAsync(first)).FinishAsync()).Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("GRP-218")]
    public async Task Health_is_what_components_show()
    {
        var state = new State();
        await using var peer = await Peer.StartAsync(registry => registry.Endpoint("acme/a", EndpointStages.Scripts, (_, context, _) =>
        {
            context.ShowHealth(state);
            return s_through;
        }));
        await peer.BuildAsync(Layer.Endpoint, "acme/a");

        var answers = new List<HealthResponse>();
        foreach (var text in (string?[])["ok", "circuit open", null])
        {
            state.Text = text;
            answers.Add((await peer.Channel.CallAsync(PluginServiceMethods.Health, new HealthRequest(), Peer.Options).InTime()).Require());
        }

        Assert.Equal([(HealthStatus.Serving, "acme/a: ok"), (HealthStatus.Degraded, "acme/a: circuit open"), (HealthStatus.Degraded, "acme/a: failed")], answers.Select(static a => (a.Status, a.Message)));
    }

    private sealed class State : IHealthContributor
    {
        public string? Text { get; set; }

        public string Status => Text ?? throw new InvalidOperationException("broken");
    }

    private sealed class Disposed(object carried) : IProxyMiddleware, IAsyncDisposable
    {
        private readonly TaskCompletionSource _ended = new();

        public object Carried => carried;

        public Task Ended => _ended.Task;

        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) => next(request, cancellationToken);

        public ValueTask DisposeAsync()
        {
            _ended.SetResult();
            return default;
        }
    }
}
