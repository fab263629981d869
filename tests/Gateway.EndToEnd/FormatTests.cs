using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Supported file formats", and the encodings that come as plugins, with the real executable.</summary>
public sealed class FormatTests : IDisposable
{
    private const string Yaml = """
        version: 3
        name: shop
        host: ["http://127.0.0.1:99"]
        timeout: 1500ms
        extra_config:
          router:
            error_body:
              404: {error: nothing here}
        endpoints:
        - endpoint: /a/{id}
          backend:
          - url_pattern: /{id}
            encoding: rss
            is_collection: false
        """;

    private const string Toml = """
        version = 3
        name = "shop"
        host = ["http://127.0.0.1:99"]
        timeout = "1500ms"
        [extra_config.router.error_body.404]
        error = "nothing here"
        [[endpoints]]
        endpoint = "/a/{id}"
        [[endpoints.backend]]
        url_pattern = "/{id}"
        encoding = "rss"
        is_collection = false
        """;

    private const string Hcl = """
        version = 3
        name    = "shop"
        host    = ["http://127.0.0.1:99"]
        timeout = "1500ms"
        extra_config "router" {
          error_body = { 404 = { error = "nothing here" } }
        }
        endpoints {
          endpoint = "/a/{id}"
          backend {
            url_pattern   = "/{id}"
            encoding      = "rss"
            is_collection = false
          }
        }
        """;

    private const string Properties = """
        version=3
        name=shop
        host.0=http://127.0.0.1:99
        timeout=1500ms
        extra_config.router.error_body.404.error=nothing here
        endpoints.0.endpoint=/a/{id}
        endpoints.0.backend.0.url_pattern=/{id}
        endpoints.0.backend.0.encoding=rss
        endpoints.0.backend.0.is_collection=false
        """;

    private const string Json = """
        {"version":3,"name":"shop","host":["http://127.0.0.1:99"],"timeout":"1500ms","extra_config":{"router":{"error_body":{"404":{"error":"nothing here"}}}},
         "endpoints":[{"endpoint":"/a/{id}","backend":[{"url_pattern":"/{id}","encoding":"rss","is_collection":false}]}]}
        """;

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, Spec("CFG-024", "CFG-025", "CFG-027", "CFG-028", "CFG-029", "CFG-030")]
    [InlineData("krakend.yaml", Yaml)]
    [InlineData("krakend.toml", Toml)]
    [InlineData("krakend.hcl", Hcl)]
    [InlineData("krakend.properties", Properties)]
    public async Task A_document_is_the_same_in_every_format_and_passes_the_same_lint(string name, string content)
    {
        var json = await DumpAsync("krakend.json", Json);

        var other = await DumpAsync(name, content);

        Assert.Contains("nothing here", json, StringComparison.Ordinal);
        Assert.EndsWith("Syntax OK!\n", json, StringComparison.Ordinal);
        Assert.Equal(json, other);
    }

    [Fact, Spec("CFG-029", "CFG-026")]
    public async Task The_lint_names_the_place_in_a_document_of_another_format()
    {
        var file = _folder.Write("krakend.yaml", "version: 3\nport: yes\n");

        var run = await Executable.RunAsync("check", "-n", "-c", file);

        Assert.Equal(1, run.Status);
        Assert.Contains($"{file}:2:7 port: ", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-023")]
    public async Task A_document_that_is_broken_names_line_and_column()
    {
        var run = await Executable.RunAsync("check", "-c", _folder.Write("krakend.yml", "version: 3\nname: a: b\n"));

        Assert.Equal(1, run.Status);
        Assert.Contains("krakend.yml:2:8: \": \" inside of a value", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-030", "MAN-059", "MAN-068", "MAN-069", "MAN-080")]
    public async Task Serves_a_yaml_configuration_with_the_encodings_of_the_installed_plugins()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/feed", "<rss><channel><title>T</title></channel></rss>", contentType: "application/xml");
        upstream.Answer("/doc", "a: 1\n", contentType: "text/plain");
        var file = _folder.Write("krakend.yaml", $$"""
            version: 3
            host: ["{{upstream.Host}}"]
            endpoints:
            - endpoint: /e
              output_encoding: yaml
              backend:
              - {url_pattern: /feed, encoding: rss, allow: [title]}
              - {url_pattern: /doc, encoding: yaml}
            """);

        await using var gateway = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", file]);
        using var response = await gateway.Client.GetAsync("/e");

        Assert.Equal("a: 1\ntitle: T\n", await response.Content.ReadAsStringAsync());
        Assert.Equal("application/yaml; charset=utf-8", response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task The_yaml_library_is_loaded_for_a_yaml_file_only()
    {
        if (!OperatingSystem.IsLinux())
            return;
        const string document = """{"version": 3}""";

        await using var json = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", _folder.Write("a.json", document)]);
        await using var yaml = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", _folder.Write("a.yaml", document)]);

        Assert.DoesNotContain("YamlDotNet", await File.ReadAllTextAsync($"/proc/{json.Id}/maps"), StringComparison.Ordinal);
        Assert.Contains("YamlDotNet", await File.ReadAllTextAsync($"/proc/{yaml.Id}/maps"), StringComparison.Ordinal);
    }

    private async Task<string> DumpAsync(string name, string content)
    {
        var file = _folder.Write(name, content);
        var run = await Executable.RunAsync("check", "-l", "-d", "-d", "-d", "-c", file);
        Assert.True(run.Status == 0, run.Error);
        return (run.Out + run.Error).Replace(file, "FILE", StringComparison.Ordinal);
    }
}
