using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class DefaultFunctionTests
{
    [Theory, Spec("CFG-103")]
    [InlineData("""{{ "" | default "foo" }}""", "foo")]
    [InlineData("""{{ default "foo" 234 }}""", "234")]
    [InlineData("""{{ default "foo" 2.34 }}""", "2.34")]
    [InlineData("""{{ .Nothing | default "123" }}""", "123")]
    [InlineData("""{{ default "123" }}""", "123")]
    [InlineData("""{{ env "P" | default "8080" }}""", "8080")]
    [InlineData("""{{ env "PORT" | default "9090" }}""", "8080")]
    [InlineData("""{{ .zero | default 7 }}{{ .no | default 7 }}{{ .nil | default 7 }}{{ .list | default 7 }}{{ .map | default 7 }}""", "77777")]
    [InlineData("""{{ .a.b.c | default "deep" }}""", "deep")]
    [InlineData("""{{ empty 1 }}{{ empty 0 }}{{ empty "" }}{{ empty 0.0 }}{{ empty false }}{{ empty .map }}{{ empty now }}""", "falsetruetruetruetruetruefalse")]
    [InlineData("""{{ empty .top.NoSuchThing }}""", "true")]
    public void A_default_stands_in_for_what_is_empty(string template, string expected) =>
        Assert.Equal(expected, SprigTemplates.Render(template, """{"zero":0,"no":false,"nil":null,"list":[],"map":{}}"""));

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ coalesce 1 }}""", "1")]
    [InlineData("""{{ coalesce "" 0 nil 2 }}""", "2")]
    [InlineData("""{{ $two := 2 }}{{ coalesce "" $two 3 }}""", "2")]
    [InlineData("""{{ coalesce }}""", "<no value>")]
    [InlineData("""{{ coalesce .top.x .bottom "airplane" }}""", "airplane")]
    [InlineData("""{{ all 1 }} {{ all "" 0 nil 2 }} {{ all }} {{ all "a" true (list 1) }}""", "true false true true")]
    [InlineData("""{{ any 1 }} {{ any "" 0 nil 2 }} {{ any }} {{ any "" 0 0.0 }}""", "true true false false")]
    [InlineData("""{{ true | ternary "foo" "bar" }} {{ ternary "foo" "bar" false }}""", "foo bar")]
    [InlineData("""{{ list 1 0 "" "hello" | compact }}""", "[1 hello]")]
    [InlineData("""{{ list "" "" | mustCompact }}""", "[]")]
    public void Values_are_chosen(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-109")]
    [InlineData("""{{ fail "This is an error!" }}""", "This is an error!")]
    [InlineData("""{{ if not .port }}{{ fail (printf "no port in %s" "service") }}{{ end }}""", "no port in service")]
    public void Fail_stops_with_its_message(string template, string expected)
    {
        var message = SprigTemplates.RenderError(template);

        Assert.StartsWith("template: test:1:", message, StringComparison.Ordinal);
        Assert.EndsWith(expected, message, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-102")]
    [InlineData("""{{ env "X" }}|{{ env "ABSENT" }}|{{ env "EMPTY" }}""", "value||")]
    [InlineData("""{{ expandenv "a$X" }} {{ expandenv "a${X}b" }} {{ expandenv "$ABSENT." }}""", "avalue avalueb .")]
    [InlineData("""{{ expandenv "$" }} {{ expandenv "a$ b" }} {{ expandenv "${}x" }} {{ expandenv "${X" }} {{ expandenv "no" }}""", "$ a$ b x X no")]
    [InlineData("""{{ expandenv "$X/$X-$1$$" }}""", "value/value-")]
    public void Environment_variables_are_read(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ base "foo/bar" }} {{ base "" }} {{ base "/" }} {{ base "a/b//" }}""", "bar . / b")]
    [InlineData("""{{ dir "foo/bar/baz" }} {{ dir "a" }} {{ dir "/a" }} {{ dir "" }}""", "foo/bar . / .")]
    [InlineData("""{{ clean "/foo/../foo/../bar" }} {{ clean "a//b/./c/.." }} {{ clean "../../a" }} {{ clean "/../a" }} {{ clean "a/../.." }}""", "/bar a/b ../../a /a ..")]
    [InlineData("""{{ clean "" }} {{ clean "/" }} {{ clean "a/.." }}""", ". / .")]
    [InlineData("""{{ ext "/foo/bar/baz.txt" }} {{ ext "a.b/c" }}|{{ ext "x.tar.gz" }}""", ".txt |.gz")]
    [InlineData("""{{ isAbs "/foo" }} {{ isAbs "foo" }}""", "true false")]
    [InlineData("""{{ osBase "foo/bar" }} {{ osDir "foo/bar/baz" }} {{ osExt "a.txt" }} {{ osClean "a/../b" }} {{ osIsAbs "/a" }}""", "bar foo/bar .txt b true")]
    public void Paths_are_taken_apart(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ typeOf 1 }} {{ typeOf .n }} {{ typeOf "a" }} {{ typeOf true }} {{ typeOf nil }}""", "int float64 string bool <nil>")]
    [InlineData("""{{ typeOf (dict) }} {{ typeOf (list) }} {{ typeOf . }}""", "map[string]interface {} []interface {} map[string]interface {}")]
    [InlineData("""{{ typeOf now }} {{ typeOf (semver "1.2.3") }} {{ typeOf (splitList "," "a") }}""", "time.Time *semver.Version []string")]
    [InlineData("""{{ kindOf 1 }} {{ kindOf .n }} {{ kindOf "a" }} {{ kindOf true }} {{ kindOf nil }}""", "int float64 string bool invalid")]
    [InlineData("""{{ kindOf (dict) }} {{ kindOf (list) }} {{ kindOf now }} {{ kindOf (semver "1.2.3") }}""", "map slice struct ptr")]
    [InlineData("""{{ kindIs "int" 123 }} {{ kindIs "int64" (add 1 2) }} {{ kindIs "float64" .n }} {{ kindIs "string" 1 }}""", "true true true false")]
    [InlineData("""{{ typeIs "string" "a" }} {{ typeIs "int64" (int64 1) }} {{ typeIs "int" 1.5 }}""", "true true false")]
    [InlineData("""{{ typeIsLike "string" "a" }} {{ typeIsLike "semver.Version" (semver "1.2.3") }} {{ typeIs "semver.Version" (semver "1.2.3") }}""", "true true false")]
    [InlineData("""{{ deepEqual (list 1 2 3) (list 1 2 3) }} {{ deepEqual (list 1 2) (list 2 1) }} {{ deepEqual "a" 1 }}""", "true false false")]
    [InlineData("""{{ deepEqual .n 5 }} {{ deepEqual (dict "a" (list 5)) (dict "a" .l) }} {{ deepEqual nil .absent }}""", "true true true")]
    [InlineData("""{{ deepEqual (dict "a" 1) (dict "b" 1) }} {{ deepEqual (dict "a" 1) (dict "a" 1 "b" 2) }}""", "false false")]
    public void Types_have_the_names_of_Go(string template, string expected) =>
        Assert.Equal(expected, SprigTemplates.Render(template, """{"n":5,"l":[5]}"""));

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ if kindIs "map" .m }}{{ range $k, $v := .m }}{{ $k }}={{ $v }};{{ end }}{{ end }}""", "a=1;b=2;")]
    public void Kinds_steer_templates(string template, string expected) =>
        Assert.Equal(expected, SprigTemplates.Render(template, """{"m":{"b":2,"a":1}}"""));
}
