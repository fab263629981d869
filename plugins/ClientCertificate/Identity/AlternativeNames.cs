using System.Formats.Asn1;

namespace KrakenPlugins.ClientCertificate.Identity;

/// <summary>The alternative names of a certificate (RFC 5280, 4.2.1.6) that identify clients; others are passed over.</summary>
internal sealed class AlternativeNames
{
    private static readonly Asn1Tag s_email = new(TagClass.ContextSpecific, 1);
    private static readonly Asn1Tag s_dns = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag s_uri = new(TagClass.ContextSpecific, 6);

    /// <summary>DNS names, lower case.</summary>
    public List<string> Dns { get; } = [];

    /// <summary>URIs.</summary>
    public List<string> Uris { get; } = [];

    /// <summary>E-mail addresses.</summary>
    public List<string> Emails { get; } = [];

    /// <summary>Reads the extension. Throws <see cref="AsnContentException"/> when it is none.</summary>
    public static AlternativeNames Read(byte[]? extension)
    {
        var names = new AlternativeNames();
        if (extension is null)
            return names;
        var reader = new AsnReader(extension, AsnEncodingRules.DER);
        var all = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        while (all.HasData)
        {
            var tag = all.PeekTag();
            if (tag == s_dns)
                names.Dns.Add(Text(all, tag).ToLowerInvariant());
            else if (tag == s_uri)
                names.Uris.Add(Text(all, tag));
            else if (tag == s_email)
                names.Emails.Add(Text(all, tag));
            else
                all.ReadEncodedValue();
        }
        return names;
    }

    private static string Text(AsnReader reader, Asn1Tag tag) => EscapedText.OfName(reader.ReadCharacterString(UniversalTagNumber.IA5String, tag));
}
