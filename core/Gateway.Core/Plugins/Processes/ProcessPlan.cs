namespace Gateway.Core.Plugins.Processes;

/// <summary>How a plugin's process is run: what manifest and operator say, and the defaults. Equal plans share a process.</summary>
public sealed record ProcessPlan
{
    internal const string Eager = "eager";
    internal const string Demand = "demand";
    internal const string Fail = "fail";
    internal const string Bypass = "bypass";

    /// <summary>Whether it starts with the configuration that uses it, or with the first request.</summary>
    public bool IsEager { get; init; } = true;

    /// <summary>Whether requests pass by when it is not there or loses them.</summary>
    public bool IsBypassed { get; init; }

    /// <summary>How long it may owe an answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the start of the process to the end of the handshake.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for its calls when it is stopped.</summary>
    public TimeSpan DrainLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between SIGTERM and SIGKILL.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bytes of memory, or <see langword="null"/>.</summary>
    public long? Memory { get; init; }

    /// <summary>Processor time of its whole life, or <see langword="null"/>.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>Files, sockets and pipes open at a time, or <see langword="null"/>.</summary>
    public int? OpenFiles { get; init; }

    /// <summary>Number of the user that it runs as, or <see langword="null"/>.</summary>
    public int? User { get; init; }

    /// <summary>Number of the group that it runs as, or <see langword="null"/>.</summary>
    public int? Group { get; init; }

    /// <summary>Address of a process that somebody else runs; empty for one that the gateway starts.</summary>
    public string Address { get; init; } = "";

    /// <summary>Certificate of the gateway towards <see cref="Address"/>, or empty.</summary>
    public string Cert { get; init; } = "";

    /// <summary>Key of <see cref="Cert"/>, or empty.</summary>
    public string Key { get; init; } = "";

    /// <summary>Who may have signed the certificate of <see cref="Address"/>; empty for the system's authorities.</summary>
    public string Ca { get; init; } = "";

    /// <summary>File with the secret that <see cref="Address"/> expects, or empty.</summary>
    public string SecretFile { get; init; } = "";

    /// <summary>The plan for a plugin.</summary>
    /// <param name="manifest">What it says of itself.</param>
    /// <param name="config">What the operator says, or <see langword="null"/>.</param>
    public static ProcessPlan Of(PluginManifest manifest, SidecarConfig? config)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var plan = new ProcessPlan { Address = manifest.Entry.Address }.With(manifest.Process);
        if (config is null)
            return plan;
        return plan.With(config) with
        {
            Address = config.Address ?? plan.Address,
            Cert = config.Tls?.Cert ?? "",
            Key = config.Tls?.Key ?? "",
            Ca = config.Tls?.Ca ?? "",
            SecretFile = config.SecretFile ?? "",
        };
    }

    /// <summary>Whether two plans can be one process: what a configuration does without it is not the process's business.</summary>
    internal bool Shares(ProcessPlan other) => this with { IsBypassed = other.IsBypassed } == other;

    private ProcessPlan With(ProcessConfig config) => this with
    {
        IsEager = config.Start is null ? IsEager : config.Start == Eager,
        IsBypassed = config.OnFailure is null ? IsBypassed : config.OnFailure == Bypass,
        Timeout = config.Timeout ?? Timeout,
        StartLimit = config.StartLimit ?? StartLimit,
        DrainLimit = config.DrainLimit ?? DrainLimit,
        StopLimit = config.StopLimit ?? StopLimit,
        Memory = config.Limits?.Memory ?? Memory,
        CpuTime = config.Limits?.CpuTime ?? CpuTime,
        OpenFiles = config.Limits?.OpenFiles ?? OpenFiles,
        User = config.Limits?.User ?? User,
        Group = config.Limits?.Group ?? Group,
    };
}
