using System.Text;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using KrakenPlugins.Sdk.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Sdk.Tests.Testing;

public sealed class PluginTestHostTests
{
    [Fact]
    public void Lists_what_the_plugin_declares_with_its_stages()
    {
        var host = PluginTestHost.Create<EveryKindPlugin>();

        Assert.Equal(["server k/server", "client k/client", "executor k/executor", "decoder k", "render k", "rejecter k/rejecter", "agent k/agent", "service k/service"], host.Registrations.Select(static r => r.ToString()));
        Assert.Equal(ServerStages.Cors, host.Registrations[0].Stage);
    }

    [Fact]
    public void Names_what_is_declared_when_asked_for_something_else()
    {
        var host = PluginTestHost.Create<GreetingPlugin>();

        var error = Assert.Throws<InvalidOperationException>(() => host.Backend("acme/greeting"));

        Assert.Equal("the plugin declares no backend \"acme/greeting\"; it declares proxy acme/greeting", error.Message);
    }

    [Fact]
    public void Refused_configuration_is_an_exception_with_every_finding_and_a_missing_component_none()
    {
        var host = PluginTestHost.Create<GreetingPlugin>();

        var refused = Assert.Throws<ConfigRefusedException>(() => host.Proxy("acme/greeting", "{\n  \"txt\": 1 }"));

        Assert.Equal(2, refused.Findings.Count);
        Assert.Contains("config.json:2:3 txt: ", refused.Message, StringComparison.Ordinal);
        Assert.Null(host.TryBuild<IProxyMiddleware>("proxy", "acme/greeting", """{ "text": "none" }"""));
        Assert.Throws<InvalidOperationException>(() => host.Proxy("acme/greeting", """{ "text": "none" }"""));
    }

    [Fact]
    public async Task A_components_own_calls_are_answered_by_the_test_and_recorded()
    {
        using var context = new TestContext();
        Assert.True(OutgoingAddress.TryParse("https://idp.test/token?secret", out var address));
        var call = new OutgoingCall { Method = "POST", Address = address };
        IServiceContext service = context;

        Assert.Equal("the test answers no call to https://idp.test/token", (await service.Outgoing.SendAsync(call, CancellationToken.None)).Error!.Message);
        context.Outgoing.Answer = static (_, _) => new(TestOutgoing.Text(201, "{}"));
        var answer = (await service.Outgoing.SendAsync(call, CancellationToken.None)).Answer!;

        Assert.Equal((201, "application/json", 2), (answer.StatusCode, answer.ContentType, answer.Body.Length));
        Assert.Equal([call, call], context.Outgoing.Calls);
    }

    [Fact]
    public void A_configuration_that_is_no_json_says_where()
    {
        var host = PluginTestHost.Create<GreetingPlugin>();

        var error = Assert.Throws<FormatException>(() => host.Proxy("acme/greeting", "{ \"text\": }"));

        Assert.StartsWith("config.json:1:11: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_components_answer_an_exchange()
    {
        await using var host = PluginTestHost.Create<EveryKindPlugin>();
        host.Context.ClientAddress = "10.1.2.3";
        var exchange = TestRequest.Exchange("POST", "/x", "a=1", [("X-A", "1")], "body");

        await host.Server("k/server").InvokeAsync(exchange, static _ => Task.CompletedTask);

        Assert.Equal(418, exchange.Response.StatusCode);
        Assert.Equal("10.1.2.3 body 1", exchange.ReadText());
    }

    [Fact]
    public async Task Client_components_get_raw_answers()
    {
        await using var host = PluginTestHost.Create<EveryKindPlugin>();
        var next = TestNext.Raw(201, "made", ("X-B", "2"));

        var result = await host.Client("k/client").InvokeAsync(TestRequest.Create("PUT", "/p?q=1", host: new("http", "b", 80)), next.CallAsync, CancellationToken.None);

        Assert.Equal(201, result.Response!.StatusCode);
        Assert.Equal("2", result.Response.Headers.Get("x-b"));
        Assert.Equal("made", await result.Response.ReadTextAsync());
        Assert.Equal("/p?q=1", Assert.Single(next.Requests).Target);
    }

    [Fact]
    public async Task Claims_parameters_and_failures_reach_the_component()
    {
        await using var host = PluginTestHost.Create<EveryKindPlugin>();
        var request = TestRequest.Create(parameters: [("Id", "7")], claims: """{ "sub": "ann", "n": 3, "roles": ["a", "b"] }""");

        var result = await host.Executor("k/executor").InvokeAsync(request, TestNext.Fails(new(GatewayErrorKind.Timeout, "late", 504)).InvokeAsync, CancellationToken.None);

        Assert.Equal("ann 3 a,b 7", result.Error!.Message);
        var missing = Assert.Throws<InvalidOperationException>(() => result.Json());
        Assert.Equal("the call failed with 403: ann 3 a,b 7", missing.Message);
    }

    [Fact]
    public void Decoders_and_renders_work_on_texts()
    {
        var host = PluginTestHost.Create<EveryKindPlugin>();

        Assert.Equal("""{"text":"abc"}""", host.Decoder("k").DecodeText("abc"));
        Assert.Equal("empty", Assert.Throws<FormatException>(() => host.Decoder("k").DecodeText("")).Message);
        Assert.Equal("<{\"a\":1}>", host.Render("k").RenderText("""{ "a": 1 }"""));
    }

    [Fact]
    public async Task An_agent_calls_the_pipeline_that_the_test_gives_it()
    {
        await using var host = PluginTestHost.Create<EveryKindPlugin>();
        host.Context.Pipeline = TestNext.Data("{}");

        await host.Build<IAgent>("agent", "k/agent").RunAsync(CancellationToken.None);

        Assert.Equal("message", Encoding.UTF8.GetString(Assert.Single(host.Context.Pipeline.Requests).Body.Bytes.Span));
        Assert.Equal(1, host.Context.Reports);
    }

    [Fact]
    public async Task Disposing_ends_the_configuration_as_a_gateway_does()
    {
        var plugin = new EveryKindPlugin();
        var host = new PluginTestHost(plugin);
        host.Build<EveryKindPlugin.Shared>("service", "k/service");
        await host.StartAsync();

        await host.DisposeAsync();

        Assert.Equal(["start", "stopping", "stop", "dispose"], plugin.Events);
    }

    [Fact]
    public void Services_and_configuration_of_the_place_are_what_the_test_sets()
    {
        using var context = new TestContext { Document = TestConfig.Parse("""{ "extra_config": { "a/b": { "c": 1 } } }""") };
        context.Provide<IHealthContributor>(new EveryKindPlugin.Shared([]));

        Assert.Equal("1", ((IServiceContext)context).ServiceConfig("a/b")!["c"]!.Text);
        Assert.Equal("shared", context.Service<IHealthContributor>()!.Status);
        Assert.Null(context.Service<IAgent>());
    }
}
