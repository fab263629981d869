using System.Security.Cryptography;
using System.Text;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Crypto;

/// <summary>AES-256-CBC with the password as key, cut or filled with zeros to 32 bytes; the base64 of initialization vector and blocks.</summary>
internal static class CipherFunctions
{
    private const int KeyBytes = 32;
    private const int BlockBytes = 16;

    public static void AddTo(FunctionTable table, RandomSource random)
    {
        table.Add("encryptAES", a => TemplateValue.From(Encrypt(a[0].AsString, a[1].AsString, random)), Kind.String, Kind.String);
        table.Add("decryptAES", static a => TemplateValue.From(Decrypt(a[0].AsString, a[1].AsString)), Kind.String, Kind.String);
    }

    private static string Encrypt(string password, string text, RandomSource random)
    {
        if (text.Length == 0) return "";
        var vector = new byte[BlockBytes];
        random.Fill(vector);
        using var aes = WithKey(password);
        return Convert.ToBase64String([.. vector, .. aes.EncryptCbc(Encoding.UTF8.GetBytes(text), vector)]);
    }

    private static string Decrypt(string password, string encrypted)
    {
        if (encrypted.Length == 0) return "";
        try
        {
            var bytes = Convert.FromBase64String(encrypted);
            if (bytes.Length < 2 * BlockBytes) throw new TemplateFunctionException("decryptAES: the text is too short");
            using var aes = WithKey(password);
            return Encoding.UTF8.GetString(aes.DecryptCbc(bytes.AsSpan(BlockBytes), bytes.AsSpan(0, BlockBytes)));
        }
        catch (FormatException e)
        {
            throw new TemplateFunctionException("decryptAES: the text is not base64", e);
        }
        catch (CryptographicException e)
        {
            throw new TemplateFunctionException("decryptAES: the text was not encrypted with this password", e);
        }
    }

    private static Aes WithKey(string password)
    {
        var key = new byte[KeyBytes];
        var bytes = Encoding.UTF8.GetBytes(password);
        bytes.AsSpan(0, Math.Min(KeyBytes, bytes.Length)).CopyTo(key);
        var aes = Aes.Create();
        aes.Key = key;
        return aes;
    }
}
