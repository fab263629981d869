using System.Text;
using Gateway.Core.Plugins;
using KrakenPlugins.Sdk.Configuration;

namespace Gateway.Plugins.Tests;

/// <summary>What a manifest may say.</summary>
public sealed class ManifestTests
{
    private const string Good = """
        {
          "id": "acme.audit",
          "version": "1.2.0",
          "sdk": "[0.1,1.0)",
          "entry": { "assembly": "Acme.Audit.dll", "type": "Acme.Audit.AuditPlugin" },
          "namespaces": [ { "name": "acme/audit", "scope": "endpoint", "layer": "proxy", "schema": "audit.schema.json" } ]
        }
        """;

    [Fact]
    public void A_good_manifest_is_read_without_a_word()
    {
        var found = new ConfigDiagnostics();

        var manifest = ManifestReader.Read("plugin.json", Encoding.UTF8.GetBytes(Good), found);

        Assert.Empty(found.All);
        Assert.Equal(("acme.audit", "dotnet", "Acme.Audit.dll", "audit.schema.json"), (manifest!.Id, manifest.Runtime, manifest.Entry.Assembly, manifest.Namespaces[0].Schema));
    }

    [Theory]
    [InlineData("\"acme.audit\"", "\"../evil\"", "2:9 id: \"../evil\" is no id")]
    [InlineData("\"acme.audit\"", "\".hidden\"", "is no id")]
    [InlineData("\"1.2.0\"", "\"one\"", "3:14 version: \"one\" is no version like 1.2.3")]
    [InlineData("\"[0.1,1.0)\"", "\"latest\"", "4:10 sdk: \"latest\" is no range of versions")]
    [InlineData("\"Acme.Audit.dll\"", "\"../Acme.Audit.dll\"", "is no path inside of the plugin's folder")]
    [InlineData("\"Acme.Audit.dll\"", "\"/etc/passwd\"", "is no path inside of the plugin's folder")]
    [InlineData("\"Acme.Audit.dll\"", "\"Acme.Audit.exe\"", "is no .NET assembly (.dll)")]
    [InlineData("\"proxy\"", "\"prxy\"", "\"prxy\"")]
    [InlineData("\"proxy\"", "\"client\"", "the layer \"client\" does not exist in the scope \"endpoint\"")]
    [InlineData("\"acme/audit\"", "\"router\"", "belongs to the gateway itself")]
    [InlineData("\"audit.schema.json\"", "\"..\\\\x.json\"", "is no path inside of the plugin's folder")]
    [InlineData("\"version\": \"1.2.0\",", "", "\"version\" is required")]
    [InlineData("\"id\"", "\"runtime\": \"python\", \"id\"", "python")]
    [InlineData("[ {", "[ {}, {", "\"name\" is required")]
    [InlineData("\"sdk\"", "\"audit\": [ { \"rule\": \"1.1.1\", \"severity\": \"LOW\", \"namespace\": \"a\", \"message\": \"m\" } ], \"sdk\"", "4:14 audit[0]: \"1.1.1\" is no code of a rule")]
    [InlineData("\"sdk\"", "\"audit\": [ { \"rule\": \"a\", \"severity\": \"low\", \"namespace\": \"a\", \"message\": \"m\" } ], \"sdk\"", "\"low\"")]
    [InlineData("\"sdk\"", "\"audit\": [ { \"rule\": \"a\", \"severity\": \"LOW\", \"namespace\": \"a\", \"message\": \"a\\tb\" } ], \"sdk\"", "\"message\" must be a sentence on one line")]
    [InlineData("\"sdk\"", "\"audit\": [ { \"rule\": \"a\", \"severity\": \"LOW\", \"namespace\": \"a\", \"message\": \"m\", \"when\": 1 } ], \"sdk\"", "\"when\" must be a JSON Schema")]
    [InlineData("\"sdk\"", "\"audit\": [ { \"rule\": \"a\", \"severity\": \"LOW\", \"namespace\": \"a\", \"message\": \"m\", \"when\": {}, \"absent\": true } ], \"sdk\"", "exclude each other")]
    [InlineData("\"sdk\"", "\"audit\": [ { \"rule\": \"a\", \"severity\": \"LOW\", \"message\": \"m\" } ], \"sdk\"", "\"namespace\" is required")]
    [InlineData("\"sdk\"", "\"commands\": [ { \"name\": \"Serve\", \"description\": \"d\", \"namespace\": \"acme/audit\" } ], \"sdk\"", "\"Serve\" is no name of a command")]
    [InlineData("\"sdk\"", "\"commands\": [ { \"name\": \"serve\", \"alias\": \"serve\", \"description\": \"d\", \"namespace\": \"acme/audit\" } ], \"sdk\"", "the command \"serve\" is declared twice")]
    [InlineData("\"sdk\"", "\"commands\": [ { \"name\": \"serve\", \"description\": \"a\\tb\", \"namespace\": \"acme/audit\" } ], \"sdk\"", "\"description\" must be a sentence on one line")]
    [InlineData("\"sdk\"", "\"commands\": [ { \"name\": \"serve\", \"description\": \"d\", \"namespace\": \"acme/audit\" } ], \"sdk\"", "none of the plugin's namespaces of the scope \"service\"")]
    [InlineData("\"sdk\"", "\"hashes\": { \"x.dll\": \"md5-1\" }, \"sdk\"", "is no hash")]
    public void A_fault_is_named_with_its_place(string part, string replacement, string expected)
    {
        var found = new ConfigDiagnostics();

        var manifest = ManifestReader.Read("plugin.json", Encoding.UTF8.GetBytes(Good.Replace(part, replacement, StringComparison.Ordinal)), found);

        Assert.Null(manifest);
        Assert.Contains(found.All, finding => finding.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void An_unknown_attribute_is_a_warning_with_a_suggestion()
    {
        var found = new ConfigDiagnostics();

        var manifest = ManifestReader.Read("plugin.json", Encoding.UTF8.GetBytes(Good.Replace("\"version\"", "\"descripton\": \"\", \"version\"", StringComparison.Ordinal)), found);

        Assert.NotNull(manifest);
        Assert.Contains("did you mean \"description\"", Assert.Single(found.All).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_that_provides_nothing_is_refused()
    {
        var found = new ConfigDiagnostics();
        var text = Good[..Good.IndexOf("\"namespaces\"", StringComparison.Ordinal)].TrimEnd().TrimEnd(',') + "}";

        Assert.Null(ManifestReader.Read("plugin.json", Encoding.UTF8.GetBytes(text), found));
        Assert.Contains("provides nothing", Assert.Single(found.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_damage_is_a_finding_and_never_an_exception()
    {
        var random = new Random(20261121);
        var bytes = Encoding.UTF8.GetBytes(Good);
        for (var i = 0; i < 5_000; i++)
        {
            var damaged = (byte[])bytes.Clone();
            for (var n = random.Next(1, 4); n > 0; n--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            var found = new ConfigDiagnostics();

            var manifest = ManifestReader.Read("plugin.json", damaged, found);

            Assert.Equal(manifest is null, found.HasErrors);
        }
    }
}
