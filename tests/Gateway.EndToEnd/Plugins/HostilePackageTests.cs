using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Gateway.EndToEnd.Plugins;

/// <summary><c>plugin install</c> of what somebody made to do harm, or broke.</summary>
public sealed class HostilePackageTests : IDisposable
{
    private readonly TestPackage _packages = new();
    private readonly Folder _outer = new();

    [Theory]
    [InlineData("plugin/../../evil.txt", "leads out of the plugin's folder")]
    [InlineData("../evil.txt", "leads out of the plugin's folder")]
    [InlineData("plugin/a/./b.txt", "leads out of the plugin's folder")]
    [InlineData("plugin//b.txt", "leads out of the plugin's folder")]
    [InlineData("plugin/%2e%2e/%2e%2e/evil.txt", "leads out of the plugin's folder")]
    [InlineData("/tmp/evil.txt", "is an absolute path")]
    [InlineData("C:/evil.txt", "names a drive")]
    [InlineData("plugin/a.txt:stream", "names a drive or a stream")]
    [InlineData("plugin\\..\\..\\evil.txt", "has a backslash")]
    [InlineData("plugin/%5c..%5cevil.txt", "has a backslash")]
    [InlineData("plugin/NUL", "names a device")]
    [InlineData("plugin/com1.txt", "names a device")]
    [InlineData("plugin/lib/CON .dll", "names a device")]
    [InlineData("plugin/a\u0007.txt", "has control characters")]
    [InlineData("plugin/a\n.txt", "has control characters")]
    [InlineData("plugin/acme.x.dll.", "that not every system can have")]
    [InlineData("plugin/a?.txt", "that not every system can have")]
    [InlineData("plugin/ACME.X.dll", "is there twice")]
    [InlineData("plugin/plugin.json", "is there twice")]
    [InlineData("plugin/acme.x.dll/a.txt", "lies in \"plugin/acme.x.dll\", which is a file")]
    [InlineData("Plugin/a.txt", "which is spelt \"plugin\" elsewhere")]
    [InlineData("../", "leads out of the plugin's folder")]
    public async Task A_path_that_could_be_another_place_is_refused(string path, string reason)
    {
        var entries = TestPackage.Entries(_packages.Plugin()).Append(new("acme.x.nuspec", TestPackage.Nuspec("acme.x", "1.0.0"))).Append(new(path, []));

        await RefusedAsync(_packages.Zip("x.nupkg", entries), reason);
    }

    [Theory]
    [InlineData("120777", "is a link or a special file")]
    [InlineData("060666", "is a link or a special file")]
    [InlineData("010666", "is a link or a special file")]
    [InlineData("040777", "is a link or a special file")]
    public async Task Links_and_special_files_are_refused(string mode, string reason)
    {
        var entries = TestPackage.Entries(_packages.Plugin()).Append(new("plugin/link", "/etc/passwd"u8.ToArray()));

        await RefusedAsync(_packages.Zip("x.nupkg", entries, e => e.ExternalAttributes = e.Name == "link" ? Convert.ToInt32(mode, 8) << 16 : 0), reason);
    }

    [Fact]
    public async Task A_bomb_is_refused_before_it_is_unpacked()
    {
        var entries = TestPackage.Entries(_packages.Plugin()).Append(new("plugin/zeros", new byte[64 << 20]));

        await RefusedAsync(_packages.Zip("x.nupkg", entries), "more than 200 times its size");
    }

    [Fact]
    public async Task An_entry_that_unpacks_to_more_than_it_says_is_refused()
    {
        var file = _packages.Zip("x.nupkg", TestPackage.Entries(_packages.Plugin()).Append(new("plugin/zeros", new byte[4 << 20])));
        ClaimLength(file, "plugin/zeros", 1000);

        await RefusedAsync(file, "is damaged: zeros: ");
    }

    [Fact]
    public async Task Too_many_entries_are_refused()
    {
        var entries = TestPackage.Entries(_packages.Plugin()).Concat(Enumerable.Range(0, 10_001).Select(static i => new KeyValuePair<string, byte[]>($"plugin/{i}", [])));

        await RefusedAsync(_packages.Zip("x.nupkg", entries), "has more than 10000 entries");
    }

    [Fact]
    public async Task More_than_512_MiB_are_refused_although_the_package_is_small_enough()
    {
        using var archive = new FileStream(Path.Combine(_packages.Folder, "x.nupkg"), FileMode.CreateNew);
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            var block = new byte[1 << 20];
            for (var i = 0; i < 5; i++)
            {
                using var stream = zip.CreateEntry($"plugin/{i}", CompressionLevel.Fastest).Open();
                for (var written = 0; written < 110; written++)
                    stream.Write(block);
            }
        }
        archive.Dispose();

        await RefusedAsync(archive.Name, "would unpack to more than 512 MiB");
    }

    [Theory]
    [InlineData("mismatch", "\"acme.x.dll\" is not the file that plugin.json names: its hash differs")]
    [InlineData("unlisted dll", "\"extra.dll\" is not among the hashes of plugin.json")]
    [InlineData("unlisted so", "\"native/extra.so\" is not among the hashes of plugin.json")]
    [InlineData("missing", "\"gone.txt\" is missing")]
    [InlineData("no manifest", "has no plugin.json")]
    [InlineData("deep manifest", "has no plugin.json")]
    [InlineData("broken manifest", "holds no plugin that can be used:\n  plugin.json:1:")]
    [InlineData("large manifest", "plugin.json is larger than 1024 KiB")]
    [InlineData("id leads out", "is no id")]
    [InlineData("empty", "is no zip file")]
    [InlineData("text", "is no zip file")]
    [InlineData("cut", "is no zip file, or it breaks off")]
    [InlineData("flipped", "is damaged")]
    [InlineData("nuspec with entities", "its nuspec cannot be read")]
    public async Task A_package_that_is_not_what_it_says_is_refused(string fault, string reason) => await RefusedAsync(Faulty(fault), reason);

    public void Dispose()
    {
        _packages.Dispose();
        _outer.Dispose();
    }

    private string Faulty(string fault)
    {
        var plugin = _packages.Plugin(edit: manifest =>
        {
            if (fault is "mismatch" or "unlisted dll" or "unlisted so" or "missing")
                manifest["hashes"] = new JsonObject { ["acme.x.dll"] = "sha256-AAAA" };
            if (fault == "id leads out")
                manifest["id"] = "../acme.x";
        });
        var entries = TestPackage.Entries(plugin);
        var manifestText = Encoding.UTF8.GetString(entries["plugin/plugin.json"]);
        if (fault is "unlisted dll" or "unlisted so" or "missing")
            entries["plugin/plugin.json"] = Encoding.UTF8.GetBytes(manifestText.Replace("sha256-AAAA", HashOf(entries["plugin/acme.x.dll"]) + (fault == "missing" ? "\", \"gone.txt\": \"sha256-AAAA" : ""), StringComparison.Ordinal));
        switch (fault)
        {
            case "unlisted dll": entries["plugin/extra.dll"] = [1]; break;
            case "unlisted so": entries["plugin/native/extra.so"] = [1]; break;
            case "no manifest": entries.Remove("plugin/plugin.json"); break;
            case "deep manifest": entries = entries.ToDictionary(static e => "deeper/" + e.Key, static e => e.Value); break;
            case "broken manifest": entries["plugin/plugin.json"] = "{"u8.ToArray(); break;
            case "large manifest": entries["plugin/plugin.json"] = Encoding.UTF8.GetBytes(manifestText + new string(' ', 1 << 20)); break;
            case "nuspec with entities": entries["x.nuspec"] = "<!DOCTYPE a [<!ENTITY b \"c\">]><package><metadata><id>&b;</id></metadata></package>"u8.ToArray(); break;
        }
        return Break(fault, _packages.Zip("x.nupkg", entries));
    }

    private static string Break(string fault, string file)
    {
        var bytes = File.ReadAllBytes(file);
        switch (fault)
        {
            case "empty": bytes = []; break;
            case "text": bytes = "PK is not enough"u8.ToArray(); break;
            case "cut": bytes = bytes[..(bytes.Length / 2)]; break;
            case "flipped": bytes[bytes.AsSpan().IndexOf("acme.x.dll"u8) + 200] ^= 0x55; break;
        }
        File.WriteAllBytes(file, bytes);
        return file;
    }

    // Forced, because none of this may be forced.
    private async Task RefusedAsync(string file, string reason)
    {
        var target = Directory.CreateDirectory(Path.Combine(_outer.Path, "inner", "target")).FullName;

        var run = await Executable.RunAsync("plugin", "install", file, "--to", target, "--force");

        Assert.Equal((1, ""), (run.Status, run.Out));
        Assert.StartsWith("ERROR ", run.Error, StringComparison.Ordinal);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(target));
        Assert.Empty(Directory.GetFiles(_outer.Path, "*", SearchOption.AllDirectories));
    }

    // The local header has the length 8 bytes before the name, the directory 22.
    private static void ClaimLength(string file, string name, int length)
    {
        var bytes = File.ReadAllBytes(file);
        var local = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name));
        var directory = bytes.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(name));
        BitConverter.GetBytes(length).CopyTo(bytes, local - 8);
        BitConverter.GetBytes(length).CopyTo(bytes, directory - 22);
        File.WriteAllBytes(file, bytes);
    }

    private static string HashOf(byte[] content) => "sha256-" + Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(content));
}
