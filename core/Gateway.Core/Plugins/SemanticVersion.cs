using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Core.Plugins;

/// <summary>A version as Semantic Versioning 2.0.0 orders it; minor and patch may be left out. Build metadata is ignored.</summary>
public sealed class SemanticVersion : IComparable<SemanticVersion>, IEquatable<SemanticVersion>
{
    private readonly int[] _numbers;
    private readonly string[] _labels;

    private SemanticVersion(int[] numbers, string[] labels)
    {
        _numbers = numbers;
        _labels = labels;
    }

    /// <summary>First number.</summary>
    public int Major => _numbers[0];

    /// <summary>Whether it is a pre-release.</summary>
    public bool IsPrerelease => _labels.Length > 0;

    /// <summary>Reads <c>1</c>, <c>1.2</c>, <c>1.2.3</c>, <c>1.2.3-beta.1+build</c>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out SemanticVersion? version)
    {
        version = null;
        if (string.IsNullOrEmpty(text) || text.Length > 128)
            return false;
        var core = text.Split('+', 2)[0];
        var dash = core.IndexOf('-', StringComparison.Ordinal);
        var labels = dash < 0 ? [] : core[(dash + 1)..].Split('.');
        var parts = (dash < 0 ? core : core[..dash]).Split('.');
        if (parts.Length > 3 || labels.Any(static l => l.Length == 0 || !l.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-')))
            return false;
        var numbers = new int[3];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }
        version = new(numbers, labels);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(SemanticVersion? other)
    {
        if (other is null)
            return 1;
        for (var i = 0; i < 3; i++)
        {
            if (_numbers[i] != other._numbers[i])
                return _numbers[i].CompareTo(other._numbers[i]);
        }
        if (_labels.Length == 0 || other._labels.Length == 0)
            return other._labels.Length.CompareTo(_labels.Length);
        for (var i = 0; i < Math.Min(_labels.Length, other._labels.Length); i++)
        {
            if (CompareLabels(_labels[i], other._labels[i]) is not 0 and var order)
                return order;
        }
        return _labels.Length.CompareTo(other._labels.Length);
    }

    private static int CompareLabels(string x, string y)
    {
        var xIsNumber = long.TryParse(x, NumberStyles.None, CultureInfo.InvariantCulture, out var xNumber);
        var yIsNumber = long.TryParse(y, NumberStyles.None, CultureInfo.InvariantCulture, out var yNumber);
        if (xIsNumber && yIsNumber)
            return xNumber.CompareTo(yNumber);
        return xIsNumber == yIsNumber ? string.CompareOrdinal(x, y) : xIsNumber ? -1 : 1;
    }

    /// <inheritdoc/>
    public bool Equals(SemanticVersion? other) => CompareTo(other) == 0 && other is not null;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SemanticVersion);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_numbers[0], _numbers[1], _numbers[2], _labels.Length);

    /// <inheritdoc/>
    public override string ToString()
    {
        var core = string.Join('.', _numbers.Select(static n => n.ToString(CultureInfo.InvariantCulture)));
        return _labels.Length == 0 ? core : $"{core}-{string.Join('.', _labels)}";
    }
}
