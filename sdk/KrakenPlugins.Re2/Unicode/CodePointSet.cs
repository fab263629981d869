namespace KrakenPlugins.Re2.Unicode;

/// <summary>An immutable set of code points as sorted ranges that do not touch.</summary>
internal sealed class CodePointSet
{
    public const int MaxCodePoint = 0x10FFFF;

    public static readonly CodePointSet All = new([0, MaxCodePoint]);

    // First and last of each range in turn.
    private readonly int[] _bounds;
    private readonly ulong _lowAscii;
    private readonly ulong _highAscii;

    internal CodePointSet(int[] bounds)
    {
        _bounds = bounds;
        for (var c = 0; c < 64; c++)
        {
            if (Search(c)) _lowAscii |= 1UL << c;
            if (Search(c + 64)) _highAscii |= 1UL << c;
        }
    }

    /// <summary>Takes sets with the same members as equal.</summary>
    public static IEqualityComparer<CodePointSet> ByContent { get; } = EqualityComparer<CodePointSet>.Create(
        static (x, y) => x!._bounds.AsSpan().SequenceEqual(y!._bounds),
        static set =>
        {
            var hash = new HashCode();
            foreach (var bound in set._bounds) hash.Add(bound);
            return hash.ToHashCode();
        });

    /// <summary>First and last code point of each range in turn.</summary>
    public ReadOnlySpan<int> Bounds => _bounds;

    /// <summary>The only code point of the set, or -1.</summary>
    public int Single => _bounds.Length == 2 && _bounds[0] == _bounds[1] ? _bounds[0] : -1;

    public static CodePointSet Of(int codePoint) => new([codePoint, codePoint]);

    public static CodePointSet OfRanges(params ReadOnlySpan<int> bounds)
    {
        var builder = new CodePointSetBuilder();
        for (var i = 0; i < bounds.Length; i += 2) builder.Add(bounds[i], bounds[i + 1]);
        return builder.ToSet();
    }

    public bool Contains(int codePoint)
    {
        if ((uint)codePoint < 64) return (_lowAscii >> codePoint & 1) != 0;
        if ((uint)codePoint < 128) return (_highAscii >> (codePoint - 64) & 1) != 0;
        return Search(codePoint);
    }

    public CodePointSet Negate()
    {
        var bounds = new List<int>(_bounds.Length + 2);
        var next = 0;
        for (var i = 0; i < _bounds.Length; i += 2)
        {
            if (_bounds[i] > next)
            {
                bounds.Add(next);
                bounds.Add(_bounds[i] - 1);
            }
            next = _bounds[i + 1] + 1;
        }
        if (next <= MaxCodePoint)
        {
            bounds.Add(next);
            bounds.Add(MaxCodePoint);
        }
        return new CodePointSet([.. bounds]);
    }

    private bool Search(int codePoint)
    {
        int low = 0, high = _bounds.Length >> 1;
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (codePoint < _bounds[2 * middle]) high = middle;
            else if (codePoint > _bounds[2 * middle + 1]) low = middle + 1;
            else return true;
        }
        return false;
    }
}
