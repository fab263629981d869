using System.Reflection;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Plugins;

/// <summary>
/// The loaded code of one build of a plugin, shared by the configurations that use it. When the last of them is gone and the code was
/// taken up by a reload, it is unloaded.
/// </summary>
internal sealed class PluginCode
{
    private readonly Type _type;
    private PluginLoadContext? _context;
    private int _users;

    private PluginCode(FoundPlugin plugin, string fingerprint, PluginLoadContext context, Type type)
    {
        Plugin = plugin;
        Fingerprint = fingerprint;
        _context = context;
        _type = type;
    }

    /// <summary>The plugin as it lay on disk.</summary>
    public FoundPlugin Plugin { get; }

    /// <summary>Tells this build from another in the same folder.</summary>
    public string Fingerprint { get; }

    /// <summary>Where its types live; <see langword="null"/> once it was unloaded.</summary>
    public PluginLoadContext? Context => _context;

    /// <summary>Whether it is unloaded when nobody uses it.</summary>
    public bool IsCollectible => _context?.IsCollectible ?? true;

    /// <summary>Loads the entry assembly and finds the plugin's class. Throws <see cref="PluginLoadException"/>.</summary>
    public static PluginCode Load(FoundPlugin plugin, ShadowCopy copies, bool isCollectible)
    {
        PluginLoadContext? context = null;
        try
        {
            context = new PluginLoadContext(plugin, copies, isCollectible);
            if (!File.Exists(context.EntryFile))
                throw new PluginLoadException(plugin, PluginPhase.Load, $"there is no {plugin.Manifest!.Entry.Assembly} in its folder", "build it, or correct \"entry.assembly\" of its manifest");
            return new(plugin, FingerprintOf(plugin), context, FindType(plugin, context.LoadEntry()));
        }
        catch (Exception exception)
        {
            if (isCollectible)
                context?.Unload();
            if (exception is PluginLoadException)
                throw;
            throw PluginErrors.Explain(plugin, PluginPhase.Load, exception);
        }
    }

    /// <summary>An instance for one configuration; throws what the constructor throws.</summary>
    public GatewayPlugin CreateInstance() => (GatewayPlugin)Activator.CreateInstance(_type, BindingFlags.DoNotWrapExceptions | BindingFlags.Instance | BindingFlags.Public, null, null, null)!;

    /// <summary>Counts a configuration that uses the code.</summary>
    public void Acquire() => Interlocked.Increment(ref _users);

    /// <summary>Ends a use; <see langword="true"/> when it was the last and the code is being unloaded.</summary>
    public bool Release()
    {
        if (Interlocked.Decrement(ref _users) != 0 || !IsCollectible)
            return false;
        Interlocked.Exchange(ref _context, null)?.Unload();
        return true;
    }

    /// <summary>Names of files, sizes and times of writing: what changes when another build is put in place.</summary>
    public static string FingerprintOf(FoundPlugin plugin)
    {
        var files = new DirectoryInfo(plugin.Folder).GetFiles("*", SearchOption.AllDirectories);
        Array.Sort(files, static (a, b) => string.CompareOrdinal(a.FullName, b.FullName));
        // Kept as it is: a hash would bring the cryptographic library into a process that may not need it.
        var text = new System.Text.StringBuilder(plugin.Manifest!.Version);
        foreach (var file in files)
            text.Append('\n').Append(file.FullName, plugin.Folder.Length, file.FullName.Length - plugin.Folder.Length).Append(' ').Append(file.Length).Append(' ').Append(file.LastWriteTimeUtc.Ticks);
        return text.ToString();
    }

    private static Type FindType(FoundPlugin plugin, Assembly assembly)
    {
        var name = plugin.Manifest!.Entry.Type;
        var type = assembly.GetType(name);
        if (type is null)
        {
            var candidates = assembly.GetExportedTypes().Where(static t => t.IsSubclassOf(typeof(GatewayPlugin)) && !t.IsAbstract).Select(static t => t.FullName!).ToArray();
            throw new PluginLoadException(plugin, PluginPhase.Load, $"there is no class {name} in {plugin.Manifest.Entry.Assembly}",
                candidates.Length == 0 ? "it needs a public class that derives from GatewayPlugin" : $"\"entry.type\" of its manifest should be \"{string.Join("\" or \"", candidates)}\"");
        }
        if (!type.IsSubclassOf(typeof(GatewayPlugin)))
            throw new PluginLoadException(plugin, PluginPhase.Load, $"{name} does not derive from GatewayPlugin", "name the class that does in \"entry.type\" of its manifest");
        if (type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
            throw new PluginLoadException(plugin, PluginPhase.Load, $"{name} cannot be constructed", "it must not be abstract and needs a public constructor without parameters");
        return type;
    }
}
