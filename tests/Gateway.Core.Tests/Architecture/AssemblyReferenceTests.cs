using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Gateway.Core.Server;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace Gateway.Core.Tests.Architecture;

/// <summary>Core knows no plugin, and the SDK knows neither: read from what the compiler wrote, not from project files.</summary>
public sealed class AssemblyReferenceTests
{
    private static readonly string[] s_framework = ["System", "Microsoft", "netstandard", "mscorlib"];

    [Fact]
    public void Core_references_the_framework_and_the_sdk_only() =>
        Assert.Equal(["KrakenPlugins.Sdk"], References(typeof(GatewayHost).Assembly.Location).Where(static name => !IsFramework(name)));

    [Fact]
    public void The_sdk_references_the_framework_only() =>
        Assert.DoesNotContain(References(typeof(GatewayPlugin).Assembly.Location), static name => !IsFramework(name));

    [Fact]
    public void Core_and_sdk_open_their_internals_to_tests_and_tools_only()
    {
        // Core is a friend of the SDK for the one JSON output that both write through.
        string[] friends = [.. Friends(typeof(GatewayHost).Assembly), .. Friends(typeof(GatewayPlugin).Assembly).Where(static name => name != "Gateway.Core")];

        Assert.All(friends, static name => Assert.True(
            name.EndsWith(".Tests", StringComparison.Ordinal) || name is "Gateway.Micro" or "Gateway.Testing" or "Gateway.FrontDoor" or "Gateway.EndToEnd", name));
    }

    private static List<string> References(string file)
    {
        using var stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var names = new List<string>();
        foreach (var handle in metadata.AssemblyReferences)
            names.Add(metadata.GetString(metadata.GetAssemblyReference(handle).Name));
        Assert.NotEmpty(names);
        return names;
    }

    private static IEnumerable<string> Friends(Assembly assembly) =>
        assembly.GetCustomAttributes<System.Runtime.CompilerServices.InternalsVisibleToAttribute>().Select(static a => a.AssemblyName);

    private static bool IsFramework(string name) =>
        s_framework.Any(prefix => name == prefix || name.StartsWith(prefix + ".", StringComparison.Ordinal));
}
