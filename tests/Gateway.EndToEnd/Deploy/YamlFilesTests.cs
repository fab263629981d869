using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>Everything under deploy/ that says it is YAML or JSON.</summary>
public sealed class YamlFilesTests
{
    public static TheoryData<string> Files { get; } = new(
        Directory.GetFiles(DeployFiles.Root, "*", SearchOption.AllDirectories)
            .Where(static f => Path.GetExtension(f) is ".yaml" or ".yml" or ".json")
            .Select(static f => Path.GetRelativePath(DeployFiles.Root, f))
            // Those of the chart are templates; their output is parsed where they are rendered.
            .Where(static f => !f.StartsWith("helm/gateway/templates/", StringComparison.Ordinal)));

    [Theory, MemberData(nameof(Files))]
    public void Every_file_parses_to_an_object_whose_keys_stand_once(string file) => Assert.NotEmpty(DeployFiles.Yaml(file).AsObject());
}
