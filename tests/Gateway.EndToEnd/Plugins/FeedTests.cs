using System.Globalization;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin install ID --source</c>: feeds over HTTP, and folders.</summary>
public sealed class FeedTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> s_direct = new() { ["NO_PROXY"] = "127.0.0.1", ["no_proxy"] = "127.0.0.1" };

    private readonly TestPackage _packages = new();
    private readonly Folder _target = new();
    private Upstream _feed = null!;

    public async Task InitializeAsync()
    {
        _feed = await Upstream.StartAsync();
        _feed.Answer("/v3/index.json", $$"""{"version":"3.0.0","resources":[{"@id":"{{_feed.Host}}/search","@type":"SearchQueryService"},{"@id":"{{_feed.Host}}/flat","@type":"PackageBaseAddress/3.0.0"}]}""");
    }

    public async Task DisposeAsync()
    {
        await _feed.DisposeAsync();
        _packages.Dispose();
        _target.Dispose();
    }

    [Theory]
    [InlineData(null, "1.10.0")]
    [InlineData("1.2.0", "1.2.0")]
    [InlineData("1.2", "1.2.0")]
    [InlineData("2.0.0-rc.1", "2.0.0-rc.1")]
    public async Task The_highest_release_is_taken_or_the_version_that_is_asked_for(string? wanted, string expected)
    {
        Serve("acme.x", "1.2.0", "1.10.0", "1.9.0", "2.0.0-rc.1");

        var run = await InstallAsync("Acme.X", wanted is null ? [] : ["--version", wanted]);

        Assert.Equal("", run.Error);
        Assert.StartsWith($"installed acme.x {expected} in {Path.Combine(_target.Path, "acme.x")}\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(["/v3/index.json", "/flat/acme.x/index.json", $"/flat/acme.x/{expected}/acme.x.{expected}.nupkg"], _feed.Received.Select(static r => r.Target));
    }

    [Theory]
    [InlineData(null, "1.10.0")]
    [InlineData("1.2.0", "1.2.0")]
    public async Task A_folder_with_packages_is_a_feed(string? wanted, string expected)
    {
        _packages.Package("acme.x", "1.2.0");
        _packages.Package("acme.x", "1.10.0");
        _packages.Package("acme.x", "2.0.0-rc.1");
        _packages.Package("acme.x.more", "3.0.0");

        var run = await Executable.RunAsync(["plugin", "install", "acme.x", "--source", _packages.Folder, "--to", _target.Path, .. wanted is null ? Array.Empty<string>() : ["--version", wanted]]);

        Assert.Equal("", run.Error);
        Assert.StartsWith($"installed acme.x {expected} in ", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown id", "has no package acme.y")]
    [InlineData("unknown version", "has no version 7.0.0 of acme.x; it has 1.0.0")]
    [InlineData("only pre-releases", "has only pre-releases of acme.x; ask for one with --version (1.0.0-a)")]
    [InlineData("gone", "lists acme.x 1.0.0, but does not have it")]
    [InlineData("other package", "gives the package acme.other for acme.x")]
    [InlineData("other version", "gives version 0.9.0 of acme.x for 1.0.0")]
    [InlineData("no nuspec", "that is no NuGet package: it has no nuspec")]
    [InlineData("no feed", "is no service index of a NuGet feed: it names no PackageBaseAddress/3.0.0")]
    [InlineData("no json", "does not answer as a NuGet feed")]
    [InlineData("no index", "is no service index of a NuGet feed: it is 404")]
    [InlineData("refused", "answers 401")]
    [InlineData("too large", "is larger than a document of a feed may be")]
    [InlineData("breaks off", "cannot be read")]
    [InlineData("file address", "which is no HTTP address")]
    [InlineData("closed", "cannot be read")]
    public async Task A_feed_that_has_it_not_or_is_none_is_said(string fault, string reason)
    {
        Serve("acme.x", fault == "only pre-releases" ? "1.0.0-a" : "1.0.0");
        const string package = "/flat/acme.x/1.0.0/acme.x.1.0.0.nupkg";
        var source = $"{_feed.Host}/v3/index.json";
        switch (fault)
        {
            case "gone": _feed.Answer(package, "", 404); break;
            case "other package": ServeFile(package, _packages.Package("acme.other")); break;
            case "other version": ServeFile(package, _packages.Package("acme.x", "0.9.0")); break;
            case "no nuspec": ServeFile(package, _packages.Zip("plain.zip", TestPackage.Entries(_packages.Plugin()))); break;
            case "no feed": _feed.Answer("/v3/index.json", "{\"resources\":[1,{}]}"); break;
            case "no json": _feed.Answer("/v3/index.json", "<html>"); break;
            case "no index": source += "x"; break;
            case "refused": _feed.Answer("/v3/index.json", "", 401); break;
            case "too large": _feed.Answer("/v3/index.json", new string(' ', (1 << 20) + 1)); break;
            case "file address": _feed.Answer("/v3/index.json", """{"resources":[{"@id":"file:///etc","@type":"PackageBaseAddress/3.0.0"}]}"""); break;
            case "closed": source = $"http://127.0.0.1:{RunningGateway.FreePort().ToString(CultureInfo.InvariantCulture)}/index.json"; break;
            case "breaks off": _feed.On(package, static async context =>
            {
                context.Response.ContentLength = 1000;
                await context.Response.Body.WriteAsync(new byte[10]);
                await context.Response.Body.FlushAsync();
                context.Abort();
            }); break;
        }

        var run = await Executable.RunInAsync(null, s_direct, ["plugin", "install", fault == "unknown id" ? "acme.y" : "acme.x", "--source", source, "--to", _target.Path, .. fault is "unknown version" ? ["--version", "7.0.0"] : fault is "other version" ? ["--version", "1.0.0"] : Array.Empty<string>()]);

        Assert.Equal((1, ""), (run.Status, run.Out));
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_target.Path));
    }

    [Fact]
    public async Task A_package_of_another_name_does_not_take_an_installed_plugin_s_place_unasked()
    {
        var package = _packages.Zip("other.1.0.0.nupkg", TestPackage.Entries(_packages.Plugin()).Append(new("other.nuspec", TestPackage.Nuspec("Other", "1.0.0"))));
        string[] install = ["plugin", "install", "other", "--source", _packages.Folder, "--to", _target.Path];

        var first = await Executable.RunAsync(install);
        var second = await Executable.RunAsync(install);
        var forced = await Executable.RunAsync([.. install, "--force"]);

        Assert.Equal((0, 1, 0), (first.Status, second.Status, forced.Status));
        Assert.Contains("the package Other holds the plugin acme.x, which is installed already", second.Error, StringComparison.Ordinal);
        Assert.EndsWith(".nupkg", package, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../x", "--source", "/tmp")]
    [InlineData("acme.x", "--source", "/tmp", "--version", "new")]
    [InlineData("acme.x", "--version", "1.0.0")]
    [InlineData("a", "b")]
    public async Task A_command_line_that_makes_no_sense_is_explained(params string[] args)
    {
        var run = await Executable.RunAsync(["plugin", "install", .. args, "--to", _target.Path]);

        Assert.Equal(255, run.Status);
        Assert.Contains("Usage:\n  gateway plugin install FILE|DIR|ID [flags]\n", run.Error, StringComparison.Ordinal);
    }

    private void Serve(string id, params string[] versions)
    {
        _feed.Answer($"/flat/{id}/index.json", $$"""{"versions":[{{string.Join(',', versions.Select(static v => $"\"{v}\""))}}]}""");
        foreach (var version in versions)
            ServeFile($"/flat/{id}/{version}/{id}.{version}.nupkg", _packages.Package(id, version));
    }

    private void ServeFile(string path, string file)
    {
        var content = File.ReadAllBytes(file);
        _feed.On(path, async context =>
        {
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content);
        });
    }

    private Task<Finished> InstallAsync(string id, string[] more) =>
        Executable.RunInAsync(null, s_direct, ["plugin", "install", id, "--source", $"{_feed.Host}/v3/index.json", "--to", _target.Path, .. more]);
}
