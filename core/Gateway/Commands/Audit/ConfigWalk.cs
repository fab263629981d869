using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Commands.Audit;

/// <summary>A value somewhere below a namespace.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Name">Name of the member that holds it, also through lists.</param>
/// <param name="Node">The value.</param>
/// <param name="Owner">The nearest object around it.</param>
/// <param name="Settings">The namespace's value.</param>
/// <param name="Path">Where it stands.</param>
internal readonly record struct WalkedValue(string Namespace, string Name, ConfigNode Node, ConfigNode Owner, ConfigNode Settings, ConfigPath Path)
{
    /// <summary>Its place.</summary>
    public AuditPlace Place => new(Path.ToString(), Node.Position);
}

/// <summary>Visits everything that stands in namespaces, in the order of the document.</summary>
internal static class ConfigWalk
{
    // What holds schemas, examples, expressions and answers for clients, in which any name and text may stand.
    private static readonly string[] s_content =
        ["documentation/openapi", "documentation/postman", "validation/json-schema", "validation/response-json-schema", "validation/cel", "ai/mcp", "proxy", "modifier/jmespath", "security/policies"];

    /// <summary>Every value of every namespace that holds settings; objects before what is in them.</summary>
    public static IEnumerable<WalkedValue> Settings(AuditedService service) => service.Scopes.SelectMany(Settings);

    private static IEnumerable<WalkedValue> Settings(AuditedScope scope)
    {
        var pending = new Stack<WalkedValue>();
        foreach (var member in scope.Extra.Members.Reverse())
        {
            // A workflow's namespaces are scopes of their own.
            if (member.Name != "workflow" && !s_content.Contains(member.Name, StringComparer.Ordinal))
                pending.Push(new(member.Name, member.Name, member.Value, member.Value, member.Value, scope.Path.Member("extra_config").Member(member.Name)));
        }
        while (pending.TryPop(out var value))
        {
            yield return value;
            for (var i = value.Node.Items.Count - 1; i >= 0; i--)
                pending.Push(value with { Node = value.Node.Items[i], Path = value.Path.Item(i) });
            for (var i = value.Node.Members.Count - 1; i >= 0; i--)
            {
                var member = value.Node.Members[i];
                if (!ConfigBinder.IsMetadata(member.Name))
                    pending.Push(new(value.Namespace, member.Name, member.Value, value.Node, value.Settings, value.Path.Member(member.Name)));
            }
        }
    }
}
