using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace KrakenPlugins.ApiKeys.Tests;

public sealed class AgentTests
{
    [Theory]
    [Spec("AUT-006")]
    [InlineData("auth/api-keys", """{"roles":[]}""")]
    [InlineData("auth/basic", "{}")]
    public void A_method_for_http_clients_at_an_agent_is_reported(string name, string value)
    {
        var findings = new ConfigDiagnostics();
        var root = JsonConfigReader.Read("krakend.json", $$$"""
            {"version":3,"async_agent":[{"name":"a","consumer":{"topic":"t"},"extra_config":{"{{{name}}}":{{{value}}} },"backend":[{"url_pattern":"/b","host":["http://127.0.0.1:8081"]}]}]}
            """, findings)!;

        ConfigLoader.Load(root, new LoadOptions { IsAvailable = static (scope, _) => scope is "service" or "endpoint" }, findings);

        var finding = Assert.Single(findings.All, f => f.Message.Contains(name, StringComparison.Ordinal));
        Assert.Contains($"\"{name}\" has no effect at an async agent; the protection is not active", finding.Message, StringComparison.Ordinal);
    }
}
