using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Configuration;

namespace Gateway.Admin;

/// <summary>What callers of the admin listener authenticate with.</summary>
internal sealed class AdminToken
{
    private const string Scheme = "Bearer ";
    private const int MostBytes = 4096;

    private readonly byte[] _token;

    private AdminToken(string token) => _token = Encoding.UTF8.GetBytes(token);

    /// <summary>The token of a configuration. Throws <see cref="AdminException"/> when its file cannot be read or holds none.</summary>
    public static AdminToken Of(AdminConfig config)
    {
        var token = config.TokenFile.Length > 0 ? Read(config.TokenFile) : config.Token;
        if (token.Length < AdminConfig.ShortestToken)
        {
            throw new AdminException(config.TokenFile.Length > 0
                ? $"gateway/admin: the token in {config.TokenFile} is too short; it takes at least {AdminConfig.ShortestToken} characters"
                : $"--admin: the token in {AdminFlags.TokenVariable} is missing or too short; it takes at least {AdminConfig.ShortestToken} characters");
        }
        return new AdminToken(token);
    }

    /// <summary>The content of a token's file, without the line break at its end. Throws <see cref="AdminException"/>.</summary>
    public static string Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var content = new byte[MostBytes];
            var read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (read == content.Length)
                throw new AdminException($"{file} is no token: it has more than {MostBytes - 1} bytes");
            return Encoding.UTF8.GetString(content, 0, read).TrimEnd('\r', '\n');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new AdminException($"cannot read the token: {exception.Message}");
        }
    }

    /// <summary>Whether an <c>Authorization</c> header carries the token; takes as long for a wrong one as for the right one of its length.</summary>
    public bool IsIn(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(authorization[Scheme.Length..]), _token);
    }
}
