using Gateway.Core.Plugins.Processes;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Plugins;

/// <summary>One build of a plugin, loaded or running in a process of its own, shared by the configurations that use it.</summary>
/// <param name="plugin">The plugin as it lay on disk.</param>
/// <param name="fingerprint">Tells this build from another in the same folder.</param>
internal abstract class PluginCode(FoundPlugin plugin, string fingerprint)
{
    private int _users;

    /// <summary>The plugin as it lay on disk.</summary>
    public FoundPlugin Plugin { get; } = plugin;

    /// <summary>Tells this build from another in the same folder.</summary>
    public string Fingerprint { get; } = fingerprint;

    /// <summary>Where its types live; <see langword="null"/> once it was unloaded, and for one in a process of its own.</summary>
    public virtual PluginLoadContext? Context => null;

    /// <summary>Whether it runs in a process of its own.</summary>
    public virtual bool IsProcess => false;

    /// <summary>How its process is; <see langword="null"/> for loaded code.</summary>
    public virtual ProcessStatus? Status => null;

    /// <summary>Completes when a process that nobody uses any more has ended; at once for loaded code.</summary>
    public virtual Task Ended => Task.CompletedTask;

    /// <summary>An instance for one configuration; throws what the constructor throws.</summary>
    /// <param name="isBypassed">Whether requests pass by a process that is not there.</param>
    /// <param name="logger">Application log of the configuration.</param>
    public abstract GatewayPlugin CreateInstance(bool isBypassed, ILogger logger);

    /// <summary>Ends the use of an instance.</summary>
    public virtual void End(GatewayPlugin instance)
    {
    }

    /// <summary>Counts a configuration that uses the code.</summary>
    public void Acquire() => Interlocked.Increment(ref _users);

    /// <summary>Ends a use; <see langword="true"/> when it was the last and the code is going away.</summary>
    public bool Release() => Interlocked.Decrement(ref _users) == 0 && Unload();

    /// <summary>Names of files, sizes and times of writing: what changes when another build is put in place.</summary>
    public static string FingerprintOf(FoundPlugin plugin)
    {
        var files = new DirectoryInfo(plugin.Folder).GetFiles("*", SearchOption.AllDirectories);
        Array.Sort(files, static (a, b) => string.CompareOrdinal(a.FullName, b.FullName));
        // Kept as it is: a hash would bring the cryptographic library into a process that may not need it.
        var text = new System.Text.StringBuilder(plugin.Manifest!.Version);
        foreach (var file in files)
        {
            if (!IsByproduct(file.FullName))
                text.Append('\n').Append(file.FullName, plugin.Folder.Length, file.FullName.Length - plugin.Folder.Length).Append(' ').Append(file.Length).Append(' ').Append(file.LastWriteTimeUtc.Ticks);
        }
        return text.ToString();
    }

    /// <summary>Whether a file is none of the build but left by an interpreter that ran it.</summary>
    public static bool IsByproduct(string path) => path.Contains("__pycache__", StringComparison.Ordinal);

    /// <summary>Ends what nobody uses any more; <see langword="false"/> for what stays for ever.</summary>
    protected abstract bool Unload();
}
