using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>A factory reported errors about its configuration; the message lists everything that it found.</summary>
public sealed class ConfigRefusedException(IReadOnlyList<ConfigDiagnostic> findings) : Exception(string.Join('\n', findings.Select(static f => $"{f.Severity}: {f}")))
{
    /// <summary>All findings, errors and others.</summary>
    public IReadOnlyList<ConfigDiagnostic> Findings { get; } = findings;
}
