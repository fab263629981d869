using System.Globalization;
using System.Text.Json;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration.Formats;

/// <summary>The public cases of TOML 1.0 (tests/fixtures/toml-test).</summary>
public sealed class TomlSuiteTests
{
    private static readonly string s_folder = Folder();

    public static TheoryData<string> Valid => Cases("valid");

    public static TheoryData<string> Invalid => Cases("invalid");

    [Theory]
    [MemberData(nameof(Valid))]
    public void Reads_what_is_valid(string name)
    {
        var diagnostics = new ConfigDiagnostics();
        var expected = File.ReadAllText(Path.ChangeExtension(Path.Combine(s_folder, name), ".json"));

        var node = ConfigFormats.Read(name, File.ReadAllBytes(Path.Combine(s_folder, name)), ConfigFormat.Toml, diagnostics);

        if (HoldsInfinity(expected))
        {
            Assert.Contains("is no number that a configuration can hold", Assert.Single(diagnostics.All).Message, StringComparison.Ordinal);
            return;
        }
        Assert.Equal("", Loading.Text(diagnostics));
        using var document = JsonDocument.Parse(expected);
        AssertSame(document.RootElement, node!, "");
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Refuses_what_is_invalid_and_says_where(string name)
    {
        var content = File.ReadAllBytes(Path.Combine(s_folder, name));
        var diagnostics = new ConfigDiagnostics();

        var node = ConfigFormats.Read(name, content, ConfigFormat.Toml, diagnostics);

        Assert.Null(node);
        var error = Assert.Single(diagnostics.All);
        Assert.InRange(error.Position.Line, 1, content.Count(static b => b == '\n') + 1);
        Assert.True(error.Position.Column >= 1);
    }

    private static bool HoldsInfinity(string json) =>
        json.Contains("\"float\"", StringComparison.Ordinal) && (json.Contains("inf\"", StringComparison.Ordinal) || json.Contains("nan\"", StringComparison.Ordinal));

    private static void AssertSame(JsonElement expected, ConfigNode actual, string path)
    {
        if (expected.ValueKind == JsonValueKind.Array)
        {
            Assert.Equal(ConfigKind.Array, actual.Kind);
            Assert.Equal(expected.GetArrayLength(), actual.Items.Count);
            for (var i = 0; i < actual.Items.Count; i++)
                AssertSame(expected[i], actual.Items[i], $"{path}[{i}]");
        }
        else if (expected.EnumerateObject().Count() == 2 && expected.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String)
        {
            Assert.Equal((path, Shown(type.GetString()!, expected.GetProperty("value").GetString()!)), (path, Shown(type.GetString()!, actual.Text)));
            Assert.Equal(type.GetString() switch { "integer" or "float" => ConfigKind.Number, "bool" => ConfigKind.Boolean, _ => ConfigKind.String }, actual.Kind);
        }
        else
        {
            Assert.Equal(ConfigKind.Object, actual.Kind);
            Assert.Equal(expected.EnumerateObject().Select(static p => p.Name).Order(StringComparer.Ordinal), actual.Members.Select(static m => m.Name).Order(StringComparer.Ordinal));
            foreach (var member in expected.EnumerateObject())
                AssertSame(member.Value, actual.Members.Single(m => m.Name == member.Name).Value, $"{path}.{member.Name}");
        }
    }

    /// <summary>Floats by value; the suite writes fractions of a second with at least three digits.</summary>
    private static string Shown(string type, string text) => type switch
    {
        "float" => double.Parse(text, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
        "datetime" or "datetime-local" or "time-local" => System.Text.RegularExpressions.Regex.Replace(text, @"(\.\d*?)0*(?=\D|$)", "$1").Replace(".", "", StringComparison.Ordinal),
        _ => text,
    };

    private static TheoryData<string> Cases(string kind)
    {
        var cases = new TheoryData<string>();
        foreach (var file in Directory.GetFiles(Path.Combine(s_folder, kind), "*.toml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            cases.Add(Path.GetRelativePath(s_folder, file));
        return cases;
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "KrakenPlugins.sln")))
                return Path.Combine(folder.FullName, "tests", "fixtures", "toml-test");
        }
        throw new InvalidOperationException("the tests do not run inside of the repository");
    }
}
