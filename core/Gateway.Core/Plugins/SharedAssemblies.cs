using System.Collections.Frozen;
using System.Reflection;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Plugins;

/// <summary>
/// The assemblies that plugins share with the gateway: the SDK and the shared frameworks (which carry the abstractions of logging and
/// options). Everything else a plugin brings itself, and the gateway's own libraries are none of its business.
/// </summary>
public static class SharedAssemblies
{
    private static readonly FrozenSet<string> s_frameworks = ReadFrameworks();

    /// <summary>The SDK.</summary>
    public static Assembly Sdk { get; } = typeof(GatewayPlugin).Assembly;

    /// <summary>Simple name of the SDK.</summary>
    public const string SdkName = "KrakenPlugins.Sdk";

    /// <summary>Version of the SDK.</summary>
    public static SemanticVersion SdkVersion { get; } = VersionOf(Sdk);

    /// <summary>Whether an assembly belongs to the shared frameworks.</summary>
    public static bool IsFramework(string name) => s_frameworks.Contains(name);

    /// <summary>
    /// Whether types of an assembly are part of the contracts, so that a private copy, however new, would be another type.
    /// </summary>
    public static bool IsContract(string name) =>
        name == SdkName || (IsFramework(name) && (name.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
            || name is "System.Runtime" or "System.Private.CoreLib" or "netstandard" or "mscorlib" or "System.Diagnostics.DiagnosticSource" or "System.IO.Pipelines"));

    /// <summary>Whether an assembly is the gateway's own, which no plugin may use.</summary>
    public static bool IsGateway(string name) => name is "gateway" || name.StartsWith("Gateway.Core", StringComparison.Ordinal) || name.StartsWith("Gateway.Sidecars", StringComparison.Ordinal);

    private static SemanticVersion VersionOf(Assembly assembly)
    {
        var text = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return SemanticVersion.TryParse(text, out var version) ? version : throw new InvalidOperationException($"the SDK has no version: \"{text}\"");
    }

    // Written by the build from the reference packs that the gateway is compiled against.
    private static FrozenSet<string> ReadFrameworks()
    {
        using var stream = typeof(SharedAssemblies).Assembly.GetManifestResourceStream("framework-assemblies.txt")
            ?? throw new InvalidOperationException("the list of framework assemblies is missing from the build");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Append("System.Private.CoreLib").ToFrozenSet(StringComparer.Ordinal);
    }
}
