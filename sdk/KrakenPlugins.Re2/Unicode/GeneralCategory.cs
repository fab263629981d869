using System.Globalization;

namespace KrakenPlugins.Re2.Unicode;

/// <summary>General categories of Unicode by their short and long names.</summary>
internal static class GeneralCategory
{
    private static readonly Lazy<(int First, UnicodeCategory Category)[]> s_runs = new(Runs);

    private static readonly Dictionary<string, UnicodeCategory[]> s_byName = Names();

    /// <summary>The code points of a category or of a group of categories, the name spelt loosely; <see langword="null"/> when there is none.</summary>
    public static CodePointSet? Find(string looseName)
    {
        if (!s_byName.TryGetValue(looseName, out var categories)) return null;
        var runs = s_runs.Value;
        var builder = new CodePointSetBuilder();
        for (var i = 0; i < runs.Length; i++)
        {
            if (!categories.Contains(runs[i].Category)) continue;
            builder.Add(runs[i].First, i + 1 < runs.Length ? runs[i + 1].First - 1 : CodePointSet.MaxCodePoint);
        }
        return builder.ToSet();
    }

    private static (int First, UnicodeCategory Category)[] Runs()
    {
        var runs = new List<(int First, UnicodeCategory Category)>();
        for (var c = 0; c <= CodePointSet.MaxCodePoint; c++)
        {
            var category = CharUnicodeInfo.GetUnicodeCategory(c);
            if (runs.Count == 0 || runs[^1].Category != category) runs.Add((c, category));
        }
        return [.. runs];
    }

    private static Dictionary<string, UnicodeCategory[]> Names()
    {
        (string Names, UnicodeCategory Category)[] categories =
        [
            ("lu uppercaseletter", UnicodeCategory.UppercaseLetter), ("ll lowercaseletter", UnicodeCategory.LowercaseLetter),
            ("lt titlecaseletter", UnicodeCategory.TitlecaseLetter), ("lm modifierletter", UnicodeCategory.ModifierLetter),
            ("lo otherletter", UnicodeCategory.OtherLetter), ("mn nonspacingmark", UnicodeCategory.NonSpacingMark),
            ("mc spacingmark", UnicodeCategory.SpacingCombiningMark), ("me enclosingmark", UnicodeCategory.EnclosingMark),
            ("nd decimalnumber digit", UnicodeCategory.DecimalDigitNumber), ("nl letternumber", UnicodeCategory.LetterNumber),
            ("no othernumber", UnicodeCategory.OtherNumber), ("pc connectorpunctuation", UnicodeCategory.ConnectorPunctuation),
            ("pd dashpunctuation", UnicodeCategory.DashPunctuation), ("ps openpunctuation", UnicodeCategory.OpenPunctuation),
            ("pe closepunctuation", UnicodeCategory.ClosePunctuation), ("pi initialpunctuation", UnicodeCategory.InitialQuotePunctuation),
            ("pf finalpunctuation", UnicodeCategory.FinalQuotePunctuation), ("po otherpunctuation", UnicodeCategory.OtherPunctuation),
            ("sm mathsymbol", UnicodeCategory.MathSymbol), ("sc currencysymbol", UnicodeCategory.CurrencySymbol),
            ("sk modifiersymbol", UnicodeCategory.ModifierSymbol), ("so othersymbol", UnicodeCategory.OtherSymbol),
            ("zs spaceseparator", UnicodeCategory.SpaceSeparator), ("zl lineseparator", UnicodeCategory.LineSeparator),
            ("zp paragraphseparator", UnicodeCategory.ParagraphSeparator), ("cc control cntrl", UnicodeCategory.Control),
            ("cf format", UnicodeCategory.Format), ("cs surrogate", UnicodeCategory.Surrogate),
            ("co privateuse", UnicodeCategory.PrivateUse), ("cn unassigned", UnicodeCategory.OtherNotAssigned),
        ];
        (string Names, char Initial)[] groups =
        [
            ("l letter", 'l'), ("m mark combiningmark", 'm'), ("n number", 'n'), ("p punctuation punct", 'p'), ("s symbol", 's'),
            ("z separator", 'z'), ("c other", 'c'),
        ];
        var byName = new Dictionary<string, UnicodeCategory[]>(StringComparer.Ordinal);
        foreach (var (names, category) in categories)
        {
            foreach (var name in names.Split(' ')) byName[name] = [category];
        }
        foreach (var (names, initial) in groups)
        {
            UnicodeCategory[] members = [.. categories.Where(c => c.Names[0] == initial).Select(c => c.Category)];
            foreach (var name in names.Split(' ')) byName[name] = members;
        }
        byName["lc"] = byName["casedletter"] = [.. categories.Take(3).Select(c => c.Category)];
        return byName;
    }
}
