using Xunit;

namespace KrakenPlugins.Re2.Tests;

/// <summary>Patterns as JSON Schema has them: ECMA-262 with the u flag.</summary>
public sealed class EcmaScriptTests
{
    [Theory]
    [InlineData(@"^\d+$", "12", true)]
    [InlineData(@"^\d+$", "12\n", false)]
    [InlineData(@"^\d$", "\u0661", false)]
    [InlineData(@"^\w+$", "\u00E9", false)]
    [InlineData(@"^\s$", "\u00A0", true)]
    [InlineData(@"^\s$", "\uFEFF", true)]
    [InlineData(@"^\s$", "\u2029", true)]
    [InlineData(@"^\s$", "\v", true)]
    [InlineData(@"^\S$", "\u3000", false)]
    [InlineData("^.$", "\u2028", false)]
    [InlineData("^.$", "\r", false)]
    [InlineData("^.$", "\u0085", true)]
    [InlineData("^.$", "\U0001F600", true)]
    [InlineData("^..$", "\U0001F600", false)]
    [InlineData("(?s)^.$", "\u2028", true)]
    [InlineData(@"^\u0041$", "A", true)]
    [InlineData(@"^\u{1F600}$", "\U0001F600", true)]
    [InlineData(@"^\uD83D\uDE00$", "\U0001F600", true)]
    [InlineData(@"^[\uD83D\uDE00-\uD83D\uDE4F]$", "\U0001F64F", true)]
    [InlineData(@"\uD83D", "\U0001F600", false)]
    [InlineData(@"^\cJ$", "\n", true)]
    [InlineData(@"^\/\-$", "/-", true)]
    [InlineData(@"^[\-\]\\]+$", @"-]\", true)]
    [InlineData(@"^[\b]$", "\b", true)]
    [InlineData(@"^\0$", "\0", true)]
    [InlineData(@"^\x41\v\f$", "A\v\f", true)]
    [InlineData("^[^]$", "\n", true)]
    [InlineData("[]", "a", false)]
    [InlineData("^[]?$", "", true)]
    [InlineData(@"^\p{L}$", "\u00E9", true)]
    [InlineData(@"^\p{Letter}$", "\u00E9", true)]
    [InlineData(@"^\p{Uppercase_Letter}$", "\u00C9", true)]
    [InlineData(@"^\p{Script=Greek}$", "\u03B1", true)]
    [InlineData(@"^\p{sc=Grek}$", "\u03B1", true)]
    [InlineData(@"^\p{General_Category=Decimal_Number}$", "\u0661", true)]
    [InlineData(@"^\p{gc=Lu}$", "a", false)]
    [InlineData(@"^\P{Script=Greek}$", "\u03B1", false)]
    [InlineData(@"^\p{Alphabetic}$", "\u0345", true)]
    [InlineData(@"^\p{Emoji_Presentation}$", "\U0001F600", true)]
    [InlineData(@"^\p{White_Space}$", "\u0085", true)]
    [InlineData(@"^\p{ASCII}$", "\u0080", false)]
    [InlineData("^(?<n\u00E4me$>a)$", "a", true)]
    [InlineData(@"\bfoo\b", "a foo.", true)]
    [InlineData(@"\bfoo\b", "afoo", false)]
    [InlineData("^.{1,2000}$", "a", true)]
    [InlineData("^a{2000}$", "a", false)]
    [InlineData("(?i)^ABC$", "abc", true)]
    [InlineData("^[[:alpha:]]+$", "ab", true)]
    [InlineData(@"\Aa\z", "a", true)]
    [InlineData("^(?P<n>a)$", "a", true)]
    [InlineData("^a{,2}$", "a{,2}", true)]
    [InlineData(@"^\_\@$", "_@", true)]
    public void Matches_as_ECMA_262_says_or_as_RE2_where_that_knows_nothing(string pattern, string text, bool expected)
    {
        Assert.Equal(expected, Re2Regex.Parse(pattern, Re2Dialect.EcmaScript).IsMatch(text));
        new Engines(pattern, Re2Dialect.EcmaScript).AssertAgree(text);
    }

    // Attributes hold UTF-8, which has no lone surrogates.
    [Fact]
    public void Half_a_surrogate_pair_without_the_other_is_a_character_of_its_own()
    {
        Assert.True(Re2Regex.Parse("^.$").IsMatch("\uD83D"));
        Assert.True(Re2Regex.Parse("^[^a]{2}$").IsMatch("\uDE00\uD83D"));
        Assert.False(Re2Regex.Parse("^[^a]{2}$").IsMatch("\uD83D\uDE00"));
        Assert.True(Re2Regex.Parse(@"\p{Cs}").IsMatch("a\uDE00"));
        Assert.True(Re2Regex.Parse(@"\uD83D", Re2Dialect.EcmaScript).IsMatch("a\uD83Db"));
        Assert.False(Re2Regex.Parse(@"\uD83D", Re2Dialect.EcmaScript).IsMatch("a\uD83D\uDE00"));
        Assert.Equal(1, Re2Regex.Parse("\U0001F600").Match("\uD83D\U0001F600")!.Index);
    }

    [Theory]
    [InlineData("a(?=b)")]
    [InlineData("^(?!x)")]
    [InlineData("(?<=a)b")]
    [InlineData("(?<!a)b")]
    [InlineData(@"(a)\1")]
    [InlineData(@"(?<n>a)\k<n>")]
    public void What_needs_backtracking_is_refused_with_that_reason(string pattern)
    {
        Assert.False(Re2Regex.TryParse(pattern, Re2Dialect.EcmaScript, out _, out var error));
        Assert.Contains("not supported, because they need backtracking", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"\u12")]
    [InlineData(@"\u{110000}")]
    [InlineData(@"\q")]
    [InlineData(@"\c1")]
    [InlineData(@"\p{Script=Foo}")]
    [InlineData(@"\p{foo=Greek}")]
    [InlineData(@"[\1]")]
    [InlineData("[")]
    [InlineData("(")]
    [InlineData("a**")]
    [InlineData("a{2,1}")]
    [InlineData("a{99999}")]
    [InlineData("(?:(?:){60000}){60000}")]
    public void What_is_wrong_is_an_error(string pattern) =>
        Assert.Throws<Re2SyntaxException>(() => Re2Regex.Parse(pattern, Re2Dialect.EcmaScript));
}
