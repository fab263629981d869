using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Packages;

/// <summary>The hashes in a manifest: <c>sha256-</c> and base64 for each file but the manifest itself.</summary>
internal static class PackageHashes
{
    private static readonly JsonWriterOptions s_indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Compares the files of a folder with the manifest; one without hashes vouches for nothing.</summary>
    /// <exception cref="PackageException">A file is missing or another one, or code is not listed.</exception>
    public static void Verify(string folder, PluginManifest manifest, IReadOnlyList<PackageFile> files)
    {
        if (manifest.Hashes.Count == 0)
            return;
        var expected = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, hash) in manifest.Hashes)
            expected[path.Replace('\\', '/')] = hash;
        foreach (var file in files)
        {
            if (!expected.Remove(file.Path, out var hash))
            {
                if (CodeFiles.IsCode(manifest, file.Path))
                    throw new PackageException($"{ConfigText.Quote(file.Path)} is not among the hashes of {PluginManifest.FileName}: nobody vouches for this code; build the plugin again");
                continue;
            }
            using var content = File.OpenRead(Path.Combine(folder, file.Path));
            if (hash != HashOf(content))
                throw new PackageException($"{ConfigText.Quote(file.Path)} is not the file that {PluginManifest.FileName} names: its hash differs; get the package again from its author");
        }
        if (expected.Count > 0)
            throw new PackageException($"{ConfigText.Quote(expected.Keys.First())} is missing, and the hashes of {PluginManifest.FileName} name it; build the plugin again");
    }

    /// <summary>A manifest with the hashes of files put in.</summary>
    /// <param name="manifest">Bytes of the manifest.</param>
    /// <param name="files">All files of the plugin.</param>
    public static byte[] AddTo(byte[] manifest, IEnumerable<PackageFile> files)
    {
        using var document = JsonDocument.Parse(manifest);
        var content = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(content, s_indented))
        {
            json.WriteStartObject();
            foreach (var member in document.RootElement.EnumerateObject().Where(static m => !m.NameEquals("hashes")))
                member.WriteTo(json);
            json.WriteStartObject("hashes");
            foreach (var file in files.Where(static f => f.Path != PluginManifest.FileName))
            {
                using var stream = file.Open();
                json.WriteString(file.Path, HashOf(stream));
            }
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return content.WrittenSpan.ToArray();
    }

    private static string HashOf(Stream content) => "sha256-" + Convert.ToBase64String(SHA256.HashData(content));
}
