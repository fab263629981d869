using System.Security.Cryptography;
using System.Text;

namespace KrakenPlugins.Revoker.Http;

/// <summary>The key of an API. Comparing takes as long for a wrong one as for the right one.</summary>
internal sealed class ApiKey(string key)
{
    private const string Scheme = "Bearer ";
    private const int MostCharacters = 4096;

    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>Whether an <c>Authorization</c> header carries the key behind <c>Bearer</c> in any case (AUT-081).</summary>
    public bool IsIn(string? authorization)
    {
        if (authorization is null || authorization.Length > MostCharacters || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim(' '))), _hash);
    }
}
