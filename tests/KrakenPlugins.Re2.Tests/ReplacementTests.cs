using Xunit;

namespace KrakenPlugins.Re2.Tests;

/// <summary>Replacing and splitting as Go's ReplaceAll, Expand and Split do.</summary>
public sealed class ReplacementTests
{
    /// <summary>Pattern, text, template, result.</summary>
    public static readonly TheoryData<string, string, string, string> Replacements = new()
    {
        { "a+", "baaac", "<$0>", "b<aaa>c" },
        { "a", "banana", "x", "bxnxnx" },
        { "(a)(n)", "banana", "$2$1", "bnanaa" },
        { "(?P<x>a)n", "banana", "<$x>", "b<a><a>a" },
        { "(?P<x>a)n", "banana", "<${x}y>", "b<ay><ay>a" },
        { "(?P<x>a)n", "banana", "<$xy>", "b<><>a" },
        { "(a)n", "banana", "$1x", "ba" },
        { "(a)n", "banana", "${1}x", "baxaxa" },
        { "(a)n", "banana", "$10", "ba" },
        { "(a)n", "banana", "$$1", "b$1$1a" },
        { "(a)n", "banana", "$", "b$$a" },
        { "(a)n", "banana", "${", "b${${a" },
        { "(a)n", "banana", "${1", "b${1${1a" },
        { "(a)n", "banana", "$-1", "b$-1$-1a" },
        { "(a)n", "banana", "${-}", "b${-}${-}a" },
        { "(a)n", "banana", "$\u00E9", "ba" },
        { "(a)n", "banana", "$01", "ba" },
        { "(a)n", "banana", "${00}", "ba" },
        { "(a)n", "banana", "$0$9", "banana" },
        { "(x)?a", "banana", "[$1]", "b[]n[]n[]" },
        { "a*", "baaac", "-", "-b-c-" },
        { "a*?", "baac", "-", "-b-a-a-c-" },
        { "", "abc", "-", "-a-b-c-" },
        { "", "\u00E9\U0001F600", "-", "-\u00E9-\U0001F600-" },
        { "$", "abc", "!", "abc!" },
        { "^", "abc", "!", "!abc" },
        { "(?m)^", "a\nb", "> ", "> a\n> b" },
        { @"\b", "ab cd", "'", "'ab' 'cd'" },
        { "b*", "abc", ".", ".a.c." },
        { ".*", "abc", "x", "x" },
        { ".*", "abc", "[$0]", "[abc]" },
        { "(.*)", "abc", "[$1]", "[abc]" },
        { @"([\d+\-\s]*)(\d{4})", "123456789", "XXX-$2", "XXX-6789" },
        { @"(^\d{4})(.*)", "1234-56789-1234-5678", "${1}-XXXX", "1234-XXXX" },
        { "(?P<a>.)(?P<b>.)", "abcd", "$b$a", "badc" },
        { "(a)|(b)", "ab", "<$1,$2>", "<a,><,b>" },
        { "x", "abc", "y", "abc" },
        { "[aeiou]", "programming", "*", "pr*gr*mm*ng" },
        { @"(\w+)@(\w+)\.com", "bob@example.com", "$2/$1", "example/bob" },
        { "\U0001F600", "a\U0001F600b", "$0$0", "a\U0001F600\U0001F600b" },
        { "(?i)HELLO", "hello Hello", "bye", "bye bye" },
        { @"\s+", "a  b   c", " ", "a b c" },
    };

    /// <summary>Pattern, text, limit, parts.</summary>
    public static readonly TheoryData<string, string, int, string[]> Splits = new()
    {
        { "a", "banana", -1, ["b", "n", "n", ""] },
        { "a", "banana", 2, ["b", "nana"] },
        { "a", "banana", 0, [] },
        { "a", "banana", 1, ["banana"] },
        { "a", "banana", 3, ["b", "n", "na"] },
        { "z", "banana", -1, ["banana"] },
        { "z+", "pizza", -1, ["pi", "a"] },
        { "z+", "pizza", 2, ["pi", "a"] },
        { "", "abc", -1, ["a", "b", "c"] },
        { "", "abc", 2, ["a", "bc"] },
        { "a*", "baac", -1, ["b", "c"] },
        { ",", "a,b,,c,", -1, ["a", "b", "", "c", ""] },
        { ",", ",", -1, ["", ""] },
        { ",", "", -1, [""] },
        { "", "", -1, [] },
        { @"\s*,\s*", "a , b,c", -1, ["a", "b", "c"] },
        { @"\d", "1a2", -1, ["", "a", ""] },
        { "^", "abc", -1, ["abc"] },
        { "$", "abc", -1, ["abc"] },
        { "\u00E9", "a\u00E9b", -1, ["a", "b"] },
        { ".", "abc", -1, ["", "", "", ""] },
        { "b*", "abc", -1, ["a", "c"] },
        { "", "\U0001F600a", -1, ["\U0001F600", "a"] },
    };

    [Theory]
    [MemberData(nameof(Replacements))]
    public void Replaces_every_match_by_the_expanded_template(string pattern, string text, string template, string expected) =>
        Assert.Equal(expected, Re2Regex.Parse(pattern).ReplaceAll(text, template));

    [Theory]
    [MemberData(nameof(Splits))]
    public void Splits_at_the_matches(string pattern, string text, int limit, string[] expected) =>
        Assert.Equal(expected, Re2Regex.Parse(pattern).Split(text, limit));

    [Fact]
    public void A_literal_replacement_is_not_expanded() =>
        Assert.Equal("b$1n$1n$1", Re2Regex.Parse("(a)").ReplaceAllLiteral("banana", "$1"));

    [Fact]
    public void A_function_makes_the_replacement() =>
        Assert.Equal("bAnAnA", Re2Regex.Parse("(?P<v>a)").ReplaceAll("banana", match => match.Group("v")!.ToUpperInvariant()));

    [Fact]
    public void A_text_without_a_match_stays_the_same_object()
    {
        var text = new string('x', 3);

        Assert.Same(text, Re2Regex.Parse("y+").ReplaceAll(text, "$0"));
    }

    [Fact]
    public void Of_groups_with_one_name_the_one_with_a_part_counts()
    {
        var regex = Re2Regex.Parse("(?P<n>a)|(?P<n>b)");

        Assert.Equal("<a><b>", regex.ReplaceAll("ab", "<$n>"));
        Assert.Equal("b", regex.Match("b")!.Group("n"));
        Assert.Equal(1, regex.GroupNumber("n"));
    }

    [Fact]
    public void A_match_knows_its_groups_by_number_and_name()
    {
        var match = Re2Regex.Parse(@"(?<year>\d{4})-(?P<month>\d\d)(x)?").Match("on 2024-05.")!;

        Assert.Equal((3, 7, "2024-05"), (match.Index, match.Length, match.Value));
        Assert.Equal(("2024", "05"), (match.Group("year"), match.Group(2)));
        Assert.Null(match.Group(3));
        Assert.Null(match.Group("day"));
        Assert.Equal("05/2024", match.Expand("$month/${year}$3"));
        Assert.Throws<ArgumentOutOfRangeException>(() => match.Group(4));
    }

    [Fact]
    public void Finds_no_more_than_the_limit() => Assert.Equal(2, Re2Regex.Parse("a").FindAll("aaaa", 2).Count);

    [Fact]
    public void Quoted_text_matches_itself()
    {
        var text = @"\.+*?()|[]{}^$ a-z \Q\E";

        Assert.Equal(text, Re2Regex.Parse(Re2Regex.QuoteMeta(text)).Match("x" + text + "y")!.Value);
        Assert.Equal(@"1\.5\$", Re2Regex.QuoteMeta("1.5$"));
    }

    [Fact]
    public void A_search_from_a_position_still_sees_what_is_before_it()
    {
        Assert.Null(Re2Regex.Parse("^b").Match("ab", 1));
        Assert.Null(Re2Regex.Parse(@"\bb").Match("ab", 1));
        Assert.Equal(1, Re2Regex.Parse("b").Match("ab", 1)!.Index);
        Assert.Equal(2, Re2Regex.Parse("").Match("\U0001F600", 1)!.Index);
    }
}
