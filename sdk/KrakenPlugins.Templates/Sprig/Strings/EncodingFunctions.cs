using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Strings;

/// <summary>Base64, Base32 and digests of the UTF-8 bytes of texts. Decoded bytes that are no UTF-8 become replacement characters.</summary>
internal static class EncodingFunctions
{
    private const uint AdlerModulus = 65521;

    // The most bytes after which the sums of Adler-32 still fit 32 bits.
    private const int AdlerBatch = 5552;

    public static void AddTo(FunctionTable table)
    {
        table.Add("b64enc", static a => TemplateValue.From(Convert.ToBase64String(Encoding.UTF8.GetBytes(a[0].AsString))), Kind.String);
        table.Add("b64dec", static a => TemplateValue.From(DecodeText("base64", a[0].AsString)), Kind.String);
        table.Add("b32enc", static a => TemplateValue.From(EncodeBase32(Encoding.UTF8.GetBytes(a[0].AsString))), Kind.String);
        table.Add("b32dec", static a => TemplateValue.From(DecodeText("base32", a[0].AsString)), Kind.String);
        table.Add("sha1sum", static a => TemplateValue.From(Hex(SHA1.HashData(Encoding.UTF8.GetBytes(a[0].AsString)))), Kind.String);
        table.Add("sha256sum", static a => TemplateValue.From(Hex(SHA256.HashData(Encoding.UTF8.GetBytes(a[0].AsString)))), Kind.String);
        table.Add("sha512sum", static a => TemplateValue.From(Hex(SHA512.HashData(Encoding.UTF8.GetBytes(a[0].AsString)))), Kind.String);
        table.Add("adler32sum", static a => TemplateValue.From(Adler32(Encoding.UTF8.GetBytes(a[0].AsString)).ToString(CultureInfo.InvariantCulture)), Kind.String);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    // The error is the value: Sprig has it so.
    private static string DecodeText(string name, string text)
    {
        var radix = name == "base64" ? RadixText.Base64 : RadixText.Base32;
        if (radix.TryDecode(text, out var bytes, out var errorAt)) return Encoding.UTF8.GetString(bytes);
        return string.Create(CultureInfo.InvariantCulture, $"illegal {name} data at input byte {errorAt}");
    }

    private static string EncodeBase32(byte[] bytes) => RadixText.Base32.Encode(bytes);

    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        var (low, high) = (1u, 0u);
        while (bytes.Length > 0)
        {
            var batch = bytes[..Math.Min(AdlerBatch, bytes.Length)];
            foreach (var value in batch) high += low += value;
            (low, high) = (low % AdlerModulus, high % AdlerModulus);
            bytes = bytes[batch.Length..];
        }
        return high << 16 | low;
    }
}
