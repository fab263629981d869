using System.Text.RegularExpressions;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>The demo, started once for a class of tests.</summary>
public sealed partial class DemoFixture : IAsyncLifetime
{
    internal RunningGateway Gateway { get; private set; } = null!;

    /// <summary>Address of its services.</summary>
    internal string Services { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Gateway = await RunningGateway.StartAsync(null, ["demo"]);
        await Gateway.WaitForLogAsync("Ctrl-C closes it.");
        Services = ServicesAt().Match(Gateway.Out).Groups[1].Value;
    }

    public async Task DisposeAsync() => await Gateway.DisposeAsync();

    [GeneratedRegex(@"services at (http://\S+)")]
    private static partial Regex ServicesAt();
}
