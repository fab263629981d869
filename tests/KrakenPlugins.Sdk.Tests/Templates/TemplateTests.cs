using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Sdk.Tests.Templates;

/// <summary>The templates as files: what any engine that replaces their tokens relies on.</summary>
public sealed class TemplateTests
{
    private static readonly string s_folder = Path.Combine(RepositoryRoot.Find(), "sdk", "templates");

    private static string[] KindNames => [.. Directory.GetDirectories(Path.Combine(s_folder, "kinds")).Select(static d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Kinds => [.. KindNames];

    [Fact]
    public void There_is_one_for_every_kind() => Assert.Equal(
        ["backend", "client", "encoding", "endpoint", "executor", "http-client", "http-server", "middleware", "modifier", "proxy", "server"], KindNames);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Its_manifest_is_one_that_the_gateway_reads_once_the_build_has_completed_it(string kind)
    {
        var text = Instantiate(File.ReadAllText(Path.Combine(s_folder, "kinds", kind, "Acme.Sample", "plugin.json"))).Replace("\"$(Version)\"", "\"1.0.0\",\"sdk\":\"[0.2,1.0)\"", StringComparison.Ordinal);
        var diagnostics = new ConfigDiagnostics();

        var manifest = ManifestReader.Read("plugin.json", Encoding.UTF8.GetBytes(text), diagnostics);

        Assert.Empty(diagnostics.All);
        Assert.Equal("contoso.audit", manifest!.Id);
        Assert.Equal("Contoso.Audit.AuditPlugin", manifest.Entry.Type);
        Assert.All(manifest.Namespaces.Select(static n => n.Schema).Concat(manifest.Plugins.Select(static p => p.Schema)),
            schema => JsonDocument.Parse(File.ReadAllText(Path.Combine(s_folder, "kinds", kind, "Acme.Sample", schema))).Dispose());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Its_definition_knows_the_tokens_and_the_version_of_the_sdk(string kind)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(s_folder, "kinds", kind, ".template.config", "template.json")));
        var symbols = document.RootElement.GetProperty("symbols");

        Assert.Equal("kraken-" + kind, document.RootElement.GetProperty("shortName").GetString());
        Assert.Equal("Acme.Sample", document.RootElement.GetProperty("sourceName").GetString());
        Assert.Equal(typeof(GatewayPlugin).Assembly.GetName().Version!.ToString(3), symbols.GetProperty("sdkVersion").GetProperty("defaultValue").GetString());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void It_has_a_plugin_a_readme_and_tests_and_its_texts_are_plain(string kind)
    {
        var files = Directory.GetFiles(Path.Combine(s_folder, "kinds", kind), "*", SearchOption.AllDirectories).Concat(Directory.GetFiles(Path.Combine(s_folder, "common"), "*", SearchOption.AllDirectories)).ToArray();

        Assert.Contains(files, static f => f.EndsWith("SamplePlugin.cs", StringComparison.Ordinal));
        Assert.Contains(files, static f => f.EndsWith("SampleTests.cs", StringComparison.Ordinal));
        Assert.Contains(files, static f => f.EndsWith("README.md", StringComparison.Ordinal));
        Assert.All(files, static f => Assert.DoesNotContain('\r', File.ReadAllText(f)));
    }

    [Fact]
    public void Its_test_project_uses_the_versions_that_this_repository_uses()
    {
        var central = XDocument.Load(Path.Combine(RepositoryRoot.Find(), "Directory.Packages.props")).Descendants("PackageVersion").ToDictionary(static p => (string)p.Attribute("Include")!, static p => (string)p.Attribute("Version")!);
        var used = XDocument.Load(Path.Combine(s_folder, "common", "Acme.Sample.Tests", "Acme.Sample.Tests.csproj")).Descendants("PackageReference").Where(static p => !((string)p.Attribute("Include")!).StartsWith("Kraken", StringComparison.Ordinal));

        Assert.All(used, package => Assert.Equal(central[(string)package.Attribute("Include")!], (string)package.Attribute("Version")!));
    }

    /// <summary>The rule of the templates' README: one pass, the longest token first.</summary>
    private static string Instantiate(string text) => Regex.Replace(text, @"Acme\.Sample|acme\.sample|acme/sample|0\.0\.0-sdk|Sample", static token => token.Value switch
    {
        "Acme.Sample" => "Contoso.Audit",
        "acme.sample" => "contoso.audit",
        "acme/sample" => "contoso/audit",
        "Sample" => "Audit",
        _ => "0.6.0",
    });
}
