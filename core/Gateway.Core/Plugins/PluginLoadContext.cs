using System.Reflection;
using System.Runtime.Loader;

namespace Gateway.Core.Plugins;

/// <summary>
/// The assemblies of one plugin: its own dependencies in its own versions, and of the gateway only what is shared
/// (<see cref="SharedAssemblies"/>). A file is never loaded from its place: what runs cannot be changed or locked by who replaces it.
/// </summary>
/// <remarks>
/// Measured with 400 methods first called: 11 ms from a file, 13 ms from a copy of it, 24 ms from a stream, which makes the runtime ignore
/// the ReadyToRun code; a collectible context ignores it in any case. Hence copies at the start and streams for what a reload takes up.
/// </remarks>
internal sealed class PluginLoadContext : AssemblyLoadContext
{
    private readonly FoundPlugin _plugin;
    private readonly ShadowCopy _copies;
    private readonly bool _hasPlatforms;
    private AssemblyDependencyResolver? _resolver;

    public PluginLoadContext(FoundPlugin plugin, ShadowCopy copies, bool isCollectible)
        : base($"plugin {plugin.Id} {plugin.Manifest!.Version}", isCollectible)
    {
        _plugin = plugin;
        _copies = copies;
        _hasPlatforms = Directory.Exists(Path.Combine(Path.GetDirectoryName(EntryFile)!, "runtimes"));
    }

    /// <summary>Id of the plugin.</summary>
    public string PluginId => _plugin.Id;

    /// <summary>File of the entry assembly.</summary>
    public string EntryFile => Path.Combine(_plugin.Folder, _plugin.Manifest!.Entry.Assembly);

    /// <summary>Loads the assembly that the manifest names.</summary>
    public Assembly LoadEntry() => LoadPrivate(EntryFile);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var name = assemblyName.Name!;
        // Whatever version it was built with: the manifest's range has decided already, with a sentence.
        if (name == SharedAssemblies.SdkName)
            return SharedAssemblies.Sdk;
        if (SharedAssemblies.IsGateway(name))
            throw new FileNotFoundException($"the plugin refers to {name}, which belongs to the gateway itself; a plugin may use {SharedAssemblies.SdkName} only");
        if (SharedAssemblies.IsFramework(name))
        {
            var shared = Default.LoadFromAssemblyName(new AssemblyName(name));
            var have = shared.GetName().Version;
            if (assemblyName.Version is null || have >= assemblyName.Version)
                return shared;
            if (SharedAssemblies.IsContract(name))
                throw new FileLoadException($"the plugin needs {name} {assemblyName.Version}, the gateway's runtime has {have}; build it for the gateway's runtime, or update the gateway");
        }
        if (Locate(assemblyName) is { } path)
            return LoadPrivate(path);
        // A missing translation is none; the neutral texts serve.
        if (!string.IsNullOrEmpty(assemblyName.CultureName))
            return null;
        throw new FileNotFoundException($"assembly {name} {assemblyName.Version} is neither in the plugin's folder nor shared by the gateway");
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        Resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(_copies.KeepNative(path, Read(path))) : 0;

    // Reads the plugin's .deps.json in the host's native code, which takes milliseconds: made when it is needed.
    private AssemblyDependencyResolver Resolver => _resolver ??= new AssemblyDependencyResolver(EntryFile);

    // Only assemblies that differ by platform or language, or lie outside of the folder, are not simply beside the entry.
    private string? Locate(AssemblyName name)
    {
        var beside = Path.Combine(Path.GetDirectoryName(EntryFile)!, name.Name + ".dll");
        return string.IsNullOrEmpty(name.CultureName) && !_hasPlatforms && File.Exists(beside) ? beside : Resolver.ResolveAssemblyToPath(name);
    }

    private Assembly LoadPrivate(string path)
    {
        var content = Read(path);
        // The runtime says so in a sentence of its own that names a temporary file.
        if (ProcessorCheck.Foreign(content) is { } machine)
            throw new BadImageFormatException($"{Path.GetFileName(path)} is built for {machine}");
        if (!IsCollectible && _copies.Place(path, content) is { } copy)
        {
            try
            {
                return LoadFromAssemblyPath(copy);
            }
            catch (FileLoadException exception) when (exception.HResult == unchecked((int)0x80070005))
            {
                // A temporary folder from which nothing may run; the stream needs none.
            }
            finally
            {
                ShadowCopy.Remove(copy);
            }
        }
        using var stream = new MemoryStream(content, writable: false);
        var symbols = Path.ChangeExtension(path, ".pdb");
        if (!File.Exists(symbols))
            return LoadFromStream(stream);
        using var symbolStream = new MemoryStream(File.ReadAllBytes(symbols), writable: false);
        return LoadFromStream(stream, symbolStream);
    }

    private byte[] Read(string path)
    {
        var content = File.ReadAllBytes(path);
        var relative = Path.GetRelativePath(_plugin.Folder, path).Replace('\\', '/');
        if (_plugin.Manifest!.Hashes.TryGetValue(relative, out var expected) && expected != HashOf(content))
            throw new PluginHashException(relative);
        return content;
    }

    /// <summary>The hash of a file as a manifest writes it.</summary>
    public static string HashOf(ReadOnlySpan<byte> content) => "sha256-" + Convert.ToBase64String(Sha256.HashData(content));
}

/// <summary>A file is not what the manifest says.</summary>
internal sealed class PluginHashException(string path) : IOException($"{path} is not the file that {PluginManifest.FileName} names: its hash differs")
{
    public string Path { get; } = path;
}
