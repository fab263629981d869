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
    public void Core_references_the_framework_and_libraries_of_the_sdk_only() =>
        Assert.Equal(["KrakenPlugins.Sdk", "KrakenPlugins.Templates", "KrakenPlugins.YamlDocuments"], References(typeof(GatewayHost).Assembly.Location).Where(static name => !IsFramework(name)).Order(StringComparer.Ordinal));

    [Fact]
    public void The_sdk_references_the_framework_only() =>
        Assert.DoesNotContain(References(typeof(GatewayPlugin).Assembly.Location), static name => !IsFramework(name));

    [Fact]
    public void Core_and_sdk_open_their_internals_to_the_executable_tests_and_tools_only()
    {
        // Core is a friend of the SDK for the one JSON output that both write through; the executable loads single plugins to check and try them, and the room of sidecars is part of core.
        string[] friends = [.. Friends(typeof(GatewayHost).Assembly), .. Friends(typeof(GatewayPlugin).Assembly).Where(static name => name != "Gateway.Core")];

        Assert.All(friends, static name => Assert.True(
            name.EndsWith(".Tests", StringComparison.Ordinal) || name is "gateway" or "Gateway.Sidecars" or "Gateway.Micro" or "Gateway.Testing" or "Gateway.FrontDoor" or "Gateway.EndToEnd", name));
    }

    [Fact]
    public void No_assembly_of_core_references_a_plugin_and_no_plugin_references_core()
    {
        var executable = Path.Combine(Repository(), "core", "Gateway", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0");
        var core = Directory.GetFiles(executable, "*.dll").Where(static f => Path.GetFileName(f) is "gateway.dll" || Path.GetFileName(f).StartsWith("Gateway.", StringComparison.Ordinal)).ToArray();
        var plugins = Directory.GetFiles(Path.Combine(executable, "plugins"), "*.dll", SearchOption.AllDirectories).Where(static f => IsManaged(f)).ToArray();
        var pluginNames = plugins.Select(static f => Path.GetFileNameWithoutExtension(f)).Where(static n => n.StartsWith("KrakenPlugins.", StringComparison.Ordinal)).ToHashSet();

        Assert.NotEmpty(core);
        Assert.NotEmpty(plugins);
        Assert.DoesNotContain("KrakenPlugins.Sdk", pluginNames);
        foreach (var folder in Directory.GetDirectories(Path.Combine(Repository(), "plugins")).Where(static f => Directory.GetFiles(f, "*.csproj").Length > 0))
            Assert.Contains(Path.GetFileNameWithoutExtension(Directory.GetFiles(folder, "*.csproj")[0]), pluginNames);
        Assert.All(core, file => Assert.DoesNotContain(References(file), name => pluginNames.Contains(name) && !File.Exists(Path.Combine(executable, name + ".dll"))));
        Assert.All(plugins, static file => Assert.DoesNotContain(References(file), static name => name is "gateway" || name.StartsWith("Gateway.", StringComparison.Ordinal)));
    }

    private static bool IsManaged(string file)
    {
        using var image = new PEReader(File.OpenRead(file));
        return image.HasMetadata;
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "KrakenPlugins.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException("the tests do not run inside of the repository");
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
