using System.Text.RegularExpressions;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>One version everywhere: that of Directory.Build.props.</summary>
public sealed partial class VersionTests
{
    [Fact]
    public void The_chart_and_the_image_of_the_manifests_have_the_version_of_the_product()
    {
        var chart = DeployFiles.Yaml("helm/gateway/Chart.yaml");
        var image = WorkloadFacts.Text(WorkloadFacts.Container(DeployFiles.Yaml("kubernetes/deployment.yaml"))["image"]);

        Assert.Equal(DeployFiles.Version, WorkloadFacts.Text(chart["version"]));
        Assert.Equal(DeployFiles.Version, WorkloadFacts.Text(chart["appVersion"]));
        Assert.Equal($"gateway:{DeployFiles.Version}", image);
    }

    [Fact]
    public void No_file_names_another_version_of_the_image()
    {
        var files = Directory.GetFiles(DeployFiles.Root, "*", SearchOption.AllDirectories);

        var named = files.SelectMany(static f => Tag().Matches(File.ReadAllText(f)).Select(m => (f, m.Groups[1].Value))).ToArray();

        Assert.NotEmpty(named);
        Assert.All(named, static n => Assert.Equal(DeployFiles.Version, n.Value));
    }

    [GeneratedRegex(@"\bgateway:(\d[\w.-]*)")]
    private static partial Regex Tag();
}
