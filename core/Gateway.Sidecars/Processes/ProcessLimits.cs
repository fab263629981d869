namespace Gateway.Sidecars.Processes;

/// <summary>What the process of a sidecar may use; what is not set is as it is for the gateway.</summary>
public sealed record ProcessLimits
{
    /// <summary>No limit, and the gateway's own user.</summary>
    public static ProcessLimits None { get; } = new();

    /// <summary>
    /// Bytes of memory that it may write to by itself (<c>RLIMIT_DATA</c>): an allocation beyond fails. Address space that a runtime only
    /// reserves does not count.
    /// </summary>
    public long? Memory { get; init; }

    /// <summary>Processor time of its whole life, in whole seconds (<c>RLIMIT_CPU</c>); then the system kills it.</summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>Files, sockets and pipes open at a time (<c>RLIMIT_NOFILE</c>).</summary>
    public int? OpenFiles { get; init; }

    /// <summary>User that it runs as; needs a gateway that may change users.</summary>
    public uint? UserId { get; init; }

    /// <summary>Group that it runs as; the user's number when only that is set.</summary>
    public uint? GroupId { get; init; }
}
