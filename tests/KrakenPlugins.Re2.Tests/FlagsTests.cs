using Xunit;

namespace KrakenPlugins.Re2.Tests;

/// <summary>(?i), (?m), (?s), (?U) for the rest of a group or for one group, and Unicode simple case folding.</summary>
public sealed class FlagsTests
{
    /// <summary>Pattern, text, and every match with its groups as start-end; ? is a group without a part.</summary>
    public static readonly TheoryData<string, string, string> Cases = new()
    {
        { "(?i)abc", "xABC aBc", "1-4; 5-8" },
        { "(?i)ABC", "abc", "0-3" },
        { "a(?i)b", "aB AB", "0-2" },
        { "a(?i)b|c", "aB C", "0-2; 3-4" },
        { "(a(?i)b)c", "aBc aBC", "0-3 0-2" },
        { "a(?i:b)c", "aBc aBC", "0-3" },
        { "(?i)a(?-i)b", "Ab AB", "0-2" },
        { "(?i-s:a.)", "A\n AB", "3-5" },
        { "(?i:a)b|c", "Ab C c", "0-2; 5-6" },
        { "((?i)a)b", "Ab AB", "0-2 0-1" },
        { "(?i)k", "kK\u212A", "0-1; 1-2; 2-3" },
        { "(?i)\u212A", "kK\u212A", "0-1; 1-2; 2-3" },
        { "(?i)s", "sS\u017F", "0-1; 1-2; 2-3" },
        { "(?i)\u017F", "sS\u017F", "0-1; 1-2; 2-3" },
        { "(?i)[k-l]", "K\u212AL", "0-1; 1-2; 2-3" },
        { "(?i)[^k]", "kK\u212Aa", "3-4" },
        { "(?i)\u00E5", "\u00E5\u00C5\u212B", "0-1; 1-2; 2-3" },
        { "(?i)\u03C3", "\u03C3\u03C2\u03A3", "0-1; 1-2; 2-3" },
        { "(?i)\u00B5", "\u00B5\u03BC\u039C", "0-1; 1-2; 2-3" },
        { "(?i)\u1E9E", "\u00DF\u1E9Ess", "0-1; 1-2" },
        { "(?i)\u00DF", "\u00DF\u1E9Ess", "0-1; 1-2" },
        { "(?i)i", "iI\u0131\u0130", "0-1; 1-2" },
        { "(?i)\u0131", "iI\u0131\u0130", "2-3" },
        { "(?i)\u01C5", "\u01C4\u01C5\u01C6", "0-1; 1-2; 2-3" },
        { @"(?i)\x{10400}", "\U00010400\U00010428", "0-2; 2-4" },
        { "(?i)[a-z]+", "aZ\u017F\u212A\u0131", "0-4" },
        { "(?i)[^a-z]+", "aZ\u017F\u212A\u0131", "4-5" },
        { @"(?i)\w", "\u017F\u212A\u00E9", "0-1; 1-2" },
        { @"(?i)\W", "\u017F\u212A\u00E9", "2-3" },
        { "(?i)[[:upper:]]", "aA\u017F", "0-1; 1-2; 2-3" },
        { "(?i)[[:^upper:]]", "aA1", "2-3" },
        { @"(?i)\pL", "a1", "0-1" },
        { @"(?i)\p{Lu}", "aA\u00E9", "0-1; 1-2; 2-3" },
        { @"(?i)\P{Lu}", "aA1", "2-3" },
        { @"(?i)\x6B", "K\u212A", "0-1; 1-2" },
        { @"(?i)\Qk.\E.", "K.xkkx", "0-3" },
        { "(?s).", "\n", "0-1" },
        { "(?s)a.b", "a\nb", "0-3" },
        { ".", "\n", "" },
        { "a.b", "a\nb", "" },
        { "a(?s:.)b.", "a\nb\n", "" },
        { "(?s)(?-s:.)", "\na", "1-2" },
        { "(?m)^a", "b\na", "2-3" },
        { "(?m)^a$", "b\na\nc", "2-3" },
        { "(?m)a$", "a\nba", "0-1; 3-4" },
        { "(?m)^", "a\nb\n", "0-0; 2-2; 4-4" },
        { "(?m)$", "a\nb\n", "1-1; 3-3; 4-4" },
        { "(?m)^$", "a\n\nb", "2-2" },
        { "(?m)^.*$", "ab\ncd", "0-2; 3-5" },
        { @"(?m)\Aa", "a\na", "0-1" },
        { @"(?m)a\z", "a\na", "2-3" },
        { @"(?m)$\n^a", "b\na", "1-3" },
        { "(?-m)^a", "b\na", "" },
        { "(?m:^)a(?-m:$)", "b\na", "2-3" },
        { "a$", "a\n", "" },
        { @"a\z", "a\n", "" },
        { "^a$", "a\n", "" },
        { "(?m)a$", "a\r\n", "" },
        { "(?U)a*", "aaa", "0-0; 1-1; 2-2; 3-3" },
        { "(?U)a*?", "aaa", "0-3" },
        { "(?U)a+", "aaa", "0-1; 1-2; 2-3" },
        { "(?U)a{1,2}", "aaa", "0-1; 1-2; 2-3" },
        { "(?U)a{1,2}?", "aaa", "0-2; 2-3" },
        { "(?U:a+)a*", "aaa", "0-3" },
        { "(?U)(?-U)a+", "aaa", "0-3" },
        { "(?U)(a+)(b+?)", "aabb", "0-4 0-2 2-4" },
        { "(?ims)^a.b$", "x\nA\nB\ny", "2-5" },
        { "(?im)^B$", "a\nb", "2-3" },
        { "(?i)(?s).A", "\na", "0-2" },
        { "(?i)", "a", "0-0; 1-1" },
        { "a(?i)", "aA", "0-1" },
        { "a(?i)*", "aaA", "0-2; 3-3" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_engine_finds_the_matches_and_groups_that_Go_finds(string pattern, string text, string expected) =>
        Engines.AssertMatches(pattern, text, expected);
}
