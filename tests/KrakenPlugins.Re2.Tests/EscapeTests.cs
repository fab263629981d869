using Xunit;

namespace KrakenPlugins.Re2.Tests;

/// <summary>Escapes, quoted text, Perl classes and word boundaries: ASCII ones, unlike those of .NET.</summary>
public sealed class EscapeTests
{
    /// <summary>Pattern, text, and every match with its groups as start-end; ? is a group without a part.</summary>
    public static readonly TheoryData<string, string, string> Cases = new()
    {
        { @"\.", "a.", "1-2" },
        { @"\*\+\?\(\)\[\]\{\}\^\$\|\\", "*+?()[]{}^$|\\", "0-13" },
        { @"\-\_\/\:\,\;\!\""\#\%\&\'\<\=\>\@\`\~", "-_/:,;!\"#%&'<=>@`~", "0-18" },
        { @"\a\f\n\r\t\v", "\u0007\u000C\n\r\t\u000B", "0-6" },
        { @"\x41", "A", "0-1" },
        { @"\x4a\x4A", "JJ", "0-2" },
        { @"\x{41}", "A", "0-1" },
        { @"\x{10FFFF}", "\U0010FFFF", "0-2" },
        { @"\x{1F600}+", "\U0001F600\U0001F600", "0-4" },
        { @"\x{00000041}", "A", "0-1" },
        { @"\101", "A", "0-1" },
        { @"\1011", "A1", "0-2" },
        { @"\12", "\n", "0-1" },
        { @"\0", "\u0000", "0-1" },
        { @"\07", "\u0007", "0-1" },
        { @"\008", "\u00008", "0-2" },
        { @"\377", "\u00FF", "0-1" },
        { @"[\101-\103]+", "ABCD", "0-3" },
        { @"[\x41-\x43]+", "ABCD", "0-3" },
        { @"\A\z", "", "0-0" },
        { @"\Aab\z", "ab", "0-2" },
        { @"\Qa.b\E", "a.b", "0-3" },
        { @"\Qa.b\Ec", "a.bc", "0-4" },
        { @"\Qa.b", "a.b", "0-3" },
        { @"\Qab\E*", "abbb", "0-4" },
        { @"\Q\E", "a", "0-0; 1-1" },
        { @"a\Q\E*", "aaa", "0-3" },
        { @"\Q|\E|\Q(\E", "|(", "0-1; 1-2" },
        { @"\Q\\E", "\\", "0-1" },
        { @"\d+", "a12\u0661", "1-3" },
        { @"\D+", "a12\u0661", "0-1; 3-4" },
        { @"\s+", "a \t\n\u000C\r\u000B\u00A0", "1-6" },
        { @"\S+", "a \u00A0b", "0-1; 2-4" },
        { @"\w+", "a_1\u00E9b", "0-3; 4-5" },
        { @"\W+", "a_1\u00E9b", "3-4" },
        { @"[\d\s]+", "1 2a", "0-3" },
        { @"[^\d\s]+", "1 2ab", "3-5" },
        { @"[\w-]+", "a-b c", "0-3; 4-5" },
        { @"[\D]+", "12ab", "2-4" },
        { @"[^\D]+", "12ab", "0-2" },
        { @"[\s\S]", "\n", "0-1" },
        { @"[a\d]+", "a1b", "0-2" },
        { @"\bfoo\b", "foo foobar afoo", "0-3" },
        { @"\b", "ab c", "0-0; 2-2; 3-3; 4-4" },
        { @"\B", "ab c", "1-1" },
        { @"\b\w", "hello world", "0-1; 6-7" },
        { @"\w\b", "ab c", "1-2; 3-4" },
        { "\\b\u00E9\\b", "\u00E9", "" },
        { "\u00E9\\b", "\u00E9a", "0-1" },
        { @"a\b", "a\u00E9", "0-1" },
        { @"\Ba\B", "xax", "1-2" },
        { @"\b$", "ab", "2-2" },
        { @"$\b", "ab", "2-2" },
        { @"^\b", "ab", "0-0" },
        { @"^\B", "-", "0-0" },
        { @"\B$", "-", "1-1" },
        { @"\b|a", "ba", "0-0; 1-2" },
        { @"(?:\b)+a", "a", "0-1" },
        { @"\b{2}a", "a", "0-1" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_engine_finds_the_matches_and_groups_that_Go_finds(string pattern, string text, string expected) =>
        Engines.AssertMatches(pattern, text, expected);
}
