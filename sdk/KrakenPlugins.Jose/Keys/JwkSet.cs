namespace KrakenPlugins.Jose;

/// <summary>A key set (RFC 7517 section 5). Two keys with one <c>kid</c> are both in it.</summary>
public sealed class JwkSet
{
    private JwkSet(IReadOnlyList<Jwk> keys)
    {
        Keys = keys;
    }

    /// <summary>The keys that can be used for signatures, in their order.</summary>
    public IReadOnlyList<Jwk> Keys { get; }

    /// <summary>Reads a set; keys that cannot be used are left out with a warning (AUT-029).</summary>
    /// <param name="utf8">The document: an object with a non-empty list <c>keys</c>.</param>
    /// <param name="warn">Receives a sentence per key that is left out or weak, without any part of the key.</param>
    /// <exception cref="JwkException">The document is no key set.</exception>
    public static JwkSet Parse(ReadOnlyMemory<byte> utf8, Action<string> warn) => throw new NotSupportedException();
}
