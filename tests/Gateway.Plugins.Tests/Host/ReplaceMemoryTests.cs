using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Gateway.Testing;

namespace Gateway.Plugins.Tests;

/// <summary>What replaced builds leave behind. Alone: what other tests allocate meanwhile would be counted.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ReplaceMemoryTests(PluginFixture fixture) : IClassFixture<PluginFixture>
{
    private const string Answer = "return new GatewayError(GatewayErrorKind.Rejected, \"\", STATUS);";

    [Fact]
    public async Task Replaced_builds_are_unloaded_and_memory_stays_flat_over_a_hundred_cycles()
    {
        fixture.MakeProxy("cycle", Answer.Replace("STATUS", "400"));
        await using var gateway = await fixture.StartAsync("cycle");
        var contexts = new List<WeakReference>();
        long settled = 0;

        for (var i = 1; i <= 100; i++)
        {
            await CycleAsync(gateway, contexts, 400 + (i % 50));
            if (i == 30)
                settled = await MemoryAsync(contexts);
        }
        var end = await MemoryAsync(contexts);

        Assert.True(contexts.Count(static c => c.IsAlive) <= 2, $"{contexts.Count(static c => c.IsAlive)} of {contexts.Count} contexts are alive");
        Assert.InRange(end, 0, settled + (8 << 20));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task CycleAsync(TestGateway gateway, List<WeakReference> contexts, int status)
    {
        fixture.MakeProxy("cycle", $"var buffer = new byte[1000]; {Answer.Replace("STATUS", status.ToString(System.Globalization.CultureInfo.InvariantCulture))}");
        await gateway.ReloadAsync(PluginFixture.Config("cycle"));
        using var answer = await gateway.Client.GetAsync("/cycle");
        Assert.Equal(status, (int)answer.StatusCode);
        Remember(contexts);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Remember(List<WeakReference> contexts)
    {
        foreach (var context in AssemblyLoadContext.All)
        {
            if (context.IsCollectible && context.Name == "plugin cycle 1.0.0" && !contexts.Exists(c => ReferenceEquals(c.Target, context)))
                contexts.Add(new WeakReference(context));
        }
    }

    private static async Task<long> MemoryAsync(List<WeakReference> contexts)
    {
        // Unloading takes several collections, and the last references go with the connection's next request.
        await Wait.UntilAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return contexts.Count(static c => c.IsAlive) <= 2;
        }, () => $"{contexts.Count(static c => c.IsAlive)} of {contexts.Count} contexts stay alive");
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
