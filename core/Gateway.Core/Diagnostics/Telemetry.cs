using System.Diagnostics.Metrics;

namespace Gateway.Core.Diagnostics;

/// <summary>The gateway's own instruments, for whoever listens.</summary>
public static class Telemetry
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "KrakenPlugins.Gateway";

    internal static Meter Meter { get; } = new(MeterName, Product.Version);
}
