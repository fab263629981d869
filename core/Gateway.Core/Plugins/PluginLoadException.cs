namespace Gateway.Core.Plugins;

/// <summary>How far a plugin came.</summary>
public enum PluginPhase
{
    /// <summary>Judging its manifest.</summary>
    Manifest,
    /// <summary>Loading its assemblies.</summary>
    Load,
    /// <summary>Its constructor and static constructors.</summary>
    Construction,
    /// <summary><c>Register</c>.</summary>
    Register,
    /// <summary>A component's factory.</summary>
    Factory,
    /// <summary><c>StartAsync</c>.</summary>
    Start,
}

/// <summary>A plugin cannot be used. The message names plugin, phase, reason and remedy.</summary>
public sealed class PluginLoadException : Exception
{
    /// <summary>A failure of a plugin.</summary>
    /// <param name="plugin">The plugin.</param>
    /// <param name="phase">How far it came.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="remedy">What to do; empty where the reason says it.</param>
    /// <param name="inner">What it threw, or <see langword="null"/>.</param>
    public PluginLoadException(FoundPlugin plugin, PluginPhase phase, string reason, string remedy, Exception? inner = null)
        : base($"plugin {plugin}: {Name(phase)}: {reason}{(remedy.Length == 0 ? "" : "; ")}{remedy}", inner)
    {
        Plugin = plugin;
        Phase = phase;
    }

    /// <summary>The plugin.</summary>
    public FoundPlugin Plugin { get; }

    /// <summary>How far it came.</summary>
    public PluginPhase Phase { get; }

    /// <summary>The phase in words.</summary>
    public static string Name(PluginPhase phase) => phase switch
    {
        PluginPhase.Manifest => "manifest",
        PluginPhase.Load => "loading its assemblies",
        PluginPhase.Construction => "constructing it",
        PluginPhase.Register => "Register",
        PluginPhase.Factory => "building a component",
        _ => "starting it",
    };
}
