namespace Gateway.Sidecars.Calls;

/// <summary>Numbers of the payloads in <c>GatewayFrame</c> and <c>PluginFrame</c> (proto/krakenplugins/plugin/v1/call.proto).</summary>
internal static class GatewayFrames
{
    public const int CallId = 1;
    public const int Start = 2;
    public const int Result = 3;
    public const int Chunk = 4;
    public const int Credit = 5;
    public const int Cancel = 6;
}

/// <inheritdoc cref="GatewayFrames"/>
internal static class PluginFrames
{
    public const int CallId = 1;
    public const int Proceed = 2;
    public const int Finish = 3;
    public const int Chunk = 4;
    public const int Credit = 5;
    public const int GoingAway = 6;
}
