using System.IO.Compression;
using System.Text;
using System.Xml;
using Gateway.Core.Plugins;

namespace Gateway.Packages;

/// <summary>
/// Writes a plugin as a NuGet package: its folder under <c>plugin/</c>, a nuspec with the package type <c>KrakenPlugin</c>, and the two parts
/// that make a zip an OPC package (ECMA-376 part 2). The same plugin gives the same bytes.
/// </summary>
internal static class PackageWriter
{
    private const string NuspecNamespace = "http://schemas.microsoft.com/packaging/2012/06/nuspec.xsd";
    private const string TypesNamespace = "http://schemas.openxmlformats.org/package/2006/content-types";
    private const string RelationsNamespace = "http://schemas.openxmlformats.org/package/2006/relationships";
    private const string NuspecRelation = "http://schemas.microsoft.com/packaging/2010/07/manifest";
    private const string Binary = "application/octet-stream";
    private const int RegularFile = 0x8000 | 0x1A4;
    private const int Program = RegularFile | (int)PackageFile.Execute;

    private static readonly DateTimeOffset s_time = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Name of the file in feeds and folders: <c>acme.audit.1.2.0.nupkg</c>.</summary>
    public static string FileName(PluginManifest manifest) => $"{manifest.Id}.{VersionOf(manifest)}.nupkg";

    /// <summary>Writes a package.</summary>
    /// <param name="into">An empty stream.</param>
    /// <param name="package">The plugin's files.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="manifestBytes">What <c>plugin.json</c> is to contain.</param>
    /// <param name="authors">Who made it.</param>
    public static void Write(Stream into, PluginPackage package, PluginManifest manifest, byte[] manifestBytes, string authors)
    {
        var parts = new SortedDictionary<string, Action<Stream>>(StringComparer.Ordinal);
        var programs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in package.Files)
        {
            parts.Add("plugin/" + file.Path, stream => package.Copy(file, stream));
            if (file.IsExecutable && PluginPackage.HasPrograms(manifest))
                programs.Add("plugin/" + file.Path);
        }
        parts["plugin/" + PluginManifest.FileName] = stream => stream.Write(manifestBytes);
        parts.Add($"{manifest.Id}.nuspec", stream => WriteNuspec(stream, manifest, authors));
        parts.Add("_rels/.rels", stream => WriteRelations(stream, manifest.Id));
        parts.Add("[Content_Types].xml", stream => WriteTypes(stream, [.. parts.Keys]));
        using var archive = new ZipArchive(into, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (path, write) in parts)
        {
            var entry = archive.CreateEntry(path == "[Content_Types].xml" ? path : string.Join('/', path.Split('/').Select(Uri.EscapeDataString)), CompressionLevel.SmallestSize);
            entry.LastWriteTime = s_time;
            entry.ExternalAttributes = (programs.Contains(path) ? Program : RegularFile) << 16;
            using var stream = entry.Open();
            write(stream);
        }
    }

    private static string VersionOf(PluginManifest manifest) => SemanticVersion.TryParse(manifest.Version, out var version) ? version.ToString() : manifest.Version;

    private static void WriteNuspec(Stream into, PluginManifest manifest, string authors)
    {
        using var xml = Xml(into);
        xml.WriteStartElement("package", NuspecNamespace);
        xml.WriteStartElement("metadata");
        xml.WriteElementString("id", manifest.Id);
        xml.WriteElementString("version", VersionOf(manifest));
        xml.WriteElementString("authors", Printable(authors));
        xml.WriteElementString("description", Printable(string.IsNullOrWhiteSpace(manifest.Description) ? manifest.Id : manifest.Description));
        xml.WriteStartElement("packageTypes");
        xml.WriteStartElement("packageType");
        xml.WriteAttributeString("name", "KrakenPlugin");
        xml.WriteEndDocument();
    }

    private static void WriteRelations(Stream into, string id)
    {
        using var xml = Xml(into);
        xml.WriteStartElement("Relationships", RelationsNamespace);
        xml.WriteStartElement("Relationship");
        xml.WriteAttributeString("Type", NuspecRelation);
        xml.WriteAttributeString("Target", $"/{id}.nuspec");
        xml.WriteAttributeString("Id", "R1");
        xml.WriteEndDocument();
    }

    private static void WriteTypes(Stream into, IReadOnlyList<string> paths)
    {
        using var xml = Xml(into);
        xml.WriteStartElement("Types", TypesNamespace);
        foreach (var extension in paths.Select(ExtensionOf).Where(static e => e.Length > 0 && e != "rels").Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase).Prepend("rels"))
        {
            xml.WriteStartElement("Default");
            xml.WriteAttributeString("Extension", extension);
            xml.WriteAttributeString("ContentType", extension == "rels" ? "application/vnd.openxmlformats-package.relationships+xml" : Binary);
            xml.WriteEndElement();
        }
        foreach (var path in paths.Where(static p => p[0] != '[' && ExtensionOf(p).Length == 0))
        {
            xml.WriteStartElement("Override");
            xml.WriteAttributeString("PartName", "/" + path);
            xml.WriteAttributeString("ContentType", Binary);
            xml.WriteEndElement();
        }
        xml.WriteEndDocument();
    }

    private static string ExtensionOf(string path) => path == "[Content_Types].xml" ? "" : Path.GetExtension(path).TrimStart('.');

    private static XmlWriter Xml(Stream into) => XmlWriter.Create(into, new() { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" });

    // XML has no way to write some characters that JSON has.
    private static string Printable(string text) => string.Concat(text.EnumerateRunes().Select(static r => r.IsBmp && !XmlConvert.IsXmlChar((char)r.Value) ? " " : r.ToString()));
}
