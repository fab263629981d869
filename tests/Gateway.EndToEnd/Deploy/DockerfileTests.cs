using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>What deploy/docker/Dockerfile promises of the image, and that its build finds what it needs.</summary>
[SupportedOSPlatform("linux")]
public sealed class DockerfileTests : IDisposable
{
    private readonly Dockerfile _dockerfile = new();
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-277")]
    public async Task The_entry_point_is_the_binary_and_other_arguments_run_other_commands()
    {
        Assert.Equal(["/usr/bin/krakend"], _dockerfile.Only("ENTRYPOINT").Words);
        Assert.Equal(["run", "-c", "/etc/krakend/krakend.json"], _dockerfile.Only("CMD").Words);
        Assert.Equal("/etc/krakend", _dockerfile.Only("WORKDIR").Arguments);
        Assert.Contains(_dockerfile.Image, static i => i.Name == "RUN" && i.Arguments.Contains("ln -s /usr/lib/gateway/gateway /usr/bin/krakend", StringComparison.Ordinal));

        // Its test listens; 8080 may be another's.
        _folder.Write("krakend.json", $$"""{"version":3,"port":{{RunningGateway.FreePort()}}}""");
        var check = await Executable.RunInAsync(_folder.Path, null, "check", "-tdc", "krakend.json");

        Assert.True(check.Status == 0, check.Out + check.Error);
    }

    [Fact, Spec("CFG-278")]
    public async Task Without_a_configuration_it_answers_health_checks()
    {
        var copied = Assert.Single(_dockerfile.Image, static i => i.Name == "COPY" && i.Arguments.EndsWith(" /etc/krakend/krakend.json", StringComparison.Ordinal)).Arguments.Split(' ')[1];
        var text = await File.ReadAllTextAsync(Path.Combine(Executable.Repository, Path.GetRelativePath("/source", copied)));

        await using var gateway = await RunningGateway.RunAsync(_folder, text);
        using var health = await gateway.Client.GetAsync("/__health");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"version":3}"""), JsonNode.Parse(text)));
        Assert.Equal("8080", _dockerfile.Only("EXPOSE").Arguments);
        Assert.Equal(200, (int)health.StatusCode);
    }

    [Fact, Spec("CFG-279")]
    public void It_runs_as_user_1000_called_krakend()
    {
        var users = Assert.Single(_dockerfile.Image, static i => i.Name == "RUN" && i.Arguments.Contains("useradd", StringComparison.Ordinal)).Arguments;

        Assert.Equal("1000:1000", _dockerfile.Only("USER").Arguments);
        Assert.Matches(@"groupadd --gid 1000 krakend\b", users);
        Assert.Matches(@"useradd --uid 1000 --gid 1000 --no-create-home [^&]* krakend\b", users);
        Assert.DoesNotContain(_dockerfile.Image.SkipWhile(static i => i.Name != "USER"), static i => i.Name is "RUN" or "COPY" or "ADD");
        Assert.Equal("SIGTERM", _dockerfile.Only("STOPSIGNAL").Arguments);
    }

    [Fact]
    public void Its_health_check_is_a_command_that_needs_no_shell() =>
        Assert.Equal(["/usr/bin/gateway", "health"], _dockerfile.Only("HEALTHCHECK").Words);

    [Fact]
    public void It_brings_authorities_and_time_zones_on_a_base_with_a_shell_for_every_platform()
    {
        var packages = Assert.Single(_dockerfile.Image, static i => i.Name == "RUN" && i.Arguments.Contains("apt-get install", StringComparison.Ordinal)).Arguments;

        Assert.Contains(" ca-certificates tzdata ", packages, StringComparison.Ordinal);
        Assert.All(_dockerfile.Stages, static s => Assert.DoesNotContain("--platform", s[0].Arguments, StringComparison.Ordinal));
        Assert.DoesNotContain("chiseled", _dockerfile.Image[0].Arguments, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_image_copies_is_in_the_repository_or_made_by_the_build()
    {
        Assert.Contains(_dockerfile.Stages[0], static i => i == new DockerInstruction("RUN", "./build.sh release"));
        var sources = _dockerfile.Image.Where(static i => i.Name == "COPY").Select(static i => i.Arguments.Split(' ')).ToArray();

        Assert.All(sources, static s => Assert.Equal("--from=build", s[0]));
        Assert.Equal(["artifacts/gateway", "deploy/docker/krakend.json"], sources.Select(static s => Path.GetRelativePath("/source", s[1])).Order());
        Assert.Contains("mv artifacts/.next artifacts/gateway", File.ReadAllText(Path.Combine(Executable.Repository, "build.sh")), StringComparison.Ordinal);
        Assert.True(File.GetUnixFileMode(Path.Combine(Executable.Repository, "build.sh")).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact]
    public void Nothing_that_the_build_needs_is_left_out_of_its_context()
    {
        string[] files = ["build.sh", "global.json", "Directory.Build.props", "Directory.Packages.props", "README.md", "deploy/docker/krakend.json", .. Sources()];

        Assert.All(files, f => Assert.True(File.Exists(Path.Combine(Executable.Repository, f)), f));
        Assert.All(files, f => Assert.False(_dockerfile.Ignores(f), f));
        Assert.Contains("sdk/templates/common/.gitignore", files);
        Assert.Contains("examples/shop/krakend.json", files);
        Assert.Contains("proto/krakenplugins/plugin/v1/call.proto", files);
    }

    [Theory]
    [InlineData("core/Gateway/bin/Release/net10.0/gateway.dll")]
    [InlineData("plugins/Dns/obj/project.assets.json")]
    [InlineData("artifacts/gateway/gateway")]
    [InlineData(".git/config")]
    [InlineData("sdk/sidecar-js/node_modules/@grpc/grpc-js/package.json")]
    [InlineData("sdk/sidecar-python/src/krakenplugins_sidecar/__pycache__/plugin.pyc")]
    public void What_builds_leave_behind_stays_out(string file) => Assert.True(_dockerfile.Ignores(file));

    // The folders of the gateway's project, of the plugins and of all that these refer to, with every file that they name.
    private static IEnumerable<string> Sources()
    {
        var projects = new SortedSet<string>(StringComparer.Ordinal);
        var files = new SortedSet<string>(StringComparer.Ordinal);
        Visit(Path.Combine(Executable.Repository, "core", "Gateway", "Gateway.csproj"));
        foreach (var project in projects)
            files.UnionWith(FilesOf(Path.GetDirectoryName(project)!));
        return files.Select(static f => Path.GetRelativePath(Executable.Repository, f));

        void Visit(string project)
        {
            if (!projects.Add(project))
                return;
            var folder = Path.GetDirectoryName(project)!;
            foreach (var item in XDocument.Load(project).Descendants().Where(static e => e.Name.LocalName is "ProjectReference" or "Content" or "None" or "EmbeddedResource" or "Protobuf"))
            {
                var include = item.Attribute("Include")?.Value ?? "";
                if (include.StartsWith("../", StringComparison.Ordinal))
                    Take(item.Name.LocalName == "ProjectReference", Path.GetFullPath(Path.Combine(folder, include)));
            }
        }

        void Take(bool isProject, string include)
        {
            var star = include.IndexOf('*', StringComparison.Ordinal);
            var root = star < 0 ? include : include[..star];
            var named = star < 0 ? [include] : FilesOf(root).Where(f => !isProject || Path.GetExtension(f) == ".csproj");
            foreach (var file in named)
            {
                if (isProject)
                    Visit(file);
                else
                    files.Add(file);
            }
        }
    }

    // Without what a build of this repository, or an installation of packages, has put there.
    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.GetFiles(folder).Concat(Directory.GetDirectories(folder)
            .Where(d => Path.GetFileName(d) is not ("bin" or "obj") || Directory.GetFiles(folder, "*.csproj").Length == 0)
            .Where(static d => Path.GetFileName(d) is not ("node_modules" or "__pycache__"))
            .SelectMany(FilesOf));
}
