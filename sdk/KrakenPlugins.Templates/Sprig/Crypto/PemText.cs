using System.Security.Cryptography;

namespace KrakenPlugins.Templates.Sprig.Crypto;

/// <summary>PEM (RFC 7468), with the line feed at the end that Go writes.</summary>
internal static class PemText
{
    public static string Write(string label, ReadOnlySpan<byte> content) => PemEncoding.WriteString(label, content) + "\n";

    /// <summary>The first block of a text.</summary>
    public static bool TryRead(string text, out string label, out byte[] content)
    {
        (label, content) = ("", []);
        if (!PemEncoding.TryFind(text, out var fields)) return false;
        label = text[fields.Label];
        content = Convert.FromBase64String(text[fields.Base64Data]);
        return true;
    }
}
