using System.Globalization;
using System.Net;
using KrakenPlugins.Sdk.Configuration;

namespace KrakenPlugins.IpFilter;

/// <summary>
/// Blocks of addresses as sorted intervals that neither overlap nor touch, one list for IPv4 and one for IPv6. A look-up is a binary search,
/// which allocates nothing. Immutable.
/// </summary>
internal sealed class AddressSet
{
    private readonly uint[] _firsts4;
    private readonly uint[] _lasts4;
    private readonly UInt128[] _firsts6;
    private readonly UInt128[] _lasts6;

    private AddressSet(List<Interval> v4, List<Interval> v6)
    {
        Merge(v4);
        Merge(v6);
        _firsts4 = [.. v4.Select(static i => (uint)i.First)];
        _lasts4 = [.. v4.Select(static i => (uint)i.Last)];
        _firsts6 = [.. v6.Select(static i => i.First)];
        _lasts6 = [.. v6.Select(static i => i.Last)];
    }

    /// <summary>Whether there is no block in it.</summary>
    public bool IsEmpty => _firsts4.Length == 0 && _firsts6.Length == 0;

    /// <summary>Reads the blocks of an attribute; <see langword="null"/> after errors were reported.</summary>
    public static AddressSet? Compile(ConfigSource source, string attribute, IReadOnlyList<string> blocks, ConfigDiagnostics diagnostics)
    {
        var good = true;
        List<Interval> v4 = [], v6 = [];
        for (var i = 0; i < blocks.Count; i++)
        {
            if (TryParse(blocks[i], out var isV4, out var interval))
            {
                (isV4 ? v4 : v6).Add(interval);
                continue;
            }
            source.Error(diagnostics, attribute, i, $"{ConfigText.Quote(blocks[i])} is no block of addresses; expected an address, or one with a length such as \"10.0.0.0/8\" or \"2001:db8::/32\"");
            good = false;
        }
        return good ? new AddressSet(v4, v6) : null;
    }

    /// <summary>Whether an address is in a block.</summary>
    public bool Contains(Address address) =>
        address.IsV4 ? Contains(_firsts4, _lasts4, (uint)address.Number) : Contains(_firsts6, _lasts6, address.Number);

    // Bits behind the length count for nothing: 10.1.2.3/8 is 10.0.0.0/8. A block of mapped addresses is one of IPv4.
    private static bool TryParse(string text, out bool isV4, out Interval interval)
    {
        isV4 = false;
        interval = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!Address.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address))
            return false;
        var isMapped = address.IsV4 && text.Contains(':', StringComparison.Ordinal);
        var length = isMapped ? 128 : address.Bits;
        if (slash >= 0 && !(int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var written) && text.Length - slash <= 4 && (length = written) <= (isMapped ? 128 : address.Bits)))
            return false;
        if (isMapped && length >= 96)
        {
            length -= 96;
            isMapped = false;
        }
        if (isMapped)
            address = Address.Raw(IPAddress.Parse(text.AsSpan(0, slash)));
        isV4 = address.IsV4;
        var rest = address.Bits - length;
        var mask = rest == 128 ? UInt128.MaxValue : (UInt128.One << rest) - 1;
        interval = new Interval(address.Number & ~mask, address.Number | mask);
        return true;
    }

    private static void Merge(List<Interval> intervals)
    {
        intervals.Sort(static (a, b) => a.First.CompareTo(b.First));
        var kept = 0;
        for (var i = 1; i < intervals.Count; i++)
        {
            var last = intervals[kept].Last;
            if (last == UInt128.MaxValue || intervals[i].First <= last + 1)
                intervals[kept] = intervals[kept] with { Last = UInt128.Max(last, intervals[i].Last) };
            else
                intervals[++kept] = intervals[i];
        }
        if (intervals.Count > 0)
            intervals.RemoveRange(kept + 1, intervals.Count - kept - 1);
    }

    private static bool Contains<T>(T[] firsts, T[] lasts, T number) where T : struct, IComparable<T>
    {
        var low = 0;
        var high = firsts.Length;
        while (low < high)
        {
            var middle = (int)((uint)(low + high) >> 1);
            if (firsts[middle].CompareTo(number) <= 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low > 0 && number.CompareTo(lasts[low - 1]) <= 0;
    }

    private readonly record struct Interval(UInt128 First, UInt128 Last);
}
