using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("config-file-tests");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Loads_a_file()
    {
        var result = ConfigLoader.Load(Write("krakend.json", "\ufeff{\"version\": 3, \"name\": \"n\"}"), new LoadOptions());

        Assert.Equal("n", result.Config!.Name);
    }

    [Theory]
    [Spec("CFG-003", "CFG-004")]
    [InlineData("", "the document is empty")]
    [InlineData("[]", "a configuration is an object")]
    [InlineData("{\"version\": 3,}", ":1:15: trailing comma before \"}\"")]
    public void Names_the_file_that_holds_no_configuration(string content, string expected)
    {
        var path = Write("krakend.json", content);

        var result = ConfigLoader.Load(path, new LoadOptions());

        Assert.Null(result.Config);
        Assert.StartsWith(path, result.Findings(ConfigSeverity.Error), StringComparison.Ordinal);
        Assert.Contains(expected, result.Findings(ConfigSeverity.Error), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("CFG-005", "CFG-142")]
    public void Names_a_file_that_cannot_be_read()
    {
        var absolute = Path.GetFullPath("missing-folder/krakend.json");

        Assert.Equal($"missing-folder/krakend.json: cannot read the configuration: no such file or directory ({absolute})", Error("missing-folder/krakend.json"));
        Assert.Contains("is a directory", Error(_folder.FullName), StringComparison.Ordinal);
        Assert.Contains("cannot read the configuration", Error(""), StringComparison.Ordinal);
        Assert.Contains("cannot read the configuration", Error("a\0b"), StringComparison.Ordinal);
    }

    [Theory]
    [Spec("CFG-023")]
    [InlineData("krakend.yaml", "version: 3\nname: n")]
    [InlineData("krakend.YML", "version: 3\nname: n")]
    [InlineData("krakend.toml", "version = 3\nname = \"n\"")]
    [InlineData("krakend.properties", "version=3\nname=n")]
    [InlineData("krakend.Prop", "version=3\nname=n")]
    [InlineData("krakend.props", "version=3\nname=n")]
    [InlineData("krakend.hcl", "version = 3\nname = \"n\"")]
    public void The_extension_names_the_format(string name, string content) =>
        Assert.Equal("n", ConfigLoader.Load(Write(name, content), new LoadOptions()).Config!.Name);

    [Fact]
    [Spec("CFG-023", "CFG-028")]
    public void A_document_of_another_format_than_its_extension_names_is_refused()
    {
        Assert.Contains(":1:1: expected a key", Error(Write("krakend.toml", "{\"version\": 3}")), StringComparison.Ordinal);
        Assert.Contains(":1:1: expected a value", Error(Write("krakend.json", "version: 3")), StringComparison.Ordinal);
        Assert.Contains(":1:1: expected a name", Error(Write("krakend.hcl", "{\"version\": 3}")), StringComparison.Ordinal);
    }

    [Theory]
    [Spec("CFG-023")]
    [InlineData("krakend")]
    [InlineData("krakend.tmpl")]
    [InlineData("krakend.JSON")]
    public void Every_other_extension_is_json(string name) =>
        Assert.NotNull(ConfigLoader.Load(Write(name, """{"version": 3}"""), new LoadOptions()).Config);

    private static string Error(string path) => ConfigLoader.Load(path, new LoadOptions()).Findings(ConfigSeverity.Error);

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
