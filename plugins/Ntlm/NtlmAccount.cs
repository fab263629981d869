using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.Cryptography;

namespace KrakenPlugins.Ntlm;

/// <summary>Who signs in. The password itself is not kept, but its hash is as good as it (MS-NLMP, 3.3.2): never log it.</summary>
internal sealed class NtlmAccount
{
    private const int MaxLength = 512;
    private readonly byte[] _passwordHash;

    private NtlmAccount(string name, string? domain, string password)
    {
        Name = name;
        Domain = domain;
        _passwordHash = Md4.HashData(Encoding.Unicode.GetBytes(password));
    }

    /// <summary>The name; <c>name@domain</c> stays whole, and belongs to no domain beside.</summary>
    public string Name { get; }

    /// <summary>The domain; <see langword="null"/> for the one that the server names.</summary>
    public string? Domain { get; }

    /// <summary>The account of a text; <see langword="null"/> when it names nobody.</summary>
    public static NtlmAccount? Parse(string user, string password)
    {
        if (user.Length > MaxLength || password.Length > MaxLength)
            return null;
        var slash = user.IndexOf('\\', StringComparison.Ordinal);
        var name = user[(slash + 1)..];
        if (name.Length == 0)
            return null;
        var domain = slash >= 0 ? user[..slash] : name.Contains('@', StringComparison.Ordinal) ? "" : null;
        return new(name, domain, password);
    }

    /// <summary>NTOWFv2: the key of the answers, for a domain.</summary>
    public byte[] KeyFor(string domain) => HMACMD5.HashData(_passwordHash, Encoding.Unicode.GetBytes(Name.ToUpperInvariant() + domain));
}
