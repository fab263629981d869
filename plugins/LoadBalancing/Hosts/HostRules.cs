namespace KrakenPlugins.LoadBalancing.Hosts;

/// <summary>When hosts are left out, in time stamps.</summary>
/// <param name="PanicPercent">Below this share of usable hosts all of them are used; 0 for only when none is left.</param>
/// <param name="Outlier">When answers of calls leave a host out; <see langword="null"/> for never.</param>
/// <param name="UnhealthyAfter">Checks that fail in a row until a host is unhealthy.</param>
/// <param name="HealthyAfter">Checks that succeed in a row until it is healthy again.</param>
/// <param name="UsesKeys">Whether calls are chosen for by key.</param>
internal sealed record HostRules(int PanicPercent, OutlierRules? Outlier, int UnhealthyAfter, int HealthyAfter, bool UsesKeys);

/// <summary>When answers of calls leave a host out (RTE-410 to RTE-415).</summary>
/// <param name="ConsecutiveFailures">Failures in a row; 0 for any number.</param>
/// <param name="SuccessRate">Share of successes in a window below which a host is out; 0 for none.</param>
/// <param name="Window">Time stamps of a window.</param>
/// <param name="MinCalls">Calls that a window needs before its share says anything.</param>
/// <param name="Ejection">Time stamps that a host is out for the first time; doubles each further time in a row.</param>
/// <param name="LongestEjection">Time stamps that it is out at most.</param>
/// <param name="MaxPercent">Share of the hosts that may be out at once; one may in any case, all never.</param>
internal sealed record OutlierRules(int ConsecutiveFailures, double SuccessRate, long Window, int MinCalls, long Ejection, long LongestEjection, int MaxPercent);
