using Google.Protobuf;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Sidecar.Places;

/// <summary>Configuration as it crosses to the process: JSON in, findings with their place in it out.</summary>
internal static class ConfigText
{
    /// <summary>The value; an empty object where there is none.</summary>
    /// <exception cref="InvalidDataException">It is no JSON.</exception>
    public static ConfigNode Read(ByteString json)
    {
        if (json.IsEmpty)
            return ConfigNode.Object(default, []);
        var found = new ConfigDiagnostics();
        return JsonConfigReader.Read("", json.Span, found) ?? throw new InvalidDataException($"the configuration is no JSON: {string.Join("; ", found.All)}");
    }

    /// <summary>Where in a value a position lies, as <c>rules[2].expr</c>; <see langword="null"/> when nowhere, empty for the whole.</summary>
    public static string? PathOf(ConfigNode root, SourcePosition position)
    {
        var pending = new Stack<(ConfigNode Node, ConfigPath Path)>();
        pending.Push((root, ConfigPath.Root));
        while (pending.TryPop(out var step))
        {
            if (step.Node.Position == position)
                return step.Path.ToString();
            for (var i = 0; i < step.Node.Items.Count; i++)
                pending.Push((step.Node.Items[i], step.Path.Item(i)));
            foreach (var member in step.Node.Members)
            {
                if (member.NamePosition == position)
                    return step.Path.Member(member.Name).ToString();
                pending.Push((member.Value, step.Path.Member(member.Name)));
            }
        }
        return null;
    }
}
