using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.Sdk.Testing;

/// <summary>One name that a plugin declared.</summary>
public sealed class Registration
{
    private readonly Func<ConfigNode, TestContext, ConfigDiagnostics, object?> _factory;

    internal Registration(string layer, string name, Stage stage, Func<ConfigNode, TestContext, ConfigDiagnostics, object?> factory)
    {
        Layer = layer;
        Name = name;
        Stage = stage;
        _factory = factory;
    }

    /// <summary>Layer or kind as in <c>plugin.json</c>.</summary>
    public string Layer { get; }

    /// <summary>Namespace, plugin name, encoding or way of discovery.</summary>
    public string Name { get; }

    /// <summary>Its place; without name where the layer knows no order.</summary>
    public Stage Stage { get; }

    internal object? Build(ConfigNode config, TestContext context, ConfigDiagnostics diagnostics) => _factory(config, context, diagnostics);

    /// <inheritdoc/>
    public override string ToString() => $"{Layer} {Name}";
}
