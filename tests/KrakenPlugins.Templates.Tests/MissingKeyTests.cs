using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Templates.Tests;

[Spec("CFG-090")]
public sealed class MissingKeyTests
{
    public static TheoryData<string, MissingKey, string> Cases => new()
    {
        { "{{.x}} {{.y}}", MissingKey.Default, "99 <no value>" },
        { "{{.x}} {{.y}}|", MissingKey.Zero, "99 |" },
        { "{{.x}} {{.y}}", MissingKey.Error, "error: template: t:1:9: executing \"t\" at <.y>: map has no entry for key \"y\"" },
        { "{{.y.z}}|{{$.y.z}}|{{(.y).z}}", MissingKey.Default, "<no value>|<no value>|<no value>" },
        { "{{.y.z}}|{{$.y.z}}|", MissingKey.Zero, "||" },
        { "{{.y.z}}", MissingKey.Error, "error: template: t:1:4: executing \"t\" at <.y.z>: map has no entry for key \"y\"" },
        { "{{if .y}}a{{else}}b{{end}}", MissingKey.Zero, "b" },
        { "{{if .y}}a{{end}}", MissingKey.Error, "error: template: t:1:5: executing \"t\" at <.y>: map has no entry for key \"y\"" },
        { "{{with .m}}{{.q}}{{end}}", MissingKey.Error, "error: template: t:1:13: executing \"t\" at <.q>: map has no entry for key \"q\"" },
        { "{{index . \"y\"}}", MissingKey.Error, "<no value>" },
        { "{{.null}}", MissingKey.Error, "<no value>" },
        { "{{.null}}", MissingKey.Zero, "<no value>" },
        { "{{eq .y \"\"}}", MissingKey.Zero, "true" },
        { "{{define \"d\"}}{{.k}}{{end}}{{template \"d\"}}", MissingKey.Error, "error: template: t:1:16: executing \"d\" at <.k>: nil data; no entry for key \"k\"" },
        { "{{range .y}}a{{else}}b{{end}}", MissingKey.Default, "b" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_missing_key_is_absent_empty_or_an_error(string template, MissingKey mode, string expected) =>
        Assert.Equal(expected, Go.Render(template, "{\"x\":99,\"m\":{\"a\":1},\"null\":null}", new TemplateOptions { MissingKey = mode }));
}
