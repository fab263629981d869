using System.Reflection;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Plugins;

/// <summary>
/// The loaded code of one build of a plugin. When the last configuration that uses it is gone and the code was taken up by a reload, it is unloaded.
/// </summary>
internal sealed class LoadedCode : PluginCode
{
    private readonly Type _type;
    private PluginLoadContext? _context;

    private LoadedCode(FoundPlugin plugin, string fingerprint, PluginLoadContext context, Type type)
        : base(plugin, fingerprint) => (_context, _type) = (context, type);

    /// <inheritdoc/>
    public override PluginLoadContext? Context => _context;

    /// <summary>Loads the entry assembly and finds the plugin's class. Throws <see cref="PluginLoadException"/>.</summary>
    public static LoadedCode Load(FoundPlugin plugin, ShadowCopy copies, bool isCollectible)
    {
        PluginLoadContext? context = null;
        try
        {
            context = new PluginLoadContext(plugin, copies, isCollectible);
            if (!File.Exists(context.EntryFile))
                throw new PluginLoadException(plugin, PluginPhase.Load, $"there is no {plugin.Manifest!.Entry.Assembly} in its folder", "build it, or correct \"entry.assembly\" of its manifest");
            return new LoadedCode(plugin, FingerprintOf(plugin), context, FindType(plugin, context.LoadEntry()));
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

    /// <inheritdoc/>
    public override GatewayPlugin CreateInstance(bool isBypassed, ILogger logger) => CreateInstance();

    /// <summary>An instance; throws what the constructor throws.</summary>
    public GatewayPlugin CreateInstance() =>
        (GatewayPlugin)Activator.CreateInstance(_type, BindingFlags.DoNotWrapExceptions | BindingFlags.Instance | BindingFlags.Public, null, null, null)!;

    /// <inheritdoc/>
    protected override bool Unload()
    {
        if (_context is { IsCollectible: false })
            return false;
        Interlocked.Exchange(ref _context, null)?.Unload();
        return true;
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
