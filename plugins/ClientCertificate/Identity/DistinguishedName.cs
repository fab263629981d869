using System.Formats.Asn1;

namespace KrakenPlugins.ClientCertificate.Identity;

/// <summary>A name of a certificate as RFC 4514 writes it: the last part first, characters that mean something escaped.</summary>
internal sealed class DistinguishedName
{
    private const string CommonNameType = "2.5.4.3";
    private readonly string _text;

    private DistinguishedName(string text, string commonName)
    {
        _text = text;
        CommonName = commonName;
    }

    /// <summary>The common name; empty when there is none or more than one.</summary>
    public string CommonName { get; }

    /// <summary>Reads a name. Throws <see cref="AsnContentException"/> when it is none.</summary>
    public static DistinguishedName Read(ReadOnlyMemory<byte> encoded)
    {
        var reader = new AsnReader(encoded, AsnEncodingRules.DER);
        var sequence = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        var parts = new List<string>();
        var commonNames = new List<string>();
        while (sequence.HasData)
        {
            var set = sequence.ReadSetOf();
            var values = new List<string>();
            while (set.HasData)
                values.Add(ReadValue(set.ReadSequence(), commonNames));
            parts.Add(string.Join('+', values));
        }
        parts.Reverse();
        return new(string.Join(',', parts), commonNames.Count == 1 ? commonNames[0] : "");
    }

    public override string ToString() => _text;

    private static string ReadValue(AsnReader pair, List<string> commonNames)
    {
        var type = pair.ReadObjectIdentifier();
        var tag = pair.PeekTag();
        var isText = tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString
            or UniversalTagNumber.IA5String or UniversalTagNumber.T61String or UniversalTagNumber.BMPString;
        if (!isText)
            return $"{NameOf(type)}=#{Convert.ToHexStringLower(pair.ReadEncodedValue().Span)}";
        var text = EscapedText.OfValue(pair.ReadCharacterString((UniversalTagNumber)tag.TagValue));
        if (type == CommonNameType)
            commonNames.Add(text);
        return $"{NameOf(type)}={text}";
    }

    private static string NameOf(string type) => type switch
    {
        CommonNameType => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "0.9.2342.19200300.100.1.25" => "DC",
        "0.9.2342.19200300.100.1.1" => "UID",
        _ => type,
    };
}
