using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace Gateway.Testing;

/// <summary>
/// Makes plugin folders out of small sources: real assemblies, compiled in memory, with a manifest. Everything is deleted with it.
/// </summary>
public sealed class PluginSmith : IDisposable
{
    private const string Usings = """
        global using System;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using KrakenPlugins.Sdk.Configuration;
        global using KrakenPlugins.Sdk.Data;
        global using KrakenPlugins.Sdk.Plugins;
        global using KrakenPlugins.Sdk.Proxy;
        global using Microsoft.AspNetCore.Http;
        global using Microsoft.Extensions.Logging;
        """;

    private static readonly Lazy<MetadataReference[]> s_shared = new(static () =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static p => Core.Plugins.SharedAssemblies.IsFramework(Path.GetFileNameWithoutExtension(p)) || Path.GetFileNameWithoutExtension(p) == Core.Plugins.SharedAssemblies.SdkName)
            .Select(static p => MetadataReference.CreateFromFile(p))]);

    /// <summary>Folder that holds the plugin folders.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("plugins-").FullName;

    /// <summary>
    /// Makes a plugin: compiles <paramref name="code"/> (which finds the SDK's namespaces imported) into <c>ID.dll</c> and writes a manifest
    /// for the class <c>P</c>.
    /// </summary>
    /// <param name="id">Id, assembly name and folder name.</param>
    /// <param name="code">C# source.</param>
    /// <param name="namespaces">What the manifest declares: <c>scope/layer name</c>, such as <c>endpoint/proxy acme/audit</c>.</param>
    /// <param name="libraries">Further assemblies to compile against and to put beside it, from <see cref="Library"/>.</param>
    /// <param name="edit">Last changes to the manifest.</param>
    /// <param name="platform">Processor that the assembly is for.</param>
    /// <returns>The plugin's folder.</returns>
    public string Make(string id, string code, IReadOnlyList<string> namespaces, IReadOnlyList<SmithLibrary>? libraries = null, Action<JsonObject>? edit = null, Platform platform = Platform.AnyCpu)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, id)).FullName;
        libraries ??= [];
        File.WriteAllBytes(Path.Combine(folder, id + ".dll"), Compile(id, code, libraries, platform, new Version(1, 0, 0, 0)));
        foreach (var library in libraries.Where(static l => l.IsShipped))
            File.WriteAllBytes(Path.Combine(folder, library.Name + ".dll"), library.Image);
        var manifest = new JsonObject
        {
            ["id"] = id,
            ["version"] = "1.0.0",
            ["sdk"] = "[0.1,1.0)",
            ["runtime"] = "dotnet",
            ["entry"] = new JsonObject { ["assembly"] = id + ".dll", ["type"] = "P" },
            ["namespaces"] = new JsonArray([.. namespaces.Select(Namespace)]),
        };
        edit?.Invoke(manifest);
        File.WriteAllText(Path.Combine(folder, "plugin.json"), manifest.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        return folder;
    }

    /// <summary>Compiles a library that plugins use.</summary>
    /// <param name="name">Assembly name.</param>
    /// <param name="version">Assembly version.</param>
    /// <param name="code">C# source.</param>
    /// <param name="isShipped">Whether plugins carry it with them; one that does not has a dependency that is missing.</param>
    public static SmithLibrary Library(string name, string version, string code, bool isShipped = true) =>
        new(name, Compile(name, code, [], Platform.AnyCpu, Version.Parse(version)), isShipped);

    /// <summary>Compiles an assembly as it stands: no imports, no manifest.</summary>
    /// <param name="name">Assembly name.</param>
    /// <param name="code">C# source.</param>
    /// <param name="references">Further assemblies; one of the name of a shared assembly takes its place.</param>
    /// <param name="metadataOnly">Whether it becomes a reference assembly, without code.</param>
    /// <param name="imports">Whether the SDK's namespaces are imported.</param>
    public static byte[] Assembly(string name, string code, IReadOnlyDictionary<string, byte[]>? references = null, bool metadataOnly = false, bool imports = false)
    {
        references ??= new Dictionary<string, byte[]>();
        var shared = s_shared.Value.Where(r => !references.ContainsKey(Path.GetFileNameWithoutExtension(r.Display!)));
        string[] sources = imports ? [Usings, code] : [code];
        return Emit(CSharpCompilation.Create(name, sources.Select(static t => CSharpSyntaxTree.ParseText(t)), [.. shared, .. references.Values.Select(static r => MetadataReference.CreateFromImage(r))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true)),
            metadataOnly ? new EmitOptions(metadataOnly: true, includePrivateMembers: false) : new EmitOptions());
    }

    /// <summary>A plugin with one proxy middleware, whose body is given: <c>request</c>, <c>next</c>, <c>ct</c>.</summary>
    public static string ProxyPlugin(string name, string body, string members = "", string register = "") => $$"""
        public sealed class P : GatewayPlugin
        {
            {{members}}
            public override void Register(IPluginRegistry registry)
            {
                {{register}}
                registry.Proxy("{{name}}", ProxyStages.Modifiers, static (config, context, diagnostics) => new M(context));
            }
        }
        public sealed class M(IEndpointContext context) : IProxyMiddleware
        {
            public IEndpointContext Context => context;
            public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken ct)
            {
                {{body}}
            }
        }
        """;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static JsonNode Namespace(string text)
    {
        var parts = text.Split(['/', ' '], 3);
        return new JsonObject { ["name"] = parts[2], ["scope"] = parts[0], ["layer"] = parts[1] };
    }

    private static byte[] Compile(string name, string code, IReadOnlyList<SmithLibrary> libraries, Platform platform, Version version)
    {
        var options = new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, platform: platform, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Annotations);
        var trees = new[] { Usings, $"[assembly: System.Reflection.AssemblyVersion(\"{version}\")]", code }.Select(static t => CSharpSyntaxTree.ParseText(t));
        var compilation = CSharpCompilation.Create(name, trees, [.. s_shared.Value, .. libraries.Select(static l => MetadataReference.CreateFromImage(l.Image))], options);
        return Emit(compilation, new EmitOptions(debugInformationFormat: DebugInformationFormat.Embedded));
    }

    private static byte[] Emit(CSharpCompilation compilation, EmitOptions options)
    {
        using var image = new MemoryStream();
        var result = compilation.Emit(image, options: options);
        if (!result.Success)
            throw new InvalidOperationException(string.Join('\n', result.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error)));
        return image.ToArray();
    }
}

/// <summary>A library that plugins use.</summary>
/// <param name="Name">Assembly name.</param>
/// <param name="Image">The compiled assembly.</param>
/// <param name="IsShipped">Whether plugins carry it with them.</param>
public sealed record SmithLibrary(string Name, byte[] Image, bool IsShipped);
