using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration;

/// <summary>The objects of <c>async_agent</c>.</summary>
public sealed class AgentsLoaderTests
{
    [Fact, Spec("NRC-227", "NRC-221")]
    public void Defaults_are_those_of_the_language()
    {
        var agent = Assert.Single(Load("""{"name":"a","consumer":{"topic":"t"},"backend":[{"url_pattern":"/x"}],"extra_config":{"async/amqp":{} } }""").Config!.Agents);

        Assert.Equal(("a", "t", 1, 0.0, 0, ""), (agent.Name, agent.Topic, agent.Workers, agent.MaxRate, agent.MaxRetries, agent.BackoffStrategy));
        Assert.Equal(TimeSpan.FromSeconds(1), agent.HealthInterval);
        Assert.Equal(TimeSpan.FromSeconds(2), agent.Pipeline.Timeout);
        Assert.Equal("GET", Assert.Single(agent.Pipeline.Backends).Method);
        Assert.False(agent.Pipeline.IsNoOp);
    }

    [Fact, Spec("NRC-227")]
    public void Values_out_of_range_mean_their_bounds_and_the_timeout_of_the_root_is_inherited()
    {
        var agent = Assert.Single(Load("""
            {"name":"a","consumer":{"topic":"t","workers":-3,"max_rate":-1},"connection":{"max_retries":-1,"health_interval":"10ms"},"backend":[{"url_pattern":"/x"}],"extra_config":{"async/amqp":{} } }
            """, "\"timeout\":\"7s\",").Config!.Agents);

        Assert.Equal((1, 0.0, 0), (agent.Workers, agent.MaxRate, agent.MaxRetries));
        Assert.Equal(TimeSpan.FromSeconds(1), agent.HealthInterval);
        Assert.Equal(TimeSpan.FromSeconds(7), agent.Pipeline.Timeout);
    }

    [Fact, Spec("NRC-224", "NRC-225")]
    public void The_proxy_namespace_and_placeholders_of_earlier_answers_work_as_in_endpoints()
    {
        var agent = Assert.Single(Load("""
            {"name":"a","consumer":{"topic":"t"},"backend":[{"url_pattern":"/x"},{"url_pattern":"/{resp0_id}"}],"extra_config":{"async/amqp":{},"proxy":{"sequential":true} } }
            """).Config!.Agents);

        Assert.True(agent.Pipeline.Proxy.Sequential);
        Assert.Equal(2, agent.Pipeline.Backends.Count);
    }

    [Theory]
    [InlineData("""{"name":"a","backend":[{"url_pattern":"/x"}]}""", "async_agent[0]", "consumer")]
    [InlineData("""{"name":"a","consumer":{},"backend":[{"url_pattern":"/x"}]}""", "async_agent[0].consumer", "topic")]
    [InlineData("""{"name":"a","consumer":{"topic":"t"}}""", "async_agent[0]", "an agent needs at least one backend")]
    [InlineData("""{"name":"a","consumer":{"topic":"t","timeout":"-1s"},"backend":[{"url_pattern":"/x"}]}""", "async_agent[0].consumer.timeout", "must not be negative")]
    [InlineData("""{"name":"a","consumer":{"topic":"t"},"backend":[{"url_pattern":"/{id}"}]}""", "async_agent[0].backend[0].url_pattern", "id")]
    [InlineData("3", "async_agent[0]", "object")]
    public void What_an_agent_cannot_do_without_is_named(string agent, string path, string text)
    {
        var loaded = Load(agent);

        Assert.Null(loaded.Config);
        Assert.Contains(loaded.Diagnostics.All, d => d.Severity == ConfigSeverity.Error && $"{d}".Contains(path, StringComparison.Ordinal) && $"{d}".Contains(text, StringComparison.Ordinal));
    }

    [Fact, Spec("NRC-263")]
    public void An_unknown_strategy_is_a_warning_with_advice()
    {
        var loaded = Load("""{"name":"a","consumer":{"topic":"t"},"connection":{"backoff_strategy":"liner"},"backend":[{"url_pattern":"/x"}],"extra_config":{"async/amqp":{} } }""");

        Assert.NotNull(loaded.Config);
        Assert.Contains(loaded.Diagnostics.All, static d => $"{d}".Contains("async_agent[0].connection.backoff_strategy", StringComparison.Ordinal) && d.Message.Contains("did you mean \"linear\"", StringComparison.Ordinal));
    }

    [Fact]
    public void An_agent_without_name_gets_one_and_a_warning()
    {
        var loaded = Load("""{"consumer":{"topic":"t"},"backend":[{"url_pattern":"/x"}],"extra_config":{"async/amqp":{} } }""");

        Assert.Equal("AsyncAgent-00", Assert.Single(loaded.Config!.Agents).Name);
        Assert.Contains(loaded.Diagnostics.All, static d => d.Message.Contains("an agent needs a name", StringComparison.Ordinal));
    }

    private static LoadResult Load(string agent, string root = "")
    {
        var diagnostics = new ConfigDiagnostics();
        var document = JsonConfigReader.Read("krakend.json", $$"""{"version":3,{{root}}"host":["http://a"],"async_agent":[{{agent}}]}""", diagnostics);
        return ConfigLoader.Load(document!, new LoadOptions { IsAvailable = static (_, name) => name == "async/amqp" }, diagnostics);
    }
}
