using System.Xml;
using System.Xml.Linq;

namespace Gateway.Packages;

/// <summary>What a NuGet package calls itself in its nuspec.</summary>
/// <param name="Id">Id of the package; the plugin's own may differ.</param>
/// <param name="Version">Version of the package.</param>
internal sealed record PackageIdentity(string Id, string Version)
{
    /// <summary>Reads a nuspec, which is closed.</summary>
    /// <exception cref="PackageException">It is none.</exception>
    public static PackageIdentity Read(Stream nuspec, long length, string origin)
    {
        using (nuspec)
        {
            if (length > PackageLimits.Document)
                throw new PackageException($"{origin}: its nuspec is larger than {PackageLimits.Document >> 10} KiB");
            try
            {
                using var reader = XmlReader.Create(nuspec, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = PackageLimits.Document });
                var metadata = XDocument.Load(reader).Root?.Elements().FirstOrDefault(static e => e.Name.LocalName == "metadata");
                return new(Text(metadata, "id", origin), Text(metadata, "version", origin));
            }
            catch (XmlException exception)
            {
                throw new PackageException($"{origin}: its nuspec cannot be read: {exception.Message}");
            }
        }
    }

    private static string Text(XElement? metadata, string name, string origin) =>
        metadata?.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value.Trim() is { Length: > 0 and < 256 } text
            ? text
            : throw new PackageException($"{origin}: its nuspec says no {name}");
}
