using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Plugins.Processes;

/// <summary>How a plugin with a process of its own is run: <c>process</c> of <c>plugin.json</c>. What is not said has its default.</summary>
public class ProcessConfig
{
    /// <summary>Where it was read; <see langword="null"/> when nothing was said.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary><c>eager</c> (with the configuration that uses it) or <c>demand</c> (with the first request).</summary>
    [ConfigValues(ProcessPlan.Eager, ProcessPlan.Demand)]
    public string? Start { get; init; }

    /// <summary>What becomes of a request when the process is not there or loses it: <c>fail</c> or <c>bypass</c>.</summary>
    [ConfigValues(ProcessPlan.Fail, ProcessPlan.Bypass)]
    public string? OnFailure { get; init; }

    /// <summary>How long it may owe an answer.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>From the start of the process to the end of the handshake.</summary>
    public TimeSpan? StartLimit { get; init; }

    /// <summary>Time for its calls when it is stopped.</summary>
    public TimeSpan? DrainLimit { get; init; }

    /// <summary>Time between SIGTERM and SIGKILL.</summary>
    public TimeSpan? StopLimit { get; init; }

    /// <summary>What it may use.</summary>
    public ProcessLimitConfig? Limits { get; init; }
}

/// <summary>What a process may use; what is not said is as it is for the gateway.</summary>
public sealed class ProcessLimitConfig
{
    /// <summary>Where it was read.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>Bytes of memory.</summary>
    public long? Memory { get; init; }

    /// <summary>Processor time of its whole life.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>Files, sockets and pipes open at a time.</summary>
    public int? OpenFiles { get; init; }

    /// <summary>Number of the user that it runs as.</summary>
    public int? User { get; init; }

    /// <summary>Number of the group that it runs as.</summary>
    public int? Group { get; init; }
}

/// <summary>What the operator says of one plugin's process: <c>plugin.sidecars.ID</c> of the configuration. It wins over the manifest.</summary>
public sealed class SidecarConfig : ProcessConfig
{
    /// <summary>Address of a process that somebody else runs, in place of one that the gateway starts.</summary>
    public string? Address { get; init; }

    /// <summary>Certificates for an <c>https:</c> address.</summary>
    public SidecarTlsConfig? Tls { get; init; }

    /// <summary>File with the secret that a process of somebody else's expects.</summary>
    public string? SecretFile { get; init; }
}

/// <summary>Certificates towards a process that somebody else runs; PEM files.</summary>
public sealed class SidecarTlsConfig
{
    /// <summary>Where it was read.</summary>
    public ConfigSource? Source { get; init; }

    /// <summary>The gateway's certificate, which the process asks for.</summary>
    public string Cert { get; init; } = "";

    /// <summary>Its key.</summary>
    public string Key { get; init; } = "";

    /// <summary>Who may have signed the certificate of the process; the system's authorities without it.</summary>
    public string Ca { get; init; } = "";
}
