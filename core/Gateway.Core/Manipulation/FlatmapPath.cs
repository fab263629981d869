using System.Globalization;

namespace Gateway.Core.Manipulation;

/// <summary>One level of a dotted flatmap path.</summary>
internal readonly struct PathSegment
{
    private const string Wildcard = "*";

    public PathSegment(string name)
    {
        Name = name;
        IsWildcard = name == Wildcard;
        // Positions are compared as text, so "01" and "+1" are no positions.
        var isPosition = name.Length is > 0 and <= 10 && (name[0] != '0' || name.Length == 1);
        Index = isPosition && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : -1;
    }

    /// <summary>The text between the dots; the key when the level is an object.</summary>
    public string Name { get; }

    /// <summary>The position when the level is an array, or -1.</summary>
    public int Index { get; }

    /// <summary>Whether it matches everything on its level.</summary>
    public bool IsWildcard { get; }

    /// <summary>Cuts a path at every dot (MAN-038); an empty path is one empty name.</summary>
    public static PathSegment[] Parse(string path) => Array.ConvertAll(path.Split('.'), static name => new PathSegment(name));
}
