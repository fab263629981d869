using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class CaseFunctionTests
{
    [Theory, Spec("CFG-112")]
    [InlineData("""{{ upper "hello ñ" }}""", "HELLO Ñ")]
    [InlineData("""{{ lower "HELLO Ñ" }}""", "hello ñ")]
    [InlineData("""{{ lower "I" }}{{ upper "i" }}""", "iI")]
    [InlineData("""{{ title "hello world" }}""", "Hello World")]
    [InlineData("""{{ title "it's one-two three_four" }}""", "It'S One-Two Three_four")]
    [InlineData("""{{ untitle "First Try" }}""", "first try")]
    [InlineData("""{{ untitle "Hello  World" }}""", "hello  world")]
    [InlineData("""{{ swapcase "This Is A.Test" }}""", "tHIS iS a.tEST")]
    [InlineData("""{{ initials "First Try" }}""", "FT")]
    [InlineData("""{{ initials "  one two\tthree" }}""", "ott")]
    public void Case_changes(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-112")]
    [InlineData("FirstName", "first_name")]
    [InlineData("HTTPServer", "http_server")]
    [InlineData("_camelCase", "_camel_case")]
    [InlineData("NoHTTPS", "no_https")]
    [InlineData("Wi_thF", "wi_th_f")]
    [InlineData("_AnotherTES_TCaseP", "_another_tes_t_case_p")]
    [InlineData("ALL", "all")]
    [InlineData("_HELLO_WORLD_", "_hello_world_")]
    [InlineData("HELLO____WORLD", "hello____world")]
    [InlineData("TW", "tw")]
    [InlineData("_C", "_c")]
    [InlineData("http2xx", "http_2xx")]
    [InlineData("HTTP2XX", "http2_xx")]
    [InlineData("HTTP20xOK", "http_20x_ok")]
    [InlineData("HTTP20xStatus", "http_20x_status")]
    [InlineData("HTTP-20xStatus", "http_20x_status")]
    [InlineData("a", "a")]
    [InlineData("Duration2m3s", "duration_2m3s")]
    [InlineData("Bld4Floor3rd", "bld4_floor_3rd")]
    [InlineData(" _-_ ", "_____")]
    [InlineData("a1b2c3d", "a_1b2c3d")]
    [InlineData("A//B%%2c", "a//b%%2c")]
    [InlineData("HTTP状态码404/502Error", "http_状态码404/502_error")]
    [InlineData("中文(字符)", "中文(字符)")]
    [InlineData("混合ABCWords与123数字456", "混合_abc_words_与123_数字456")]
    [InlineData("  sentence case  ", "__sentence_case__")]
    [InlineData(" Mixed-hyphen case _and SENTENCE_case and UPPER-case", "_mixed_hyphen_case__and_sentence_case_and_upper_case")]
    [InlineData("FROM CamelCase to snake/kebab-case", "from_camel_case_to_snake/kebab_case")]
    [InlineData("", "")]
    [InlineData("abc_123_def", "abc_123_def")]
    [InlineData("GO PATH", "go_path")]
    [InlineData("GO-PATH", "go_path")]
    public void Names_become_snake_and_kebab_case(string name, string snake)
    {
        var dot = TemplateValue.From(name);

        Assert.Equal(snake, SprigTemplates.Render("{{ snakecase . }}", dot));
        Assert.Equal(snake.Replace('_', '-'), SprigTemplates.Render("{{ kebabcase . }}", dot));
    }

    [Theory, Spec("CFG-112")]
    [InlineData("http_server", "HttpServer")]
    [InlineData("_camel_case", "_CamelCase")]
    [InlineData("no_https", "NoHttps")]
    [InlineData("_complex__case_", "_Complex_Case_")]
    [InlineData(" complex -case ", " Complex Case ")]
    [InlineData("all", "All")]
    [InlineData("GOLANG_IS_GREAT", "GOLANGISGREAT")]
    [InlineData("GOLANG", "GOLANG")]
    [InlineData("a", "A")]
    [InlineData("好", "好")]
    [InlineData("FROM CamelCase to snake/kebab-case", "FROMCamelCaseToSnake/kebabCase")]
    [InlineData("", "")]
    public void Names_become_camel_case(string name, string camel) =>
        Assert.Equal(camel, SprigTemplates.Render("{{ camelcase . }}", TemplateValue.From(name)));
}
