using KrakenPlugins.Dns.Protocol;

namespace KrakenPlugins.Dns.Resolving;

/// <summary>How often each record is named in the list of hosts (RTE-357 to 360).</summary>
internal static class SrvShares
{
    private const int Scale = 100;

    /// <summary>The records of the lowest priority that can be called; the others are for a time when these are gone.</summary>
    public static List<SrvRecord> Usable(IReadOnlyList<SrvRecord> records)
    {
        var lowest = int.MaxValue;
        foreach (var record in records)
            lowest = Math.Min(lowest, record.Priority);
        var usable = new List<SrvRecord>();
        foreach (var record in records)
        {
            if (record.Priority == lowest && record.Port > 0 && IsHost(record.Target))
                usable.Add(record);
        }
        return usable;
    }

    /// <summary>
    /// Times that each is named, at most about a hundred together: weights whose sum is larger are reduced, and all are divided by what
    /// they have in common. Without any weight all are equal.
    /// </summary>
    public static int[] Of(IReadOnlyList<int> weights)
    {
        var scale = Math.Max(Scale, weights.Count);
        long sum = 0;
        foreach (var weight in weights)
            sum += weight;
        var shares = new int[weights.Count];
        if (sum == 0)
        {
            Array.Fill(shares, 1);
            return shares;
        }
        var divisor = 0;
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = sum > scale ? (int)((long)weights[i] * scale / sum) : weights[i];
            divisor = GreatestCommonDivisor(divisor, shares[i]);
        }
        for (var i = 0; i < shares.Length && divisor > 1; i++)
            shares[i] /= divisor;
        return shares;
    }

    /// <summary>Whether a target may stand in a header and be dialled: a name of letters, digits, hyphens and underscores.</summary>
    private static bool IsHost(string target)
    {
        foreach (var character in target)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
                return false;
        }
        return target.Length > 0;
    }

    private static int GreatestCommonDivisor(int one, int other)
    {
        while (other != 0)
            (one, other) = (other, one % other);
        return one;
    }
}
