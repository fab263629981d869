using System.Text;
using Gateway.Core.Plugins;
using Gateway.Fips;
using Gateway.Testing;
using Gateway.Tests.Audit;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Tests.Fips;

/// <summary>Rules of manifests about algorithms that are not approved, and the setting that switches them on.</summary>
public sealed class FipsRuleTests
{
    private const string Config = """
        {"version":3,"extra_config":{"auth/api-keys":{"hash":"sha1","keys":[{"key":"s3cret"}]}},"endpoints":[
          {"endpoint":"/a","extra_config":{"auth/api-keys":{"hash":"sha256"}},"backend":[
            {"host":["http://a"],"url_pattern":"/","extra_config":{"workflow":{"endpoint":"/w","backend":[{"host":["http://a"],"url_pattern":"/","extra_config":{"auth/ntlm":{"user":"u"}}}]}}}]}]}
        """;

    [Fact, Spec("SEC-057")]
    public void A_rule_finds_the_values_that_it_describes_and_says_where()
    {
        var findings = Judge("""{"namespace":"auth/api-keys","when":{"properties":{"hash":{"enum":["sha1","fnv128"]}},"required":["hash"]},"attribute":"hash","message":"SHA-1 is not approved; use sha256"}""");

        var finding = Assert.Single(findings);
        Assert.Equal(("extra_config.auth/api-keys.hash", ConfigSeverity.Error, 1), (finding.Path, finding.Severity, finding.Position.Line));
        Assert.Equal("not allowed under GODEBUG=fips140=only: SHA-1 is not approved; use sha256", finding.Message);
    }

    [Theory, Spec("SEC-057")]
    [InlineData("""{"namespace":"auth/api-keys","message":"m"}""", "extra_config.auth/api-keys|endpoints[0].extra_config.auth/api-keys")]
    [InlineData("""{"namespace":"auth/api-keys","scope":"endpoint","message":"m"}""", "endpoints[0].extra_config.auth/api-keys")]
    [InlineData("""{"namespace":"auth/ntlm","message":"m"}""", "endpoints[0].backend[0].extra_config.workflow.backend[0].extra_config.auth/ntlm")]
    [InlineData("""{"namespace":"auth/basic","message":"m"}""", "")]
    public void A_rule_looks_where_it_says_workflows_included(string rule, string places)
    {
        Assert.Equal(places, string.Join('|', Judge(rule).Select(static f => f.Path)));
    }

    [Fact, Spec("SEC-057", "SEC-261")]
    public void A_rule_that_cannot_be_judged_by_refuses_what_it_is_about()
    {
        var finding = Assert.Single(Judge("""{"namespace":"auth/api-keys","when":{"type":"objekt"},"message":"m"}"""));

        Assert.Equal(ConfigSeverity.Error, finding.Severity);
        Assert.Contains("is no JSON Schema", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"namespace":"a","when":1,"message":"m"}""", "\"when\" must be a JSON Schema")]
    [InlineData("""{"namespace":"a","message":" "}""", "\"message\" must be a sentence")]
    [InlineData("""{"message":"m"}""", "namespace")]
    [InlineData("""{"namespace":"a","scope":"everywhere","message":"m"}""", "everywhere")]
    public void A_manifest_with_a_bad_rule_is_refused(string rule, string reason)
    {
        var diagnostics = new ConfigDiagnostics();

        Assert.Null(Manifest(rule, diagnostics));
        Assert.Contains(diagnostics.All, f => f.Message.Contains(reason, StringComparison.Ordinal));
    }

    [Theory, Spec("SEC-055", "SEC-260")]
    [InlineData(null, "Off", false)]
    [InlineData("", "Off", false)]
    [InlineData("http2client=0", "Off", false)]
    [InlineData("fips140", "Off", false)]
    [InlineData("fips140=on", "On", true)]
    [InlineData(" fips140 = only ,x=y", "Only", true)]
    [InlineData("fips140=only,fips140=off", "Off", true)]
    [InlineData("xfips140=on,fips140x=only", "Off", false)]
    public void The_variable_is_a_list_in_which_the_last_one_counts(string? variable, string mode, bool isNamed)
    {
        Assert.Equal(new FipsSetting(Enum.Parse<FipsMode>(mode), isNamed), FipsSetting.Parse(variable));
    }

    [Theory, Spec("SEC-055")]
    [InlineData("fips140=")]
    [InlineData("fips140=ON")]
    [InlineData("fips140=on,fips140=1")]
    public void A_mode_that_does_not_exist_is_refused(string variable)
    {
        Assert.Contains("expected off, on or only", Assert.Throws<FormatException>(() => FipsSetting.Parse(variable)).Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<ConfigDiagnostic> Judge(string rule)
    {
        var diagnostics = new ConfigDiagnostics();
        FipsRules.Judge(AuditSubject.Load(Config), [Manifest(rule, diagnostics)!], diagnostics);
        Assert.DoesNotContain(diagnostics.All, static f => f.Message.Contains("s3cret", StringComparison.Ordinal));
        return diagnostics.All;
    }

    private static PluginManifest? Manifest(string rule, ConfigDiagnostics diagnostics) => ManifestReader.Read(
        "plugin.json",
        Encoding.UTF8.GetBytes($"{{\"id\":\"a\",\"version\":\"1.0.0\",\"sdk\":\"[0.2,1.0)\",\"entry\":{{\"assembly\":\"a.dll\",\"type\":\"A\"}},\"namespaces\":[{{\"name\":\"a/b\",\"scope\":\"service\",\"layer\":\"server\"}}],\"fips\":[{rule}]}}"),
        diagnostics);
}
