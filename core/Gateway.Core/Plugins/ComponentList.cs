using System.Collections;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Plugins;

/// <summary>The components that were declared for one layer, outermost first.</summary>
internal sealed class ComponentList<TContext, TProduct> : IReadOnlyList<Component<TContext, TProduct>>
    where TProduct : class
{
    private readonly List<Component<TContext, TProduct>> _components = [];

    public int Count => _components.Count;

    public Component<TContext, TProduct> this[int index] => _components[index];

    public bool Has(string name) => Find(name) is not null;

    /// <summary>Whether a name at the service is known here, because it reaches every place.</summary>
    public bool Reaches(string name) => Find(name) is { Reach: ComponentReach.Service };

    /// <summary>The component of a name; of several the one declared last (EXT-010).</summary>
    public Component<TContext, TProduct>? Find(string name) => _components.FindLast(c => string.Equals(c.Name, name, StringComparison.Ordinal));

    public void Add(string name, Stage stage, ComponentFactory<TContext, TProduct> factory, PluginOwner owner, Type? product = null, ComponentReach reach = ComponentReach.Place)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(factory);
        var index = _components.Count;
        while (index > 0 && _components[index - 1].Stage.Order > stage.Order)
            index--;
        _components.Insert(index, new(name, stage, factory, owner, product ?? typeof(TProduct), reach));
    }

    public IEnumerator<Component<TContext, TProduct>> GetEnumerator() => _components.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>One declared component.</summary>
/// <param name="Name">Namespace, or the name of a kind's plugin.</param>
/// <param name="Stage">Place in its layer.</param>
/// <param name="Factory">The plugin's factory; called through <see cref="Build"/>.</param>
/// <param name="Owner">Whose it is.</param>
/// <param name="Product">What it makes; for services the interface that they are known by.</param>
/// <param name="Reach">In which places it stands.</param>
internal sealed record Component<TContext, TProduct>(string Name, Stage Stage, ComponentFactory<TContext, TProduct> Factory, PluginOwner Owner, Type Product, ComponentReach Reach)
    where TProduct : class
{
    /// <summary>What it is built from at a place, or <see langword="null"/> when it does not stand there.</summary>
    public ConfigNode? ConfigAt(ExtraConfig place, ExtraConfig service) => place[Name] ?? (Reach == ComponentReach.Service ? service[Name] : null);

    /// <summary>
    /// Builds the component for a place: the plugin sees a context of its own, what it made is disposed with the configuration, and what it
    /// throws later is contained and counted as its fault. Throws what the factory throws.
    /// </summary>
    public TProduct? Build(ConfigNode config, TContext context, ConfigDiagnostics diagnostics)
    {
        var own = context is Server.ServiceContext known ? (TContext)(object)known.For(Owner) : context;
        if (Factory(config, own, diagnostics) is not { } product)
            return null;
        (context as Server.ServiceContext)?.Scope.Keep(product);
        return Guard.Around(product, Name, Owner);
    }
}
