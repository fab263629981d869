using System.Text.Json;

namespace Gateway.FaultySidecar;

/// <summary>
/// How the whole process misbehaves: <c>faults.json</c> in the plugin's folder, read at the start, so that a test changes what the next process
/// does. Without the file it behaves well.
/// </summary>
internal sealed record ProcessFaults
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    /// <summary><c>exit</c> (status 7), <c>no-socket</c>, <c>silent-socket</c>, <c>garbage</c>, <c>half-frame</c>.</summary>
    public string Start { get; init; } = "";

    /// <summary>Milliseconds before it listens.</summary>
    public int StartDelayMs { get; init; }

    /// <summary>The only version of the protocol that it speaks.</summary>
    public uint Protocol { get; init; } = 1;

    /// <summary>Version that it says it chose, whatever the gateway offered.</summary>
    public uint? ChosenProtocol { get; init; }

    /// <summary>Another id than that of plugin.json.</summary>
    public string? Id { get; init; }

    /// <summary><c>missing</c> or <c>extra</c>.</summary>
    public string Components { get; init; } = "";

    /// <summary><c>never</c>.</summary>
    public string Describe { get; init; } = "";

    /// <summary><c>never</c>, <c>error</c> (a finding), <c>status</c> (the call fails).</summary>
    public string Configure { get; init; } = "";

    /// <summary><c>never</c>, <c>not-serving</c>, <c>degraded</c>, <c>late</c> (after 3 s).</summary>
    public string Health { get; init; } = "";

    /// <summary><c>never</c>.</summary>
    public string Shutdown { get; init; } = "";

    /// <summary>Whether SIGTERM has no effect.</summary>
    public bool IgnoresTerm { get; init; }

    /// <summary>Whether the end of the standard input has no effect.</summary>
    public bool IgnoresInputEnd { get; init; }

    /// <summary>Whether it takes calls without the secret.</summary>
    public bool TakesAnySecret { get; init; }

    /// <summary>Whether it leaves its secret in the file <c>secret</c> of the plugin's folder, for tests that look for it elsewhere.</summary>
    public bool LeavesSecret { get; init; }

    /// <summary>Processes that it starts and never ends.</summary>
    public int Children { get; init; }

    /// <summary>Reads the file of a folder, if there is one.</summary>
    public static ProcessFaults Read(string folder)
    {
        var file = Path.Combine(folder, "faults.json");
        return File.Exists(file) ? JsonSerializer.Deserialize<ProcessFaults>(File.ReadAllText(file), s_json)! : new();
    }
}
