using Xunit;

namespace KrakenPlugins.Re2.Tests;

/// <summary>The errors of Go's parser, word for word.</summary>
public sealed class SyntaxErrorTests
{
    /// <summary>Pattern and what is wrong with it.</summary>
    public static readonly TheoryData<string, string> Cases = new()
    {
        { "(", "missing closing ): `(`" },
        { "(a", "missing closing ): `(a`" },
        { "a)", "unexpected ): `a)`" },
        { "(a))", "unexpected ): `(a))`" },
        { ")", "unexpected ): `)`" },
        { "a|(b", "missing closing ): `a|(b`" },
        { "(?", "invalid or unsupported Perl syntax: `(?`" },
        { "(?i", "invalid or unsupported Perl syntax: `(?i`" },
        { "(?i-", "invalid or unsupported Perl syntax: `(?i-`" },
        { "(?i)(?s", "invalid or unsupported Perl syntax: `(?s`" },
        { "(?-)a", "invalid or unsupported Perl syntax: `(?-)`" },
        { "(?i-)a", "invalid or unsupported Perl syntax: `(?i-)`" },
        { "(?--i)a", "invalid or unsupported Perl syntax: `(?--`" },
        { "(?x)a", "invalid or unsupported Perl syntax: `(?x`" },
        { "(?i-i-i:a)", "invalid or unsupported Perl syntax: `(?i-i-`" },
        { "(?:", "missing closing ): `(?:`" },
        { "(?=a)", "invalid or unsupported Perl syntax: `(?=`" },
        { "(?!a)", "invalid or unsupported Perl syntax: `(?!`" },
        { "(?>a)", "invalid or unsupported Perl syntax: `(?>`" },
        { "(?#a)", "invalid or unsupported Perl syntax: `(?#`" },
        { "(?P=a)", "invalid or unsupported Perl syntax: `(?P`" },
        { "(?P>a)", "invalid or unsupported Perl syntax: `(?P`" },
        { "(?P<a", "invalid named capture: `(?P<a`" },
        { "(?P<a>", "missing closing ): `(?P<a>`" },
        { "(?P<>a)", "invalid named capture: `(?P<>`" },
        { "(?P<x y>a)", "invalid named capture: `(?P<x y>`" },
        { "(?P<x-y>a)", "invalid named capture: `(?P<x-y>`" },
        { "(?P<\u00E9>a)", "invalid named capture: `(?P<\u00E9>`" },
        { "(?'n'a)", "invalid or unsupported Perl syntax: `(?'`" },
        { "*", "missing argument to repetition operator: `*`" },
        { "+", "missing argument to repetition operator: `+`" },
        { "?", "missing argument to repetition operator: `?`" },
        { "*a", "missing argument to repetition operator: `*`" },
        { "a|*", "missing argument to repetition operator: `*`" },
        { "(*a)", "missing argument to repetition operator: `*`" },
        { "(|*)", "missing argument to repetition operator: `*`" },
        { "(?i)*", "missing argument to repetition operator: `*`" },
        { "{1}", "missing argument to repetition operator: `{1}`" },
        { "a**", "invalid nested repetition operator: `**`" },
        { "a*+", "invalid nested repetition operator: `*+`" },
        { "a+*", "invalid nested repetition operator: `+*`" },
        { "a??*", "invalid nested repetition operator: `??*`" },
        { "a*?*", "invalid nested repetition operator: `*?*`" },
        { "a{2}{3}", "invalid nested repetition operator: `{2}{3}`" },
        { "a{2}*", "invalid nested repetition operator: `{2}*`" },
        { "a*{2}", "invalid nested repetition operator: `*{2}`" },
        { "a{1001}", "invalid repeat count: `{1001}`" },
        { "a{2,1}", "invalid repeat count: `{2,1}`" },
        { "a{1,1001}", "invalid repeat count: `{1,1001}`" },
        { "a{1001,}", "invalid repeat count: `{1001,}`" },
        { "a{100000000000}", "invalid repeat count: `{100000000000}`" },
        { "a{1,100000000000}", "invalid repeat count: `{1,100000000000}`" },
        { "(a{1000}){2}", "invalid repeat count: `{2}`" },
        { "((a{100}){10}){2}", "invalid repeat count: `{2}`" },
        { "(?:(?:a{2}){2}){251}", "invalid repeat count: `{251}`" },
        { "[", "missing closing ]: `[`" },
        { "[a", "missing closing ]: `[a`" },
        { "[]", "missing closing ]: `[]`" },
        { "[]a", "missing closing ]: `[]a`" },
        { "[^", "missing closing ]: `[^`" },
        { "[^]", "missing closing ]: `[^]`" },
        { "[a-", "missing closing ]: `[a-`" },
        { "[b-a]", "invalid character class range: `b-a`" },
        { @"[\x{100}-a]", @"invalid character class range: `\x{100}-a`" },
        { @"[\d-\x", @"invalid escape sequence: `\x`" },
        { "[[:foo:]]", "invalid character class range: `[:foo:]`" },
        { "[[:alpha:]", "missing closing ]: `[[:alpha:]`" },
        { "[[:^foo:]]", "invalid character class range: `[:^foo:]`" },
        { @"[a-\Q]", @"invalid escape sequence: `\Q`" },
        { @"[\b]", @"invalid escape sequence: `\b`" },
        { @"[\A]", @"invalid escape sequence: `\A`" },
        { @"\8", @"invalid escape sequence: `\8`" },
        { @"\9", @"invalid escape sequence: `\9`" },
        { @"\1", @"invalid escape sequence: `\1`" },
        { @"a\1", @"invalid escape sequence: `\1`" },
        { @"\18", @"invalid escape sequence: `\1`" },
        { @"\x", @"invalid escape sequence: `\x`" },
        { @"\x4", @"invalid escape sequence: `\x4`" },
        { @"\xg0", @"invalid escape sequence: `\xg0`" },
        { @"\x{", @"invalid escape sequence: `\x{`" },
        { @"\x{}", @"invalid escape sequence: `\x{}`" },
        { @"\x{g}", @"invalid escape sequence: `\x{g`" },
        { @"\x{41", @"invalid escape sequence: `\x{41`" },
        { @"\x{110000}", @"invalid escape sequence: `\x{110000`" },
        { @"\u0041", @"invalid escape sequence: `\u`" },
        { @"\C", @"invalid escape sequence: `\C`" },
        { @"\Z", @"invalid escape sequence: `\Z`" },
        { @"\G", @"invalid escape sequence: `\G`" },
        { @"\e", @"invalid escape sequence: `\e`" },
        { @"\h", @"invalid escape sequence: `\h`" },
        { @"\k<n>", @"invalid escape sequence: `\k`" },
        { @"\R", @"invalid escape sequence: `\R`" },
        { @"\X", @"invalid escape sequence: `\X`" },
        { @"\c", @"invalid escape sequence: `\c`" },
        { @"\E", @"invalid escape sequence: `\E`" },
        { @"\y", @"invalid escape sequence: `\y`" },
        { "\\\u00E9", "invalid escape sequence: `\\\u00E9`" },
        { @"\p", @"invalid character class range: `\p`" },
        { @"\p{", @"invalid character class range: `\p{`" },
        { @"\p{L", @"invalid character class range: `\p{L`" },
        { @"\p{Foo}", @"invalid character class range: `\p{Foo}`" },
        { @"\p{}", @"invalid character class range: `\p{}`" },
        { "\\p\u00E9", "invalid character class range: `\\p\u00E9`" },
        { @"\P{Foo}", @"invalid character class range: `\P{Foo}`" },
        { @"[\p{Foo}]", @"invalid character class range: `\p{Foo}`" },
        { @"abc\", "trailing backslash at end of expression: ``" },
        { @"[\", "trailing backslash at end of expression: ``" },
        { "(?i)(?P<n", "invalid named capture: `(?P<n`" },
        { "a{1}{1}?", "invalid nested repetition operator: `{1}{1}?`" },
        { "x{2}{0}", "invalid nested repetition operator: `{2}{0}`" },
        { "(?i)a(?i", "invalid or unsupported Perl syntax: `(?i`" },
        { "(?:a", "missing closing ): `(?:a`" },
        { "((((", "missing closing ): `((((`" },
        { "(?s)[z-a]", "invalid character class range: `z-a`" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_error_is_the_one_that_Go_gives(string pattern, string problem)
    {
        var isValid = Re2Regex.TryParse(pattern, Re2Dialect.Re2, out _, out var error);

        Assert.False(isValid);
        Assert.Equal("error parsing regexp: " + problem, error!.Split("; ")[0]);
    }

    [Theory]
    [InlineData("ab(c", 2)]
    [InlineData("ab)c", 2)]
    [InlineData("ab[c", 2)]
    [InlineData("ab[z-a]", 3)]
    [InlineData("ab\\", 2)]
    [InlineData("ab**", 2)]
    [InlineData("a|*", 2)]
    [InlineData("ab(?<n", 2)]
    public void The_error_says_where(string pattern, int offset)
    {
        var error = Assert.Throws<Re2SyntaxException>(() => Re2Regex.Parse(pattern));

        Assert.Equal(offset, error.Offset);
    }

    [Theory]
    [InlineData("(?=a)")]
    [InlineData("(?!a)")]
    [InlineData("(?<=a)")]
    [InlineData("(?<!a)")]
    public void Look_around_is_refused_with_the_reason(string pattern)
    {
        var error = Assert.Throws<Re2SyntaxException>(() => Re2Regex.Parse(pattern));

        Assert.Contains("invalid or unsupported Perl syntax", error.Message, StringComparison.Ordinal);
        Assert.Contains("need backtracking", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_would_take_too_much_memory_is_refused()
    {
        string[] patterns =
        [
            new('a', 65537), new string('(', 1001) + new string(')', 1001), string.Concat(Enumerable.Repeat("x{1000}", 60)),
            string.Concat(Enumerable.Repeat("(a)", 2000)), new string('(', 60_000), "a" + string.Concat(Enumerable.Repeat("|b{900}", 100)),
            string.Concat(Enumerable.Range(0, 5000).Select(i => $@"[\pL\x{{{0x20000 + 2 * i:X}}}]")),
        ];

        Assert.All(patterns, pattern => Assert.Throws<Re2SyntaxException>(() => Re2Regex.Parse(pattern)));
    }

    [Fact]
    public void What_is_just_within_the_limits_is_accepted()
    {
        string[] patterns = [new('a', 40_000), "((a{10}){10}){10}", new string('(', 300) + new string(')', 300), "(?:x{1000}){1}", string.Concat(Enumerable.Repeat(@"(?i)[\pL]\pL", 4000))];

        Assert.All(patterns, pattern => Assert.Equal(pattern, Re2Regex.Parse(pattern).Pattern));
    }
}
