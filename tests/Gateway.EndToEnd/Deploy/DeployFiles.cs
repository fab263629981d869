using System.Text.Json.Nodes;
using System.Xml.Linq;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.YamlDocuments;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>What lies under deploy/, as trees of JSON.</summary>
internal static class DeployFiles
{
    /// <summary>The folder.</summary>
    public static string Root { get; } = Path.Combine(Executable.Repository, "deploy");

    /// <summary>The version of the product.</summary>
    public static string Version { get; } = XDocument.Load(Path.Combine(Executable.Repository, "Directory.Build.props")).Descendants("Version").Single().Value;

    /// <summary>Absolute path of a file.</summary>
    public static string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>The text of a file.</summary>
    public static string Text(string name) => File.ReadAllText(PathOf(name));

    /// <summary>The one YAML document of a file.</summary>
    public static JsonNode Yaml(string name) => ParseYaml(name, Text(name))!;

    /// <summary>A YAML document as JSON; null for an empty one. Every mapping has its keys once.</summary>
    public static JsonNode? ParseYaml(string name, string text)
    {
        var diagnostics = new ConfigDiagnostics();
        var node = YamlDocument.Read(name, text, new YamlLimits(), diagnostics);
        Assert.True(node is not null && !diagnostics.HasErrors, string.Join('\n', diagnostics.All.Select(static d => d.ToString())) + "\n" + text);
        return ToJson(node);
    }

    private static JsonNode? ToJson(ConfigNode node)
    {
        switch (node.Kind)
        {
            case ConfigKind.Object:
                var members = new JsonObject();
                foreach (var member in node.Members)
                    Assert.True(members.TryAdd(member.Name, ToJson(member.Value)), $"{member.NamePosition}: {member.Name} stands there twice");
                return members;
            case ConfigKind.Array:
                return new JsonArray([.. node.Items.Select(ToJson)]);
            case ConfigKind.String:
                return JsonValue.Create(node.Text);
            case ConfigKind.Null:
                return null;
            default:
                return JsonNode.Parse(node.Text);
        }
    }
}
