using System.Text.RegularExpressions;

namespace PluginDocs;

/// <summary>
/// The stages in which a plugin's code puts its components. Manifests do not have them, so they are read in the calls of the registry:
/// <c>registry.Client("name", ClientStages.Martian, …)</c>, the name as a literal or a constant of the plugin.
/// </summary>
internal sealed partial class SourceStages
{
    private readonly List<(string Layer, string Name, string Stage)> _calls = [];

    /// <summary>Reads the C# files of a folder.</summary>
    public static SourceStages Read(string folder)
    {
        var sources = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(f => !IsBuilt(Path.GetRelativePath(folder, f)))
            .Order(StringComparer.Ordinal).Select(File.ReadAllText).ToArray();
        var constants = sources.SelectMany(static s => Constant().Matches(s)).GroupBy(static m => m.Groups[1].Value)
            .ToDictionary(static g => g.Key, static g => g.First().Groups[2].Value, StringComparer.Ordinal);
        var stages = new SourceStages();
        foreach (var call in sources.SelectMany(static s => Call().Matches(s)))
        {
            var argument = call.Groups["name"].Value;
            var name = argument.StartsWith('"') ? argument.Trim('"') : constants.GetValueOrDefault(argument.Split('.')[^1], "");
            stages._calls.Add((call.Groups["layer"].Value.ToLowerInvariant(), name, call.Groups["stage"].Value));
        }
        return stages;
    }

    /// <summary>The stages of a namespace in a layer, in the order of the calls.</summary>
    public IReadOnlyList<string> Of(string layer, string name) => [.. _calls.Where(c => c.Layer == layer && c.Name == name).Select(static c => c.Stage).Distinct(StringComparer.Ordinal)];

    private static bool IsBuilt(string path) => path.Split('/', '\\')[0] is "bin" or "obj";

    [GeneratedRegex("""const string (\w+) = "([^"]*)";""")]
    private static partial Regex Constant();

    [GeneratedRegex("""\.(?<layer>Server|Endpoint|Proxy|Backend|Client|Rejecter|Service)(<[^>(]*>)?\(\s*(?<name>"[^"]*"|[\w.]+),\s*(?<stage>\w+Stages\.\w+(\.(Before|After)\(\))?)""")]
    private static partial Regex Call();
}
