using System.Globalization;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.Revoker.Filters;

/// <summary>How the elements' bits are found.</summary>
internal enum HashName
{
    /// <summary>FNV-1 of 128 bits, split in two.</summary>
    Optimal,
    /// <summary>The first of MD5, CRC-64, SHA-1, FNV-1 of 64 and of 128 bits.</summary>
    Default,
}

/// <summary>What two filters must have in common to hold the same elements (AUT-069, 087).</summary>
/// <param name="Count">Elements to hold (<c>N</c>).</param>
/// <param name="Probability">Share of false positives at that number (<c>P</c>).</param>
/// <param name="Ttl">Seconds between two rotations (<c>TTL</c>).</param>
/// <param name="Hash">Hash family (<c>hash_name</c>).</param>
internal sealed record FilterSettings(long Count, double Probability, long Ttl, HashName Hash)
{
    /// <summary>Bits of one filter, half a gigabyte: three of them are what a process can be asked for.</summary>
    public const long MostBits = 1L << 32;

    /// <summary>Positions of one element.</summary>
    public const int MostHashes = 64;

    // Written as the original computes it, so that rounding cannot make another size of it.
    private static readonly double s_squared = Math.Log(Math.Pow(2, Math.Log(2)));

    /// <summary>Bits of one filter.</summary>
    public long Bits => BitsFor(Count, Probability);

    /// <summary>Hash functions.</summary>
    public int Hashes => (int)Math.Ceiling(Math.Log(2) * Bits / Count);

    /// <summary>The name of the hash family as the language writes it.</summary>
    public string HashText => Hash == HashName.Optimal ? "optimal" : "default";

    /// <summary>Time between two rotations.</summary>
    public TimeSpan Period => TimeSpan.FromSeconds(Ttl);

    /// <summary>Bits for a number of elements.</summary>
    public static long BitsFor(long count, double probability)
    {
        var bits = Math.Ceiling(-(count * Math.Log(probability)) / s_squared);
        return bits < long.MaxValue ? (long)bits : long.MaxValue;
    }

    /// <summary>Why no filter can be made, with the attribute that is to blame, or <see langword="null"/> (AUT-075, 250).</summary>
    public static (string Attribute, string Message)? Fault(long count, double probability, long ttl)
    {
        if (count < 1)
            return ("N", "the number of elements must be 1 or more");
        if (double.IsNaN(probability) || probability <= 0 || probability >= 1)
            return ("P", "the probability of false positives must lie between 0 and 1, both excluded: 0.0000001 is usual");
        if (ttl < 1)
            return ("TTL", "the life of tokens must be 1 second or more");
        if (ttl > int.MaxValue)
            return ("TTL", string.Create(CultureInfo.InvariantCulture, $"the life of tokens must be {int.MaxValue} seconds or less"));
        var settings = new FilterSettings(count, probability, ttl, HashName.Optimal);
        if (settings.Bits > MostBits)
            return ("N", string.Create(CultureInfo.InvariantCulture, $"three filters of {settings.Bits >> 23:N0} MiB each would be needed, and {MostBits >> 23} MiB each is the limit; choose a smaller \"N\" or a larger \"P\""));
        return settings.Hashes > MostHashes
            ? ("P", string.Create(CultureInfo.InvariantCulture, $"every element would take {settings.Hashes} positions, and {MostHashes} is the limit; choose a larger \"P\", such as 0.0000001"))
            : null;
    }

    /// <summary>The hash family of a name, or <see langword="null"/>.</summary>
    public static HashName? ParseHash(string name) => name switch
    {
        "optimal" => HashName.Optimal,
        "default" => HashName.Default,
        _ => null,
    };

    /// <summary>The settings as a node of configuration, for state that is carried over.</summary>
    public ConfigNode ToNode(SourcePosition position) => ConfigNode.String(position, ToString());

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"N {Count}, P {Probability:R}, TTL {Ttl}, hash_name {HashText}");
}
