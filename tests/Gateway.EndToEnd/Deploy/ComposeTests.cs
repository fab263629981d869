using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>deploy/docker/compose.yaml.</summary>
public sealed class ComposeTests
{
    private readonly System.Text.Json.Nodes.JsonNode _service = DeployFiles.Yaml("docker/compose.yaml")["services"]!["gateway"]!;

    [Fact]
    public void It_builds_the_image_of_the_repository()
    {
        var context = Path.GetFullPath(Path.Combine(DeployFiles.PathOf("docker"), WorkloadFacts.Text(_service["build"]!["context"])));

        Assert.Equal(Executable.Repository.TrimEnd('/'), context.TrimEnd('/'));
        Assert.True(File.Exists(Path.Combine(context, WorkloadFacts.Text(_service["build"]!["dockerfile"]))));
    }

    [Fact, Spec("CFG-279")]
    public void The_root_is_read_only_and_every_capability_is_dropped()
    {
        Assert.True(_service["read_only"]!.GetValue<bool>());
        Assert.Equal("""["ALL"]""", _service["cap_drop"]!.ToJsonString());
        Assert.Contains("no-new-privileges:true", _service["security_opt"]!.AsArray().Select(WorkloadFacts.Text));
        Assert.Null(_service["cap_add"]);
        Assert.Null(_service["privileged"]);
        Assert.Null(_service["user"]);
        Assert.Null(_service["tmpfs"]);
    }

    [Fact]
    public async Task The_configuration_beside_it_is_mounted_read_only_and_passes_check()
    {
        var mount = Assert.Single(_service["volumes"]!.AsArray().Select(WorkloadFacts.Text)).Split(':');
        var file = Path.GetFullPath(Path.Combine(DeployFiles.PathOf("docker"), mount[0]));

        var check = await Executable.RunAsync("check", "-n", "-c", file);

        Assert.Equal(("/etc/krakend/krakend.json", "ro"), (mount[1], mount[2]));
        Assert.True(check.Status == 0, check.Out + check.Error);
    }
}
