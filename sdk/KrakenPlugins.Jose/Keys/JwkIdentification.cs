using System.Buffers.Text;
using System.Text;

namespace KrakenPlugins.Jose;

/// <summary>How a token points to its key (<c>key_identify_strategy</c>, AUT-027).</summary>
public enum JwkIdentification
{
    /// <summary>By <c>kid</c>.</summary>
    Kid,

    /// <summary>By the SHA-1 thumbprint of the certificate.</summary>
    X5t,

    /// <summary>By the SHA-256 thumbprint of the certificate.</summary>
    X5tS256,

    /// <summary>By <c>kid</c> and SHA-1 thumbprint joined.</summary>
    KidX5t,
}

/// <summary>Names under which keys are found.</summary>
public static class JwkIdentifications
{
    /// <summary>Bytes that hold every name that <see cref="Write"/> writes: tokens with a longer one point to no key.</summary>
    public const int MaximumNameBytes = 1024;

    /// <summary>The strategy of a configured value; an unknown one is <see cref="JwkIdentification.Kid"/>.</summary>
    public static JwkIdentification Parse(string? value) => value switch
    {
        "x5t" => JwkIdentification.X5t,
        "x5t#S256" => JwkIdentification.X5tS256,
        "kid_x5t" => JwkIdentification.KidX5t,
        _ => JwkIdentification.Kid,
    };

    /// <summary>The name under which a key is found; empty for a key without one.</summary>
    public static string NameOf(this JwkIdentification strategy, Jwk key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return strategy switch
        {
            JwkIdentification.X5t => Thumbprint(key.CertificateSha1),
            JwkIdentification.X5tS256 => Thumbprint(key.CertificateSha256),
            JwkIdentification.KidX5t => key.KeyId + Thumbprint(key.CertificateSha1),
            _ => key.KeyId ?? "",
        };
    }

    /// <summary>Writes the name that a token asks for, in UTF-8; a token without the thumbprint falls back to its <c>kid</c>.</summary>
    /// <param name="strategy">The strategy.</param>
    /// <param name="token">The token.</param>
    /// <param name="name">Receives the name; <see cref="MaximumNameBytes"/> suffice.</param>
    /// <param name="length">Length of the name; 0 for a token that names no key.</param>
    /// <returns><see langword="false"/> when the name does not fit, which no key's name does.</returns>
    public static bool Write(this JwkIdentification strategy, in JwsToken token, Span<byte> name, out int length)
    {
        var first = token.KeyId;
        ReadOnlySpan<byte> second = default;
        if (strategy == JwkIdentification.X5t && !token.X5t.IsEmpty)
            first = token.X5t;
        else if (strategy == JwkIdentification.X5tS256 && !token.X5tS256.IsEmpty)
            first = token.X5tS256;
        else if (strategy == JwkIdentification.KidX5t)
            second = token.X5t;
        length = 0;
        if (first.Length + second.Length > name.Length)
            return false;
        first.CopyTo(name);
        second.CopyTo(name[first.Length..]);
        length = first.Length + second.Length;
        return true;
    }

    /// <summary>The name that a token asks for as text; empty for a token that names no key.</summary>
    public static string NameOf(this JwkIdentification strategy, in JwsToken token)
    {
        Span<byte> name = stackalloc byte[MaximumNameBytes];
        return strategy.Write(token, name, out var length) ? Encoding.UTF8.GetString(name[..length]) : "";
    }

    private static string Thumbprint(ReadOnlyMemory<byte>? hash) => hash is { } bytes ? Base64Url.EncodeToString(bytes.Span) : "";
}
