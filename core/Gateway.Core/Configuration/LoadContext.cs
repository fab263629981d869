using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Core.Configuration;

/// <summary>What every step of one load shares.</summary>
internal sealed class LoadContext
{
    public LoadContext(LoadOptions options, ConfigDiagnostics diagnostics)
    {
        Options = options;
        Diagnostics = diagnostics;
        Namespaces = new NamespaceResolver(options, diagnostics);
        Binder = new ConfigBinder(diagnostics) { Advise = AdviseOnNamespace };
        NamespaceBinder = new ConfigBinder(diagnostics);
    }

    public LoadOptions Options { get; }

    public ConfigDiagnostics Diagnostics { get; }

    public NamespaceResolver Namespaces { get; }

    /// <summary>Binds the objects of the core language.</summary>
    public ConfigBinder Binder { get; }

    /// <summary>Binds what stands under a namespace of core.</summary>
    public ConfigBinder NamespaceBinder { get; }

    /// <summary>Binds a namespace, or gives its defaults when it is absent or does not take effect.</summary>
    public T Bind<T>(ExtraConfig extra, string name, ConfigPath owner) where T : class, new() =>
        extra[name] is { } node ? NamespaceBinder.Bind<T>(node, owner.Member("extra_config").Member(name)) : new T();

    private static string? AdviseOnNamespace(string name)
    {
        var current = NamespaceAliases.CurrentName(name) ?? name;
        if (!NamespaceRegistry.All.Contains(current))
            return null;
        var protection = NamespaceRegistry.IsProtection(current) ? "; the protection is not active" : "";
        return $"a namespace belongs under \"extra_config\"{protection}";
    }
}
