using Gateway.Core.Configuration;
using Gateway.Core.Plugins.Kinds;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Audit;

/// <summary>A place with an <c>extra_config</c>: the service, an endpoint, a backend, an agent, a workflow.</summary>
/// <param name="kind">One of <see cref="ConfigScope"/>.</param>
/// <param name="extra">The namespaces that take effect there.</param>
/// <param name="node">The object of the document.</param>
/// <param name="path">Where it stands.</param>
internal sealed class AuditedScope(string kind, ExtraConfig extra, ConfigNode node, ConfigPath path)
{
    /// <summary>One of <see cref="ConfigScope"/>.</summary>
    public string Kind => kind;

    /// <summary>The namespaces that take effect there.</summary>
    public ExtraConfig Extra => extra;

    /// <summary>The object of the document.</summary>
    public ConfigNode Node => node;

    /// <summary>Where it stands.</summary>
    public ConfigPath Path => path;

    /// <summary>The object as a whole.</summary>
    public AuditPlace Place => new(path.ToString(), node.Position);

    /// <summary>The value of a namespace that takes effect, or <see langword="null"/>.</summary>
    public ConfigNode? this[string name] => extra[name];

    /// <summary>Whether a namespace takes effect.</summary>
    public bool Has(string name) => extra[name] is not null;

    /// <summary>
    /// The value of a namespace as the document has it, old names included, whether or not anything handles it; <see langword="null"/>
    /// when it is absent. For what is deprecated, which the load replaces or leaves out.
    /// </summary>
    public ConfigNode? Written(string name)
    {
        ConfigNode? old = null;
        foreach (var member in node.Attribute("extra_config")?.Members ?? [])
        {
            if (member.Value.Kind == ConfigKind.Null)
                continue;
            if (member.Name == name)
                return member.Value;
            if (NamespaceAliases.CurrentName(member.Name) == name)
                old = member.Value;
        }
        return old;
    }

    /// <summary>A member of a namespace, or the namespace itself.</summary>
    public AuditPlace At(string name, params string[] members)
    {
        var (place, value) = (path.Member("extra_config").Member(name), Extra[name] ?? Written(name));
        foreach (var member in members)
        {
            place = place.Member(member);
            value = value?[member] ?? value;
        }
        return new(place.ToString(), value?.Position ?? node.Position);
    }

    /// <summary>Where a namespace of plugins names one of them; none when it does not.</summary>
    public IEnumerable<AuditPlace> Naming(string @namespace, params string[] plugins)
    {
        if (Written(@namespace) is not { } value)
            yield break;
        foreach (var name in PluginKinds.NamesIn(@namespace, value))
        {
            if (plugins.Contains(name.Text, StringComparer.Ordinal))
                yield return new(path.Member("extra_config").Member(@namespace).Member("name").ToString(), name.Position);
        }
    }
}

/// <summary>Reads loosely typed values for rules: what cannot be understood counts as absent, because the load has reported it.</summary>
internal static class AuditedValues
{
    /// <summary>An attribute of an object of the core language, whose names know no case; the last one wins.</summary>
    public static ConfigNode? Attribute(this ConfigNode node, string name)
    {
        for (var i = node.Members.Count - 1; i >= 0; i--)
        {
            if (node.Members[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return node.Members[i].Value.Kind == ConfigKind.Null ? null : node.Members[i].Value;
        }
        return null;
    }

    /// <summary>Whether a value says yes.</summary>
    public static bool IsTrue(this ConfigNode? node) => node is not null && WeakTyping.TryBoolean(node, out var value) && value;

    /// <summary>A text, or an empty one.</summary>
    public static string AsText(this ConfigNode? node) => node is not null && WeakTyping.TryString(node, out var value) ? value : "";

    /// <summary>A number, or 0.</summary>
    public static long AsInteger(this ConfigNode? node) => node is not null && WeakTyping.TryInteger(node, out var value) ? value : 0;

    /// <summary>The elements of a list; a single value counts as a list of one.</summary>
    public static IReadOnlyList<ConfigNode> AsList(this ConfigNode? node) => node switch
    {
        null => [],
        { Kind: ConfigKind.Array } => node.Items,
        { Kind: ConfigKind.Object, Members.Count: 0 } => [],
        _ => [node],
    };
}
