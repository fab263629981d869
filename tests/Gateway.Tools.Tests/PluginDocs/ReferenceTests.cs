using PluginDocs;
using Xunit;

namespace Gateway.Tools.Tests.PluginDocs;

/// <summary>The pages as a whole: which there are, what they say about plugins, and that the repository's are up to date.</summary>
public sealed class ReferenceTests : IDisposable
{
    private const string Manifest = """
        {
          "id": "acme.keys",
          "description": "Keys.",
          "namespaces": [
            { "name": "acme/keys", "scope": "service", "layer": "service", "schema": "keys.schema.json" },
            { "name": "acme/keys", "scope": "endpoint", "layer": "endpoint", "schema": "keys.schema.json" }
          ],
          "plugins": [{ "kind": "http-server", "name": "door" }],
          "encodings": [{ "name": "csv", "layer": "decoder" }],
          "discovery": [{ "name": "acme" }],
          "permissions": { "network": ["keys.acme.example"], "files": [] }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_pages_of_the_repository_are_those_of_its_plugins()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (!root!.EnumerateFiles("*.sln").Any())
            root = root.Parent;

        Assert.Empty(Reference.Of(root.FullName).Differences());
    }

    [Fact]
    public void A_page_names_places_permissions_and_the_plugins_readme()
    {
        Write();

        var page = Reference.Of(_folder.Path).Pages["acme-keys.md"];

        Assert.StartsWith("# `acme/keys`\n\nThe keys.\n\nPlugin: [acme.keys](../../../plugins/Keys/README.md). Keys.\n\nPermissions: network `keys.acme.example`.\n", page, StringComparison.Ordinal);
        Assert.Contains("## In the root's `extra_config`\n", page, StringComparison.Ordinal);
        Assert.Contains("## In an endpoint's `extra_config`\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_stages_are_those_of_the_code()
    {
        Write();
        _folder.Write("plugins/Keys/KeysPlugin.cs", """
            const string Name = "acme/keys";
            registry.Service<Keys>(KeysPlugin.Name, ServiceStages.Connections, Create);
            registry.Endpoint("acme/keys",
                EndpointStages.Authentication.Before(), Check);
            registry.Endpoint("acme/other", EndpointStages.RateLimit, Check);
            """);
        _folder.Write("plugins/Keys/obj/Copy.cs", """registry.Endpoint("acme/keys", EndpointStages.Scripts, Check);""");

        var page = Reference.Of(_folder.Path).Pages["acme-keys.md"];

        Assert.Contains("| service | built when the configuration is loaded, before what uses it; `ServiceStages.Connections` in the", page, StringComparison.Ordinal);
        Assert.Contains("| endpoint | around one endpoint, on the HTTP exchange; `EndpointStages.Authentication.Before()` in the", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Scripts", page, StringComparison.Ordinal);
        Assert.DoesNotContain("RateLimit", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_of_the_language_have_pages_and_values_of_attributes_a_table()
    {
        Write();

        var pages = Reference.Of(_folder.Path).Pages;

        Assert.Equal(["README.md", "acme-keys.md", "plugin-http-server-door.md"], pages.Keys);
        Assert.Contains("## As http-server\n", pages["plugin-http-server-door.md"], StringComparison.Ordinal);
        Assert.Contains("The plugin has no schema", pages["plugin-http-server-door.md"], StringComparison.Ordinal);
        Assert.Contains("| [`acme/keys`](acme-keys.md) | service, endpoint | acme.keys | The keys. |\n", pages["README.md"], StringComparison.Ordinal);
        Assert.Contains("| `csv` | a value of a backend's `encoding` | acme.keys |\n", pages["README.md"], StringComparison.Ordinal);
        Assert.Contains("| `acme` | a value of a backend's `sd` | acme.keys |\n", pages["README.md"], StringComparison.Ordinal);
    }

    [Fact]
    public void Writing_makes_the_pages_equal_and_takes_old_ones_away()
    {
        Write();
        var old = _folder.Write("docs/plugins/reference/acme-gone.md", "gone");
        var reference = Reference.Of(_folder.Path);

        reference.Write();

        Assert.Empty(Reference.Of(_folder.Path).Differences());
        Assert.False(File.Exists(old));
    }

    [Fact]
    public void Differences_are_named_per_page()
    {
        Write();
        var reference = Reference.Of(_folder.Path);
        reference.Write();
        _folder.Write("docs/plugins/reference/acme-keys.md", "changed");
        _folder.Write("docs/plugins/reference/surplus.md", "surplus");
        File.Delete(Path.Combine(_folder.Path, "docs/plugins/reference/README.md"));

        var differences = reference.Differences().ToArray();

        Assert.Equal(3, differences.Length);
        Assert.Contains(differences, static d => d.Contains("README.md is missing", StringComparison.Ordinal));
        Assert.Contains(differences, static d => d.Contains("acme-keys.md differs", StringComparison.Ordinal));
        Assert.Contains(differences, static d => d.Contains("surplus.md belongs to no namespace", StringComparison.Ordinal));
    }

    [Fact]
    public void A_broken_manifest_is_named()
    {
        var file = _folder.Write("plugins/Keys/plugin.json", """{ "description": "" }""");

        Assert.Contains(file, Assert.Throws<DocsException>(() => Reference.Of(_folder.Path)).Message, StringComparison.Ordinal);
    }

    private void Write()
    {
        _folder.Write("plugins/Keys/plugin.json", Manifest);
        _folder.Write("plugins/Keys/README.md", "# Keys");
        _folder.Write("plugins/Keys/keys.schema.json", """{ "description": "The keys.", "properties": { "a": { "type": "string" } } }""");
    }
}
