using System.Text;
using KrakenPlugins.Jose;

namespace KrakenPlugins.JwtValidator.Keys;

/// <summary>The keys of a set that fit one algorithm, under the names by which tokens point to them. Immutable.</summary>
internal sealed class KeyRing
{
    private readonly NamedKeys[] _keys;

    /// <summary>The keys of a set that fit; the others, such as those for encryption, are left out.</summary>
    public KeyRing(JwkSet set, JwsAlgorithm algorithm, JwkIdentification identification)
    {
        var names = new List<string>();
        var verifiers = new List<List<JwsVerifier>>();
        foreach (var key in set.Keys)
        {
            if (!key.IsForSignatures || key.Verifier(algorithm) is not { } verifier)
                continue;
            var name = identification.NameOf(key);
            var index = names.IndexOf(name);
            if (index < 0)
            {
                index = names.Count;
                names.Add(name);
                verifiers.Add([]);
            }
            verifiers[index].Add(verifier);
        }
        _keys = [.. names.Select((name, i) => new NamedKeys(Encoding.UTF8.GetBytes(name), [.. verifiers[i]]))];
    }

    /// <summary>Whether no key fits.</summary>
    public bool IsEmpty => _keys.Length == 0;

    /// <summary>The keys of a name: several when a set has it twice (AUT-129); <see langword="null"/> when it has none.</summary>
    public JwsVerifier[]? Find(ReadOnlySpan<byte> name)
    {
        foreach (var key in _keys)
        {
            if (name.SequenceEqual(key.Name))
                return key.Verifiers;
        }
        return null;
    }

    private sealed record NamedKeys(byte[] Name, JwsVerifier[] Verifiers);
}

/// <summary>A key set as it was at one time.</summary>
/// <param name="set">The keys.</param>
/// <param name="taken">When its download began, as a time stamp of the gateway's clock: what was withdrawn before is not in it.</param>
internal sealed class KeySnapshot(JwkSet set, long taken)
{
    private readonly Lock _gate = new();
    private volatile RingOf[] _rings = [];

    /// <summary>When its download began.</summary>
    public long Taken { get; } = taken;

    /// <summary>Its keys for an algorithm; the same object whenever it is asked.</summary>
    public KeyRing Ring(JwsAlgorithm algorithm, JwkIdentification identification)
    {
        foreach (var known in _rings)
        {
            if (known.Algorithm == algorithm && known.Identification == identification)
                return known.Ring;
        }
        lock (_gate)
        {
            foreach (var known in _rings)
            {
                if (known.Algorithm == algorithm && known.Identification == identification)
                    return known.Ring;
            }
            var ring = new KeyRing(set, algorithm, identification);
            _rings = [.. _rings, new RingOf(algorithm, identification, ring)];
            return ring;
        }
    }

    private sealed record RingOf(JwsAlgorithm Algorithm, JwkIdentification Identification, KeyRing Ring);
}
