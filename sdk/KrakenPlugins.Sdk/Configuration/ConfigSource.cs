namespace KrakenPlugins.Sdk.Configuration;

/// <summary>
/// Where settings came from. A settings class that declares a property of this type receives it from
/// <see cref="ConfigBinder"/>, and can then report findings of its own with the position of an attribute.
/// </summary>
/// <param name="node">The object that was bound.</param>
/// <param name="path">Its place in the document.</param>
public sealed class ConfigSource(ConfigNode node, ConfigPath path)
{
    /// <summary>The object that was bound.</summary>
    public ConfigNode Node { get; } = node;

    /// <summary>Its place in the document.</summary>
    public ConfigPath Path { get; } = path;

    /// <summary>The value of an attribute: exact spelling first, then any letter case; <see langword="null"/> when absent.</summary>
    public ConfigNode? Find(string attributeName)
    {
        if (Node[attributeName] is { } exact)
            return exact;
        for (var i = Node.Members.Count - 1; i >= 0; i--)
        {
            var member = Node.Members[i];
            if (member.Value.Kind != ConfigKind.Null && member.Name.Equals(attributeName, StringComparison.OrdinalIgnoreCase))
                return member.Value;
        }
        return null;
    }

    /// <summary>Where an attribute's value stands, or the object itself when the attribute is absent.</summary>
    public SourcePosition PositionOf(string attributeName) => Find(attributeName)?.Position ?? Node.Position;

    /// <summary>Reports an error about an attribute.</summary>
    public void Error(ConfigDiagnostics diagnostics, string attributeName, string message) =>
        diagnostics.Error(PositionOf(attributeName), Path.Member(attributeName).ToString(), message);

    /// <summary>Reports a warning about an attribute.</summary>
    public void Warning(ConfigDiagnostics diagnostics, string attributeName, string message) =>
        diagnostics.Warning(PositionOf(attributeName), Path.Member(attributeName).ToString(), message);

    /// <summary>Reports a notice about an attribute.</summary>
    public void Notice(ConfigDiagnostics diagnostics, string attributeName, string message) =>
        diagnostics.Notice(PositionOf(attributeName), Path.Member(attributeName).ToString(), message);

    /// <summary>Reports an error about an element of a list.</summary>
    /// <param name="diagnostics">Where to.</param>
    /// <param name="attributeName">The list.</param>
    /// <param name="index">The element, counted from 0; a lone value that stands for a list is element 0.</param>
    /// <param name="message">What is wrong.</param>
    public void Error(ConfigDiagnostics diagnostics, string attributeName, int index, string message)
    {
        var list = Find(attributeName);
        if (list is null || list.Kind != ConfigKind.Array || index >= list.Items.Count)
        {
            Error(diagnostics, attributeName, message);
            return;
        }
        diagnostics.Error(list.Items[index].Position, Path.Member(attributeName).Item(index).ToString(), message);
    }
}
