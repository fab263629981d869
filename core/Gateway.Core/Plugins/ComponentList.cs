using System.Collections;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace Gateway.Core.Plugins;

/// <summary>The components of one layer, whatever they are.</summary>
internal interface IComponentList
{
    /// <summary>Their names.</summary>
    IEnumerable<DeclaredName> Names { get; }

    /// <summary>Takes over the components of a list of the same layer.</summary>
    void TakeFrom(IComponentList other);
}

/// <summary>The components that were declared for one layer, outermost first.</summary>
/// <param name="layer">Name of the contract, as manifests write it.</param>
internal sealed class ComponentList<TContext, TProduct>(string layer) : IReadOnlyList<Component<TContext, TProduct>>, IComponentList
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
        Insert(new(name, stage, factory, owner, product ?? typeof(TProduct), reach));
    }

    public IEnumerable<DeclaredName> Names => _components.Select(c => new DeclaredName(layer, c.Name));

    public void TakeFrom(IComponentList other)
    {
        foreach (var component in (ComponentList<TContext, TProduct>)other)
            Insert(component);
    }

    private void Insert(Component<TContext, TProduct> component)
    {
        var index = _components.Count;
        while (index > 0 && _components[index - 1].Stage.Order > component.Stage.Order)
            index--;
        _components.Insert(index, component);
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
        var own = context is Server.ServiceContext known ? (TContext)(object)known.For(Owner, Name) : context;
        TProduct? product;
        using (PluginWatch.Enter(Owner, $"the factory of {Name}"))
            product = Factory(config, own, diagnostics);
        if (product is null)
            return null;
        (context as Server.ServiceContext)?.Scope.Keep(product);
        return Guard.Around(product, Name, Owner);
    }
}
