using KrakenPlugins.Jose;
using KrakenPlugins.JwtValidator.Validation;

namespace KrakenPlugins.JwtValidator.Keys;

/// <summary>What came of looking for a key without waiting.</summary>
internal enum KeyAnswer
{
    /// <summary>It is there.</summary>
    Found,

    /// <summary>It may be there after <see cref="KeySource.FetchAsync"/>.</summary>
    NeedsFetch,

    /// <summary>It is not there, and nobody is asked.</summary>
    Refused,
}

/// <summary>The outcome of a search that waited.</summary>
/// <param name="Ring">The keys, among which the wanted one is; <see langword="null"/> when it was not found.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Detail">More of it, for the log.</param>
internal readonly record struct KeyFetch(KeyRing? Ring, Refusal Refusal, string Detail)
{
    /// <summary>The wanted key is among these.</summary>
    public static KeyFetch Found(KeyRing ring) => new(ring, default, "");

    /// <summary>It is not.</summary>
    public static KeyFetch Failed(Refusal refusal, string detail = "") => new(null, refusal, detail);
}

/// <summary>Where the keys of one issuer are found. Safe for concurrent use.</summary>
internal abstract class KeySource : IDisposable
{
    /// <summary>Looks for a key without waiting and, when its keys are at hand, without a lock.</summary>
    /// <param name="name">Name of the key in UTF-8.</param>
    /// <param name="ring">The keys among which it was found.</param>
    public abstract KeyAnswer Find(ReadOnlySpan<byte> name, out KeyRing? ring);

    /// <summary>Looks for a key where it takes time.</summary>
    /// <param name="name">Name of the key.</param>
    /// <param name="cancellationToken">Ends this caller's waiting alone, with an <see cref="OperationCanceledException"/>.</param>
    public abstract ValueTask<KeyFetch> FetchAsync(string name, CancellationToken cancellationToken);

    /// <summary>Whether keys that were used before are those that would be used now.</summary>
    public abstract bool IsCurrent(KeyRing ring);

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}

/// <summary>Keys that were read when the configuration was loaded, and stay (AUT-043).</summary>
internal sealed class FixedKeys(KeyRing keys) : KeySource
{
    public override KeyAnswer Find(ReadOnlySpan<byte> name, out KeyRing? ring)
    {
        ring = keys;
        return keys.Find(name) is null ? KeyAnswer.Refused : KeyAnswer.Found;
    }

    public override ValueTask<KeyFetch> FetchAsync(string name, CancellationToken cancellationToken) => new(KeyFetch.Failed(Refusal.UnknownKey));

    public override bool IsCurrent(KeyRing ring) => ReferenceEquals(ring, keys);
}

/// <summary>No keys: the URL may not be used (AUT-024).</summary>
internal sealed class NoKeys : KeySource
{
    public override KeyAnswer Find(ReadOnlySpan<byte> name, out KeyRing? ring)
    {
        ring = null;
        return KeyAnswer.Refused;
    }

    public override ValueTask<KeyFetch> FetchAsync(string name, CancellationToken cancellationToken) => new(KeyFetch.Failed(Refusal.UnknownKey));

    public override bool IsCurrent(KeyRing ring) => false;
}
