using KrakenPlugins.Sdk.Testing;
using Xunit;

namespace KrakenPlugins.Sdk.Tests.Testing;

/// <summary>The example of the README, as it stands there.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task Adds_the_greeting_to_the_answer()
    {
        await using var host = PluginTestHost.Create<GreetingPlugin>();
        var greeting = host.Proxy("acme/greeting", """{ "text": "hello" }""");
        var next = TestNext.Data("""{ "a": 1 }""");

        var result = await greeting.InvokeAsync(TestRequest.Create(headers: [("X-User", "ann")]), next.InvokeAsync, CancellationToken.None);

        Assert.Equal("""{"a":1,"greeting":"hello ann"}""", result.Json());
        Assert.Equal("ann", Assert.Single(next.Requests).Headers.Get("X-User"));
        Assert.Equal(["Information: greeted ann"], host.Log.Lines);
    }

    [Fact]
    public void Refuses_an_empty_text()
    {
        var host = PluginTestHost.Create<GreetingPlugin>();

        var error = Assert.Single(host.Errors("proxy", "acme/greeting", """{ "text": "" }"""));

        Assert.Equal("config.json:1:11 text: the greeting is empty", error.ToString());
    }

    [Fact]
    public void The_example_of_the_readme_is_this_code()
    {
        var root = RepositoryRoot.Find();
        var readme = File.ReadAllText(Path.Combine(root, "sdk", "KrakenPlugins.Sdk.Testing", "README.md"));
        var example = readme.Split("```csharp\n")[1].Split("```")[0];
        var source = File.ReadAllLines(Path.Combine(root, "tests", "KrakenPlugins.Sdk.Tests", "Testing", "ReadmeTests.cs"));

        Assert.Contains(example, string.Join('\n', source.Select(static line => line.StartsWith("    ", StringComparison.Ordinal) ? line[4..] : line)) + "\n", StringComparison.Ordinal);
    }
}
