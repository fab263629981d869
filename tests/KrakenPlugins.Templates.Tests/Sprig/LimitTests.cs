using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class LimitTests
{
    [Theory, Spec("CFG-098")]
    [InlineData("""{{ repeat 9223372036854775807 "ab" }}""")]
    [InlineData("""{{ repeat 20000000 "a" }}""")]
    [InlineData("""{{ indent 9223372036854775807 "a" }}""")]
    [InlineData("""{{ indent 1000000 (repeat 100 "\n") }}""")]
    [InlineData("""{{ nindent 20000000 "a" }}""")]
    [InlineData("""{{ $x := repeat 1000000 "a" }}{{ replace "a" $x $x }}""")]
    [InlineData("""{{ $x := repeat 1000000 "a" }}{{ replace "" $x $x }}""")]
    [InlineData("""{{ $x := repeat 1000000 "a" }}{{ regexReplaceAll "a" $x (cat "$0" (repeat 200 "b")) }}""")]
    [InlineData("""{{ $x := repeat 1000000 "a" }}{{ regexReplaceAllLiteral "a" $x (repeat 100 "b") }}""")]
    [InlineData("""{{ $x := repeat 1000000 "a" }}{{ wrapWith 1 (repeat 100 "b") $x }}""")]
    [InlineData("""{{ $x := repeat 1000000 "a" }}{{ join $x (until 100) }}""")]
    [InlineData("""{{ $x := repeat 1000000 "a" }}{{ $y := list $x $x $x $x $x $x }}{{ toJson (list $y $y $y $y) }}""")]
    [InlineData("""{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}""")]
    [InlineData("""{{ $x := repeat 10000000 "a" }}{{ quote $x $x }}""")]
    [InlineData("""{{ $x := repeat 10000000 "a" }}{{ squote $x $x }}""")]
    [InlineData("""{{ $x := repeat 10000000 "a" }}{{ cat $x $x }}""")]
    [InlineData("""{{ randAlpha 9223372036854775807 }}""")]
    [InlineData("""{{ randAscii 20000000 }}""")]
    [InlineData("""{{ randBytes 20000000 }}""")]
    public void A_text_beyond_16_Mi_characters_is_refused(string template) =>
        Assert.Contains("16777216", SprigTemplates.RenderError(template), StringComparison.Ordinal);

    [Theory, Spec("CFG-098")]
    [InlineData("""{{ until 9223372036854775807 }}""")]
    [InlineData("""{{ untilStep -9223372036854775807 9223372036854775807 1 }}""")]
    [InlineData("""{{ seq 2000000 }}""")]
    [InlineData("""{{ splitList "," (repeat 2000000 ",") }}""")]
    [InlineData("""{{ split "" (repeat 2000000 ",") }}""")]
    [InlineData("""{{ regexSplit "," (repeat 2000000 ",") -1 }}""")]
    [InlineData("""{{ regexFindAll "," (repeat 2000000 ",") -1 }}""")]
    [InlineData("""{{ $x := until 1000000 }}{{ concat $x $x }}""")]
    [InlineData("""{{ append (until 1048576) 1 }}""")]
    [InlineData("""{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ deepCopy $x }}""")]
    [InlineData("""{{ $x := dict "k" 1 }}{{ $y := dict "k" 2 }}{{ range until 60 }}{{ $x = dict "a" $x "b" $x }}{{ $y = dict "a" $y "b" $y }}{{ end }}{{ merge $x $y }}""")]
    public void A_list_beyond_1_Mi_elements_is_refused(string template) =>
        Assert.Contains("elements are more than the 1048576 allowed", SprigTemplates.RenderError(template), StringComparison.Ordinal);

    [Theory, Spec("CFG-098")]
    [InlineData("""{{ $a := list 1 }}{{ $b := list 1 }}{{ range until 60 }}{{ $a = list $a $a }}{{ $b = list $b $b }}{{ end }}{{ deepEqual $a $b }}""", "too large to compare")]
    [InlineData("""{{ $a := dict }}{{ $_ := set $a "s" $a }}{{ $b := dict }}{{ $_ := set $b "s" $b }}{{ deepEqual $a $b }}""", "nested more than 1000 levels")]
    [InlineData("""{{ $a := dict }}{{ $_ := set $a "s" $a }}{{ deepCopy $a }}""", "nested more than 1000 levels")]
    [InlineData("""{{ $a := dict }}{{ $_ := set $a "s" $a }}{{ $b := dict }}{{ $_ := set $b "s" $b }}{{ merge $a $b }}""", "nested more than 1000 levels")]
    [InlineData("""{{ regexMatch (repeat 100000 "a") "a" }}""", "error parsing regexp")]
    public void Work_without_end_is_refused(string template, string expected) =>
        Assert.Contains(expected, SprigTemplates.RenderError(template), StringComparison.Ordinal);

    [Fact]
    public void Functions_are_safe_for_concurrent_calls()
    {
        var functions = new FunctionTable();
        SprigFunctions.AddTo(functions, SprigTemplates.Environment);
        var set = new TemplateSet(new TemplateOptions { Functions = functions });
        set.Add("test", """{{ range until 50 }}{{ regexReplaceAll "(\\d+)" (toString .) "<$1>" }}{{ randAlpha 3 | len }}{{ date "06" now }}{{ toJson (dict "a" .) }}{{ end }}""");
        var single = Render(set);

        var results = new string[64];
        Parallel.For(0, results.Length, i => results[i] = Render(set));

        Assert.All(results, result => Assert.Equal(single, result));
    }

    private static string Render(TemplateSet set)
    {
        var output = new TemplateOutput();
        set.Render("test", TemplateValue.Nil, output, CancellationToken.None);
        return output.ToString();
    }
}
