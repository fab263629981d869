using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace KrakenPlugins.Templates.Sprig.Crypto;

/// <summary>Passwords derived from a master password by the published Master Password algorithm, version 1.</summary>
internal static class MasterPassword
{
    private const string Scope = "com.lyndir.masterpassword";

    private static readonly Dictionary<string, string[]> Templates = new(StringComparer.Ordinal)
    {
        ["maximum"] = ["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        ["long"] =
        [
            "CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv", "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc", "CvcvCvcvnoCvcc", "CvcvCvcvCvccno",
            "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno", "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno",
            "CvccnoCvcvCvcc", "CvccCvcvnoCvcc", "CvccCvcvCvccno",
        ],
        ["medium"] = ["CvcnoCvc", "CvcCvcno"],
        ["short"] = ["Cvcn"],
        ["basic"] = ["aaanaaan", "aannaaan", "aaannaaa"],
        ["pin"] = ["nnnn"],
    };

    /// <summary>The password, or <see langword="null"/> for a type that there is not.</summary>
    public static string? Derive(uint counter, string type, string password, string user, string site)
    {
        if (!Templates.TryGetValue(type, out var templates)) return null;
        var key = Scrypt.Derive(Encoding.UTF8.GetBytes(password), Scoped(user, null), 32768, 8, 2, 64);
        var seed = HMACSHA256.HashData(key, Scoped(site, counter));
        var template = templates[seed[0] % templates.Length];
        return string.Create(template.Length, (template, seed), static (text, from) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                var characters = CharactersOf(from.template[i]);
                text[i] = characters[from.seed[i + 1] % characters.Length];
            }
        });
    }

    private static byte[] Scoped(string name, uint? counter)
    {
        var nameBytes = Encoding.UTF8.GetByteCount(name);
        var bytes = new byte[Scope.Length + 4 + nameBytes + (counter is null ? 0 : 4)];
        Encoding.ASCII.GetBytes(Scope, bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(Scope.Length), nameBytes);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(Scope.Length + 4));
        if (counter is { } number) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 4), number);
        return bytes;
    }

    private static string CharactersOf(char kind) => kind switch
    {
        'V' => "AEIOU",
        'C' => "BCDFGHJKLMNPQRSTVWXYZ",
        'v' => "aeiou",
        'c' => "bcdfghjklmnpqrstvwxyz",
        'a' => "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        'n' => "0123456789",
        'o' => "@&%?,=[]_:-+*$#!'^~;()/.",
        _ => "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    };
}
