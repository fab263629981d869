namespace KrakenPlugins.Dns.Protocol;

/// <summary>A service's place (RFC 2782).</summary>
/// <param name="Priority">The lowest is used.</param>
/// <param name="Weight">Share among those of one priority.</param>
/// <param name="Port">TCP port.</param>
/// <param name="Target">Host, in lower case and without a dot at the end; empty when the service is declared not to exist.</param>
internal sealed record SrvRecord(int Priority, int Weight, int Port, string Target);
