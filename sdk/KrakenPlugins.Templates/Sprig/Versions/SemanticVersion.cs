using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using KrakenPlugins.Templates.Sprig.Json;
using Kind = KrakenPlugins.Templates.TemplateParameter;

namespace KrakenPlugins.Templates.Sprig.Versions;

/// <summary>A version of semver.org; when read, a leading <c>v</c> and missing minor and patch numbers are allowed.</summary>
internal sealed class SemanticVersion : ITemplateObject, IJsonForm, IComparable<SemanticVersion>
{
    private const int LongestText = 256;

    private SemanticVersion(ulong major, ulong minor, ulong patch, string prerelease, string metadata, string original)
    {
        (Major, Minor, Patch, Prerelease, Metadata, Original) = (major, minor, patch, prerelease, metadata, original);
    }

    public ulong Major { get; }

    public ulong Minor { get; }

    public ulong Patch { get; }

    public string Prerelease { get; }

    public string Metadata { get; }

    public string Original { get; }

    public string TypeName => "*semver.Version";

    public string Text => string.Create(
        CultureInfo.InvariantCulture,
        $"{Major}.{Minor}.{Patch}{(Prerelease.Length > 0 ? "-" : "")}{Prerelease}{(Metadata.Length > 0 ? "+" : "")}{Metadata}");

    public TemplateValue JsonForm => TemplateValue.From(Text);

    public static bool TryParse(string text, [NotNullWhen(true)] out SemanticVersion? version)
    {
        version = null;
        if (text.Length > LongestText) return false;
        var rest = text.AsSpan(text.StartsWith('v') ? 1 : 0);
        var metadata = CutAt(ref rest, '+');
        var prerelease = CutAt(ref rest, '-');
        Span<Range> parts = stackalloc Range[4];
        var count = rest.Split(parts, '.');
        Span<ulong> numbers = stackalloc ulong[3];
        numbers.Clear();
        if (count is 0 or > 3) return false;
        for (var i = 0; i < count; i++)
            if (!TryParseNumber(rest[parts[i]], out numbers[i])) return false;
        if (prerelease is not null && !AreIdentifiers(prerelease, areOrdered: true)) return false;
        if (metadata is not null && !AreIdentifiers(metadata, areOrdered: false)) return false;
        version = new SemanticVersion(numbers[0], numbers[1], numbers[2], prerelease ?? "", metadata ?? "", text);
        return true;
    }

    /// <summary>The order of semver.org: a prerelease comes before its release, metadata does not count.</summary>
    public int CompareTo(SemanticVersion? other)
    {
        if (other is null) return 1;
        if (Major != other.Major) return Major.CompareTo(other.Major);
        if (Minor != other.Minor) return Minor.CompareTo(other.Minor);
        if (Patch != other.Patch) return Patch.CompareTo(other.Patch);
        if (Prerelease.Length == 0 || other.Prerelease.Length == 0) return (Prerelease.Length == 0).CompareTo(other.Prerelease.Length == 0);
        return ComparePrereleases(Prerelease, other.Prerelease);
    }

    public TemplateFunction? Member(string name) => name switch
    {
        "Major" => Field(name, TemplateValue.From((long)Major)),
        "Minor" => Field(name, TemplateValue.From((long)Minor)),
        "Patch" => Field(name, TemplateValue.From((long)Patch)),
        "Prerelease" => Field(name, TemplateValue.From(Prerelease)),
        "Metadata" => Field(name, TemplateValue.From(Metadata)),
        "Original" => Field(name, TemplateValue.From(Original)),
        "String" => Field(name, TemplateValue.From(Text)),
        "Compare" => Comparison(name, static order => TemplateValue.From((long)order)),
        "Equal" => Comparison(name, static order => TemplateValue.From(order == 0)),
        "LessThan" => Comparison(name, static order => TemplateValue.From(order < 0)),
        "LessThanEqual" => Comparison(name, static order => TemplateValue.From(order <= 0)),
        "GreaterThan" => Comparison(name, static order => TemplateValue.From(order > 0)),
        "GreaterThanEqual" => Comparison(name, static order => TemplateValue.From(order >= 0)),
        "IncMajor" => Field(name, TemplateValue.FromObject(Next(Major + 1, 0, 0))),
        "IncMinor" => Field(name, TemplateValue.FromObject(Next(Major, Minor + 1, 0))),
        "IncPatch" => Field(name, TemplateValue.FromObject(Next(Major, Minor, Prerelease.Length > 0 ? Patch : Patch + 1))),
        _ => null,
    };

    private static TemplateFunction Field(string name, TemplateValue value) => new(name, [], isVariadic: false, _ => value);

    private TemplateFunction Comparison(string name, Func<int, TemplateValue> result) =>
        new(name, [Kind.Any], isVariadic: false, arguments =>
        {
            if (arguments[0].Kind == TemplateKind.Object && arguments[0].AsObject is SemanticVersion other) return result(Math.Sign(CompareTo(other)));
            throw new TemplateFunctionException($"wrong type for value; expected *semver.Version; got {arguments[0].TypeName}");
        });

    private static SemanticVersion Next(ulong major, ulong minor, ulong patch) =>
        new(major, minor, patch, "", "", string.Create(CultureInfo.InvariantCulture, $"{major}.{minor}.{patch}"));

    private static string? CutAt(ref ReadOnlySpan<char> text, char separator)
    {
        var at = text.IndexOf(separator);
        if (at < 0) return null;
        var behind = text[(at + 1)..].ToString();
        text = text[..at];
        return behind;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> digits, out ulong number) =>
        ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= long.MaxValue;

    private static bool AreIdentifiers(string text, bool areOrdered)
    {
        foreach (var part in text.AsSpan().Split('.'))
        {
            var identifier = text.AsSpan(part);
            if (identifier.IsEmpty) return false;
            foreach (var c in identifier)
                if (!char.IsAsciiLetterOrDigit(c) && c != '-') return false;
            if (areOrdered && identifier.Length > 1 && identifier[0] == '0' && IsNumeric(identifier)) return false;
        }
        return true;
    }

    private static int ComparePrereleases(string left, string right)
    {
        var (lefts, rights) = (left.Split('.'), right.Split('.'));
        for (var i = 0; i < Math.Min(lefts.Length, rights.Length); i++)
        {
            var order = CompareIdentifiers(lefts[i], rights[i]);
            if (order != 0) return order;
        }
        return lefts.Length.CompareTo(rights.Length);
    }

    // Numbers come before words, and compare as numbers.
    private static int CompareIdentifiers(string left, string right)
    {
        var (isLeftNumber, isRightNumber) = (IsNumeric(left), IsNumeric(right));
        if (isLeftNumber != isRightNumber) return isLeftNumber ? -1 : 1;
        if (isLeftNumber && left.Length != right.Length) return left.Length.CompareTo(right.Length);
        return string.CompareOrdinal(left, right);
    }

    private static bool IsNumeric(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') < 0;
}
