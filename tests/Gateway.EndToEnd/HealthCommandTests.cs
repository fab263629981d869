using System.Globalization;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary><c>gateway health</c>, as a container's health check calls it.</summary>
public sealed class HealthCommandTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-279")]
    public async Task A_gateway_that_answers_is_well()
    {
        await using var gateway = await RunningGateway.RunAsync(_folder, """{"version":3}""");

        var byPort = await Executable.RunInAsync(null, new Dictionary<string, string> { ["KRAKEND_PORT"] = gateway.Port.ToString(CultureInfo.InvariantCulture) }, "health");
        var byUrl = await Executable.RunAsync("health", $"http://127.0.0.1:{gateway.Port}/__health");

        Assert.Equal(new Finished(0, "", ""), byPort);
        Assert.Equal(new Finished(0, "", ""), byUrl);
    }

    [Fact, Spec("CFG-279")]
    public async Task Another_status_and_no_answer_are_failures_that_say_why()
    {
        await using var gateway = await RunningGateway.RunAsync(_folder, """{"version":3}""");

        var missing = await Executable.RunAsync("health", $"http://127.0.0.1:{gateway.Port}/nothing");
        var silent = await Executable.RunAsync("health", $"http://127.0.0.1:{RunningGateway.FreePort()}/__health");
        var noUrl = await Executable.RunAsync("health", "127.0.0.1:80");

        Assert.Equal(1, missing.Status);
        Assert.EndsWith("/nothing answers 404\n", missing.Error);
        Assert.Equal(1, silent.Status);
        Assert.Contains("/__health does not answer: Connection refused", silent.Error);
        Assert.Equal(255, noUrl.Status);
        Assert.Contains("\"127.0.0.1:80\" is no URL of http or https", noUrl.Error);
    }
}
