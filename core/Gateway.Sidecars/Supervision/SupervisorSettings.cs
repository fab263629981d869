namespace Gateway.Sidecars.Supervision;

/// <summary>How long a supervisor waits for what.</summary>
public sealed record SupervisorSettings
{
    /// <summary>Whether it starts at once, or with the first call.</summary>
    public bool IsEager { get; init; } = true;

    /// <summary>From the start of the process to the end of the handshake.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between two questions after its health.</summary>
    public TimeSpan HealthPause { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Time for the answer. Together with the pause it is the time after which a hang is seen.</summary>
    public TimeSpan HealthLimit { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Time for calls that run when it is stopped.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between SIGTERM and SIGKILL.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How it is started again.</summary>
    public RestartSettings Restart { get; init; } = new();
}

/// <summary>What a sidecar is at.</summary>
public enum SidecarState
{
    /// <summary>Nobody has called it yet.</summary>
    Idle,
    /// <summary>Its process starts, or is being asked who it is.</summary>
    Starting,
    /// <summary>It takes calls.</summary>
    Ready,
    /// <summary>It ended, and will be started again shortly.</summary>
    Pausing,
    /// <summary>It ends whenever it is started; attempts are rare.</summary>
    CrashLoop,
    /// <summary>The gateway does not need it any more.</summary>
    Stopped,
}
