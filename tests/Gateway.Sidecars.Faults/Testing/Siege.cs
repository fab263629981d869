using Xunit;

namespace Gateway.Sidecars.Faults.Testing;

/// <summary>64 clients at an endpoint with the sidecar, and eight at one without it, which must never notice anything.</summary>
internal static class Siege
{
    private const int Unrelated = 8;

    /// <summary>Lasts until the clients have sent so many requests each.</summary>
    public static Task RunAsync(FaultRig rig, Load load, string path, int requests, Func<int, int, string?>? fault = null) =>
        RunAsync(rig, load.RunAsync(path, (_, number) => number < requests, fault));

    /// <summary>Lasts until a token fires.</summary>
    public static Task RunAsync(FaultRig rig, Load load, string path, CancellationToken until) =>
        RunAsync(rig, load.RunAsync(path, (_, _) => !until.IsCancellationRequested));

    /// <summary>One client of all asks for a fault, once, when all are under way.</summary>
    public static string? Once(string fault, int client, int number) => client == 7 && number == 5 ? fault : null;

    /// <summary>Every eighth client asks for a fault, in every fifth request.</summary>
    public static string? Often(string fault, int client, int number) => client % 8 == 0 && number % 5 == 2 ? fault : null;

    private static async Task RunAsync(FaultRig rig, Task clients)
    {
        using var plain = rig.Load();
        var others = plain.RunAsync(FaultRig.Plain, (_, number) => number < 3 || !clients.IsCompleted, clients: Unrelated);
        await clients;
        await others;
        // Nothing of the sidecar, and everything else.
        plain.Good.HasOnly(Outcome.Bypassed);
        Assert.False(plain.Good.Sent < Unrelated);
    }
}
