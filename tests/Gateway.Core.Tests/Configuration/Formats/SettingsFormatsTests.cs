using Gateway.Core.Configuration;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Formats;

/// <summary>INI and dotenv, which settings are written in.</summary>
public sealed class SettingsFormatsTests
{
    [Theory]
    [Spec("CFG-118")]
    [InlineData("a = 1\n[s]\nb: x y\n[s.t]\nc=\n; c\n# c\n[s]\nd = 2", """{"a":"1","s":{"b":"x y","d":"2","t":{"c":""}}}""")]
    [InlineData("a = \"x ; y\" ; c\nb = 'q'\nc = x#y ;z\nd = http://h/#f", """{"a":"x ; y","b":"q","c":"x#y","d":"http://h/#f"}""")]
    [InlineData("[ empty ]\r\n\r\n", """{"empty":{}}""")]
    [InlineData("", "{}")]
    public void Reads_ini(string text, string json) => Assert.Equal(json, Documents.Json(text, ConfigFormat.Ini));

    [Theory]
    [InlineData("a", "f:1:1: expected \"=\" behind the key")]
    [InlineData("= 1", "f:1:1: expected a key before the \"=\"")]
    [InlineData("[a", "f:1:1: the name of the section has no \"]\"")]
    [InlineData("[a..b]", "f:1:1: a section has an empty name")]
    [InlineData("[a] b = 1", "f:1:5: expected the end of the line, not \"b\"")]
    [InlineData("a = \"x", "f:1:5: the text in quotes has no end on its line")]
    [InlineData("a = 1\n[a]", "f:2:1: \"a\" is an object here, but it has a value since line 1")]
    public void Says_what_is_wrong_in_ini(string text, string error) => Assert.Equal(error, Documents.Error(text, ConfigFormat.Ini));

    [Theory]
    [Spec("CFG-118")]
    [InlineData("A=1\nexport B=x y # c\nC = x#y\n# c\n\nD=", """{"A":"1","B":"x y","C":"x#y","D":""}""")]
    [InlineData("A=\"x\\n\\\"y\\\" # no\" # c\nB='x\\n#'\nC=\"l1\nl2\"\nD=`t`\nE=$A", """{"A":"x\n\"y\" # no","B":"x\\n#","C":"l1\nl2","D":"t","E":"$A"}""")]
    [InlineData("exported=1\r\nB: 2\r\n", """{"B":"2","exported":"1"}""")]
    public void Reads_dotenv(string text, string json) => Assert.Equal(json, Documents.Json(text, ConfigFormat.DotEnv));

    [Theory]
    [InlineData("A", "f:1:2: expected \"=\" behind the name of the variable, not the end of the file")]
    [InlineData("=x", "f:1:1: expected the name of a variable, not \"=\"")]
    [InlineData("A=\"x", "f:1:3: the text that begins here has no \" at its end")]
    [InlineData("A=\"x\" y", "f:1:7: expected the end of the line, not \"y\"")]
    public void Says_what_is_wrong_in_dotenv(string text, string error) => Assert.Equal(error, Documents.Error(text, ConfigFormat.DotEnv));

    [Theory]
    [Spec("CFG-118")]
    [InlineData("a.json", ConfigFormat.Json)]
    [InlineData("a.prod.YAML", ConfigFormat.Yaml)]
    [InlineData("a.yml", ConfigFormat.Yaml)]
    [InlineData("a.toml", ConfigFormat.Toml)]
    [InlineData("a.tml", ConfigFormat.Toml)]
    [InlineData("a.ini", ConfigFormat.Ini)]
    [InlineData(".env", ConfigFormat.DotEnv)]
    [InlineData("a.dotenv", ConfigFormat.DotEnv)]
    [InlineData("a.properties", ConfigFormat.Properties)]
    [InlineData("a.prop", ConfigFormat.Properties)]
    [InlineData("a.props", ConfigFormat.Properties)]
    [InlineData("a.hcl", ConfigFormat.Hcl)]
    [InlineData("a.tmpl", null)]
    [InlineData("json", null)]
    public void The_extension_names_the_format(string file, ConfigFormat? format) => Assert.Equal(format, ConfigFormats.OfExtension(file));

    [Fact]
    [Spec("CFG-118")]
    public void The_top_level_may_be_a_list() => Assert.Equal("[1,2]", Documents.Json("- 1\n- 2", ConfigFormat.Yaml));
}
