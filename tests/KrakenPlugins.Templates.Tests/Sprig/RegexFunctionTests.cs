using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class RegexFunctionTests
{
    [Theory, Spec("CFG-108")]
    [InlineData("""{{ regexMatch "^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$" "test@acme.com" }}""", "true")]
    [InlineData("""{{ regexMatch "[a-z]+@acme" "test" }}""", "false")]
    [InlineData("""{{ mustRegexMatch "a" "banana" }}""", "true")]
    [InlineData("""{{ regexFindAll "a{2}" "aa" -1 | len }}""", "1")]
    [InlineData("""{{ regexFindAll "a{2}" "aaaaaaaa" 1 | len }}""", "1")]
    [InlineData("""{{ regexFindAll "a{2}" "aaaa" -1 | len }}""", "2")]
    [InlineData("""{{ regexFindAll "a{2}" "none" -1 | len }}""", "0")]
    [InlineData("""{{ mustRegexFindAll "[2,4,6,8]" "123456789" -1 }}""", "[2 4 6 8]")]
    [InlineData("""{{ regexFind "fo.?" "foorbar" }}""", "foo")]
    [InlineData("""{{ regexFind "fo.?" "none" }}""", "")]
    [InlineData("""{{ mustRegexFind "[a-zA-Z][1-9]" "abcd1234" }}""", "d1")]
    [InlineData("""{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "T" }}""", "-T-T-")]
    [InlineData("""{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "$1" }}""", "--xx-")]
    [InlineData("""{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "$1W" }}""", "---")]
    [InlineData("""{{ mustRegexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}""", "-W-xxW-")]
    [InlineData("""{{ regexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "$1" }}""", "-$1-$1-")]
    [InlineData("""{{ mustRegexReplaceAllLiteral "a(x*)b" "-ab-axxb-" "${1}" }}""", "-${1}-${1}-")]
    [InlineData("""{{ regexSplit "a" "banana" -1 | len }}""", "4")]
    [InlineData("""{{ regexSplit "a" "banana" 0 | len }}""", "0")]
    [InlineData("""{{ regexSplit "a" "banana" 1 }}""", "[banana]")]
    [InlineData("""{{ mustRegexSplit "z+" "pizza" 2 | join "|" }}""", "pi|a")]
    [InlineData("""{{ regexQuoteMeta "1.2.3" }}""", "1\\.2\\.3")]
    [InlineData("""{{ regexQuoteMeta "pretzel" }}""", "pretzel")]
    [InlineData("""{{ regexFind "(?i)HÉ" "hé" }}""", "hé")]
    public void Patterns_match_find_replace_and_split(string template, string expected) =>
        Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-108")]
    [InlineData("""{{ regexMatch "(" "a" }}""")]
    [InlineData("""{{ mustRegexMatch "(?=a)" "a" }}""")]
    [InlineData("""{{ regexFind "(a)\\1" "aa" }}""")]
    [InlineData("""{{ mustRegexFind "[" "a" }}""")]
    [InlineData("""{{ regexFindAll "a**" "a" -1 }}""")]
    [InlineData("""{{ regexReplaceAll "(" "a" "" }}""")]
    [InlineData("""{{ regexReplaceAllLiteral "(" "a" "" }}""")]
    [InlineData("""{{ regexSplit "(" "a" -1 }}""")]
    public void A_pattern_that_RE2_does_not_know_is_an_error(string template) =>
        Assert.Contains("error parsing regexp", SprigTemplates.RenderError(template), StringComparison.Ordinal);

    [Fact]
    public void More_patterns_than_the_cache_holds_are_parsed_again()
    {
        var output = SprigTemplates.Render("""{{ range until 600 }}{{ if not (regexMatch (printf "^%d$" .) (toString .)) }}wrong{{ end }}{{ end }}""");

        Assert.Equal("", output);
    }
}
