using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin pack</c>.</summary>
public sealed class PackTests : IDisposable
{
    private readonly TestPackage _packages = new();

    [Fact]
    public async Task A_package_has_the_plugin_with_hashes_and_what_feeds_want()
    {
        var folder = _packages.Plugin(version: "1.2.0", edit: static m => m["description"] = "Keeps <things> \u0001 in mind.");
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        File.WriteAllText(Path.Combine(folder, "data", "a b[1].txt"), "text");

        var run = await Executable.RunInAsync(_packages.Folder, null, "plugin", "pack", folder, "--authors", "Acme & Sons");

        var file = Path.Combine(_packages.Folder, "acme.x.1.2.0.nupkg");
        Assert.Equal((0, $"packed acme.x 1.2.0 into {file}\n"), (run.Status, run.Out));
        using var archive = ZipFile.OpenRead(file);
        Assert.Equal(
            ["[Content_Types].xml", "_rels/.rels", "acme.x.nuspec", "plugin/acme.x.dll", "plugin/data/a%20b%5B1%5D.txt", "plugin/plugin.json"],
            archive.Entries.Select(static e => e.FullName));
        var metadata = Xml(archive, "acme.x.nuspec").Root!.Elements().Single();
        Assert.Equal(["acme.x", "1.2.0", "Acme & Sons", "Keeps <things>   in mind.", ""], metadata.Elements().Select(static e => e.Value));
        Assert.Equal("KrakenPlugin", metadata.Descendants().Single(static e => e.Name.LocalName == "packageType").Attribute("name")!.Value);
        Assert.Equal("/acme.x.nuspec", Xml(archive, "_rels/.rels").Root!.Elements().Single().Attribute("Target")!.Value);
        using var manifest = archive.GetEntry("plugin/plugin.json")!.Open();
        var hashes = JsonNode.Parse(manifest)!["hashes"]!.AsObject();
        Assert.Equal(["acme.x.dll", "data/a b[1].txt"], hashes.Select(static h => h.Key));
        Assert.Equal("sha256-" + Convert.ToBase64String(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, "acme.x.dll")))), hashes["acme.x.dll"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_same_plugin_gives_the_same_bytes_wherever_and_whenever_it_lies()
    {
        var folder = _packages.Plugin();
        var copy = Directory.CreateDirectory(Path.Combine(_packages.Folder, "copy")).FullName;
        foreach (var file in Directory.GetFiles(folder).Reverse())
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        File.SetLastWriteTimeUtc(Path.Combine(copy, "acme.x.dll"), new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));

        await Executable.RunInAsync(_packages.Folder, null, "plugin", "pack", folder, "--out", "one.nupkg");
        await Executable.RunInAsync(_packages.Folder, null, "plugin", "pack", copy, "-o", "two.nupkg");

        Assert.Equal(File.ReadAllBytes(Path.Combine(_packages.Folder, "one.nupkg")), File.ReadAllBytes(Path.Combine(_packages.Folder, "two.nupkg")));
    }

    [Fact]
    public async Task What_the_check_refuses_is_packed_only_by_force()
    {
        var folder = _packages.Plugin(edit: static m => m["sdk"] = "[7.0,8.0)");

        var refused = await Executable.RunInAsync(_packages.Folder, null, "plugin", "pack", folder);
        Assert.Equal(1, refused.Status);
        Assert.Contains("PLG020 error plugin.json", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_packages.Folder));

        var forced = await Executable.RunInAsync(_packages.Folder, null, "plugin", "pack", folder, "--force");
        Assert.Equal(0, forced.Status);
        Assert.Single(Directory.GetFiles(_packages.Folder));
    }

    [Theory]
    [InlineData("hash")]
    [InlineData("link")]
    [InlineData("id")]
    [InlineData("inside")]
    [InlineData("manifest")]
    [InlineData("nowhere")]
    public async Task What_nobody_could_install_is_packed_by_no_force(string fault)
    {
        var id = fault == "id" ? "acme..x" : "acme.x";
        var folder = _packages.Plugin(id, edit: m => m["hashes"] = fault == "hash" ? new JsonObject { ["acme.x.dll"] = "sha256-AAAA" } : []);
        if (fault == "link")
            File.CreateSymbolicLink(Path.Combine(folder, "link.txt"), Path.Combine(folder, "plugin.json"));
        if (fault == "manifest")
            File.WriteAllText(Path.Combine(folder, "plugin.json"), "{");
        string[] more = fault == "inside" ? ["--out", Path.Combine(folder, "x.nupkg")] : [];

        var run = await Executable.RunInAsync(_packages.Folder, null, ["plugin", "pack", fault == "nowhere" ? "nowhere" : folder, "--force", .. more]);

        Assert.Equal(1, run.Status);
        Assert.Contains(fault switch
        {
            "hash" => "\"acme.x.dll\" is not the file that plugin.json names: its hash differs",
            "link" => "\"link.txt\" is a link",
            "id" => "feeds take no package called acme..x",
            "inside" => "would lie in the plugin's own folder",
            "manifest" => "holds no plugin that can be used:\n  plugin.json:1:",
            _ => "nowhere is no folder",
        }, run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_packages.Folder, "*.nupkg*", SearchOption.AllDirectories));
        Assert.Equal(fault == "link" ? 3 : 2, Directory.GetFiles(folder).Length);
    }

    public void Dispose() => _packages.Dispose();

    private static XDocument Xml(ZipArchive archive, string path)
    {
        using var stream = archive.GetEntry(path)!.Open();
        return XDocument.Load(stream);
    }
}
