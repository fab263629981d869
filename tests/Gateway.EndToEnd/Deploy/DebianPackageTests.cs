using System.Runtime.Versioning;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>What deploy/deb/build.sh makes.</summary>
[Collection(PublishedCollection.Name)]
[SupportedOSPlatform("linux")]
public sealed class DebianPackageTests(DebianPackage package) : IClassFixture<DebianPackage>
{
    [Theory]
    [InlineData("Package", "gateway")]
    [InlineData("Provides", "krakend")]
    [InlineData("Conflicts", "krakend, krakend-ee")]
    [InlineData("Section", "net")]
    [InlineData("Priority", "optional")]
    public async Task The_description_says_what_it_is(string field, string value) => Assert.Equal(value, await package.FieldAsync(field));

    [Fact]
    public async Task The_version_is_that_of_the_product_in_Debians_order()
    {
        // Debian takes what follows a hyphen for the revision of the package; a tilde sorts before the release.
        var version = DeployFiles.Version.Replace('-', '~');

        Assert.Equal(version, await package.FieldAsync("Version"));
        Assert.Equal($"gateway_{version}_{await package.FieldAsync("Architecture")}.deb", Path.GetFileName(package.File));
    }

    [Fact]
    public async Task No_runtime_is_asked_for_and_the_user_can_be_made()
    {
        var depends = (await package.FieldAsync("Depends")).Split(", ");

        Assert.Equal(["adduser", "libc6", "libgcc-s1", "libstdc++6"], depends.Order());
        Assert.Contains("ca-certificates", await package.FieldAsync("Recommends"), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-284")]
    public async Task The_configuration_is_kept_on_upgrades_and_the_command_and_the_unit_are_where_they_belong()
    {
        var link = new FileInfo(Path.Combine(package.Root, "usr/bin/krakend"));
        var postinst = await File.ReadAllTextAsync(Path.Combine(package.Control, "postinst"));

        Assert.Equal("/etc/krakend/krakend.json\n", await File.ReadAllTextAsync(Path.Combine(package.Control, "conffiles")));
        Assert.Equal(Path.Combine(package.Root, "usr/lib/gateway/gateway"), link.ResolveLinkTarget(returnFinalTarget: true)!.FullName);
        Assert.Equal(DeployFiles.Text("systemd/krakend.service"), await File.ReadAllTextAsync(Path.Combine(package.Root, "usr/lib/systemd/system/krakend.service")));
        Assert.Contains("adduser --system --group --no-create-home --home /nonexistent --quiet krakend", postinst, StringComparison.Ordinal);
        Assert.Contains("mkdir -p /opt/gateway/plugins /opt/krakend/plugins", postinst, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_is_roots_and_nobody_else_may_write()
    {
        Assert.All(package.Contents, static line => Assert.Contains(" root/root ", line, StringComparison.Ordinal));
        Assert.All(package.Contents.Where(static line => line[0] != 'l'), static line => Assert.Contains(line[..10], (string[])["drwxr-xr-x", "-rwxr-xr-x", "-rw-r--r--"]));
        Assert.Equal(["./usr/lib/gateway/gateway"], package.Contents.Where(static line => line.StartsWith("-rwx", StringComparison.Ordinal)).Select(static line => line[line.IndexOf("./", StringComparison.Ordinal)..]));
    }

    [Fact]
    public void Nothing_lies_outside_of_the_folders_of_packages()
    {
        var files = Directory.GetFiles(package.Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(package.Root, f));

        string[] allowed = ["usr/bin/gateway", "usr/bin/krakend", "usr/lib/gateway/", "usr/lib/systemd/system/krakend.service", "etc/krakend/krakend.json", "usr/share/doc/gateway/", "usr/share/lintian/overrides/gateway"];
        Assert.All(files, file => Assert.Contains(allowed, a => a.EndsWith('/') ? file.StartsWith(a, StringComparison.Ordinal) : file == a));
    }

    [Theory]
    [InlineData("postinst")]
    [InlineData("prerm")]
    [InlineData("postrm")]
    public async Task The_maintainer_scripts_parse_and_stop_at_the_first_error(string script)
    {
        var path = Path.Combine(package.Control, script);

        await PublishedGateway.RunAsync("sh", null, "-n", path);

        Assert.StartsWith("#!/bin/sh\nset -e\n", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
        Assert.True(File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute));
    }

    [Fact, Spec("CFG-284", "CFG-278")]
    public async Task The_installed_command_tells_its_version_and_accepts_the_installed_configuration()
    {
        var krakend = Path.Combine(package.Root, "usr/bin/krakend");
        var configuration = Path.Combine(package.Root, "etc/krakend/krakend.json");

        var version = await PublishedGateway.RunAsync(krakend, "/", "version");
        await PublishedGateway.RunAsync(krakend, "/", "check", "-n", "-c", configuration);
        var plugins = JsonNode.Parse(await PublishedGateway.RunAsync(krakend, "/", "plugin", "list", "--format", "json"))!["plugins"]!.AsArray();

        Assert.Contains(DeployFiles.Version, version, StringComparison.Ordinal);
        Assert.NotEmpty(plugins);
        Assert.All(plugins, static p => Assert.Equal("ok", p!["state"]!.GetValue<string>()));
    }

    [Fact, Spec("CFG-278")]
    public async Task The_installed_gateway_serves_the_installed_configuration()
    {
        var configuration = Path.Combine(package.Root, "etc/krakend/krakend.json");

        await using var gateway = await RunningGateway.StartAsync(Path.GetDirectoryName(configuration), ["run", "-c", configuration], null, Path.Combine(package.Root, "usr/bin/krakend"));
        using var health = await gateway.Client.GetAsync("/__health");

        Assert.Equal(200, (int)health.StatusCode);
    }
}
