using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests.Sprig;

public sealed class UrlAndVersionTests
{
    [Theory, Spec("CFG-112")]
    [InlineData("proto://auth@host:80/path?query#fragment", "proto|auth|host:80|host|/path|query||fragment")]
    [InlineData("proto://host:80/path", "proto||host:80|host|/path|||")]
    [InlineData("something", "||||something|||")]
    [InlineData("proto://user:passwor%20d@host:80/path", "proto|user:passwor%20d|host:80|host|/path|||")]
    [InlineData("proto://host:80/pa%20th?key=val%20ue", "proto||host:80|host|/pa th|key=val%20ue||")]
    [InlineData("mailto:a@b.c", "mailto||||||a@b.c|")]
    [InlineData("HTTP://[::1]:8080/", "http||[::1]:8080|::1|/|||")]
    [InlineData("//host/a", "||host|host|/a|||")]
    [InlineData("/a:b?x=1&y=%zz", "||||/a:b|x=1&y=%zz||")]
    public void URLs_are_taken_apart_and_put_together(string url, string parts)
    {
        const string Template = """{{ $u := urlParse . }}{{ list $u.scheme $u.userinfo $u.host $u.hostname $u.path $u.query $u.opaque $u.fragment | join "|" }}""";
        var dot = TemplateValue.From(url);

        Assert.Equal(parts, SprigTemplates.Render(Template, dot));
        Assert.Equal(url.Replace("HTTP", "http", StringComparison.Ordinal), SprigTemplates.Render("{{ urlJoin (urlParse .) }}", dot));
    }

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ urlJoin (dict "fragment" "fragment" "host" "host:80" "path" "/path" "query" "query" "scheme" "proto") }}""", "proto://host:80/path?query#fragment")]
    [InlineData("""{{ urlJoin (dict "fragment" "fragment" "host" "host:80" "path" "/path" "scheme" "proto" "userinfo" "ASDJKJSD") }}""", "proto://ASDJKJSD@host:80/path#fragment")]
    [InlineData("""{{ urlJoin (dict "scheme" "https" "host" "a.b" "path" "x y/ñ") }}""", "https://a.b/x%20y/%C3%B1")]
    [InlineData("""{{ urlJoin (dict "path" "a:b/c") }}""", "./a:b/c")]
    [InlineData("""{{ urlJoin (dict) }}""", "")]
    [InlineData("""{{ index (urlParse "proto://auth@host:80/path?query#fragment") "host" }}""", "host:80")]
    public void URLs_are_joined(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory]
    [InlineData("""{{ urlParse ":foo" }}""", "missing protocol scheme")]
    [InlineData("""{{ urlParse "http://[::1" }}""", "missing ']' in host")]
    [InlineData("""{{ urlParse "http://a:b/" }}""", "invalid port \":b\" after host")]
    [InlineData("""{{ urlParse "/%zz" }}""", "invalid URL escape \"%zz\"")]
    [InlineData("""{{ urlParse "a:b\n" }}""", "invalid control character in URL")]
    [InlineData("""{{ urlParse "1a:b" }}""", "first path segment in URL cannot contain colon")]
    [InlineData("""{{ urlParse "http://a b/" }}""", "in host name")]
    [InlineData("""{{ urlParse "http://u ser@h/" }}""", "invalid userinfo")]
    [InlineData("""{{ urlJoin (dict "host" 5) }}""", "unable to parse host key, must be of type string, but int found")]
    public void What_is_no_URL_is_an_error(string template, string expected) =>
        Assert.Contains(expected, SprigTemplates.RenderError(template), StringComparison.Ordinal);

    [Theory, Spec("CFG-111")]
    [InlineData("""{{ getHostByName "db.internal" }}""", "10.0.0.7")]
    public void A_host_name_is_resolved(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Fact, Spec("CFG-111")]
    public void A_host_name_without_an_address_is_an_error() =>
        Assert.Contains("\"nowhere.internal\" has no address", SprigTemplates.RenderError("""{{ getHostByName "nowhere.internal" }}"""), StringComparison.Ordinal);

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ $s := semver "1.2.3-beta.1+c0ff33" }}{{ $s.Major }} {{ $s.Minor }} {{ $s.Patch }} {{ $s.Prerelease }} {{ $s.Metadata }} {{ $s }}""", "1 2 3 beta.1 c0ff33 1.2.3-beta.1+c0ff33")]
    [InlineData("""{{ semver "1.2.3" | (semver "1.2.3").Compare }} {{ semver "1.2.3" | (semver "1.3.3").Compare }} {{ semver "1.4.3" | (semver "1.2.3").Compare }}""", "0 1 -1")]
    [InlineData("""{{ semver "v1.2" }} {{ (semver "v1.2").Original }} {{ semver "7" }}""", "1.2.0 v1.2 7.0.0")]
    [InlineData("""{{ (semver "1.2.3").IncPatch }} {{ (semver "1.2.3-a").IncPatch }} {{ (semver "1.2.3").IncMinor }} {{ (semver "1.2.3").IncMajor }}""", "1.2.4 1.2.3 1.3.0 2.0.0")]
    [InlineData("""{{ $a := semver "1.0.0-alpha" }}{{ $b := semver "1.0.0-alpha.1" }}{{ $a.LessThan $b }} {{ $a.GreaterThan $b }} {{ $a.Equal $a }}""", "true false true")]
    [InlineData("""{{ (semver "1.0.0-alpha.beta").Compare (semver "1.0.0-alpha.1") }} {{ (semver "1.0.0-rc.11").Compare (semver "1.0.0-rc.2") }} {{ (semver "1.0.0").Compare (semver "1.0.0-rc.1") }}""", "1 1 1")]
    public void Versions_are_read_and_compared(string template, string expected) => Assert.Equal(expected, SprigTemplates.Render(template));

    [Theory, Spec("CFG-112")]
    [InlineData("""{{ semverCompare "badConstraint" "1.2.3" }}""", "improper constraint: badConstraint")]
    [InlineData("""{{ semverCompare ">= 1.2.3~ 2" "1.2.3" }}""", "improper constraint")]
    [InlineData("""{{ semverCompare "12.3.4.1234" "1.2.3" }}""", "improper constraint")]
    [InlineData("""{{ semverCompare "v1.2.3-beta.01" "1.2.3" }}""", "improper constraint")]
    [InlineData("""{{ semverCompare "1.2.0" "badVersion" }}""", "invalid semantic version: \"badVersion\"")]
    [InlineData("""{{ semver "1.2.3.4" }}""", "invalid semantic version")]
    [InlineData("""{{ semver "1.2.3-01" }}""", "invalid semantic version")]
    [InlineData("""{{ semver "1.-2" }}""", "invalid semantic version")]
    [InlineData("""{{ semver "" }}""", "invalid semantic version")]
    public void What_is_no_version_is_an_error(string template, string expected) =>
        Assert.Contains(expected, SprigTemplates.RenderError(template), StringComparison.Ordinal);

    [Theory, Spec("CFG-112")]
    [MemberData(nameof(VersionConstraintCases.All), MemberType = typeof(VersionConstraintCases))]
    public void A_version_meets_a_constraint_or_not(string constraint, string version, bool expected)
    {
        var dot = new TemplateMap();
        dot.Set("constraint", TemplateValue.From(constraint));
        dot.Set("version", TemplateValue.From(version));

        Assert.Equal(expected ? "true" : "false", SprigTemplates.Render("{{ semverCompare .constraint .version }}", TemplateValue.From(dot)));
    }
}
