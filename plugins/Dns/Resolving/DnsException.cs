namespace KrakenPlugins.Dns.Resolving;

/// <summary>A name that could not be resolved; the message says why.</summary>
internal sealed class DnsException(string message) : Exception(message);
