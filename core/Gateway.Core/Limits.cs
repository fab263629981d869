namespace Gateway.Core;

/// <summary>Every bound of the engine in one place. Sizes are in bytes.</summary>
public sealed record Limits
{
    /// <summary>Request body held in memory when more than one consumer needs it.</summary>
    public int BufferedRequestBody { get; init; } = 32 << 20;

    /// <summary>Answer of a backend that is decoded, after inflation.</summary>
    public int DecodedResponse { get; init; } = 64 << 20;

    /// <summary>Output of a compressed answer.</summary>
    public long InflatedResponse { get; init; } = 256L << 20;

    /// <summary>Ratio of inflated to compressed bytes.</summary>
    public int InflateRatio { get; init; } = 1000;

    /// <summary>Levels of nesting of JSON and XML.</summary>
    public int Depth { get; init; } = 1000;

    /// <summary>Status line and headers of a backend's answer.</summary>
    public int ResponseHeaders { get; init; } = 1 << 20;

    /// <summary>Body of a failed backend that is kept for <c>return_error_code</c> and <c>return_error_details</c>.</summary>
    public int ErrorBody { get; init; } = 1 << 20;

    /// <summary>Shadow calls of one endpoint that may be pending at once; further ones are dropped and counted (RTE-190).</summary>
    public int PendingShadowCalls { get; init; } = 1024;

    /// <summary>Log bytes waiting for a slow standard output; records beyond are dropped and counted (OBS-012).</summary>
    public int LogQueue { get; init; } = 4 << 20;

    /// <summary>Time that a plugin may take for one step of a start: loading, constructing, declaring, one component, <c>StartAsync</c>.</summary>
    public TimeSpan PluginStep { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long, after a reload, connections that a plugin took over and agents of the replaced configuration may take to end; what is then
    /// still open is cut. Requests in progress are not: their endpoint's timeout ends them.
    /// </summary>
    public TimeSpan ReloadDrain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The bounds of the HTTP client.</summary>
    internal Transport.TransportLimits ForTransport() => new()
    {
        MaxResponseHeaderBytes = ResponseHeaders,
        MaxInflatedBytes = InflatedResponse,
        MaxInflateRatio = InflateRatio,
    };
}
