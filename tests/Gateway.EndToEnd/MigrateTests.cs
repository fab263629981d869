using System.Globalization;
using System.Runtime.Versioning;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Migration and edition switching", the command.</summary>
public sealed class MigrateTests : IDisposable
{
    private const string Old = """
        {
          "version": 2,
          "host": ["http://127.0.0.1:81"],
          "extra_config": { "github_com/luraproject/lura/router/gin": { "disable_health": false } },
          "endpoints": [
            {
              "endpoint": "/whitelist", // "whitelist": here it is a path
              "headers_to_pass": ["whitelist"],
              "querystring_params": [ "blacklist" ],
              "extra_config": {
                "github.com/devopsfaith/krakend/proxy": { "static": { "data": { "whitelist": ["kept"], "maxRate": 1 } } },
                "github.com\/devopsfaith\/krakend-ratelimit\/juju\/router": { "maxRate": 5, "clientMaxRate": 1 }
              },
              "backend": [{ "url_pattern": "/headers_to_pass",  "whitelist" : ["headers_to_pass"], "mapping": { "whitelist": "blacklist" } }]
            }
          ]
        }
        """;

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-300", "CFG-054")]
    public async Task Keys_of_the_language_change_and_nothing_else_does()
    {
        var migrated = await MigrateAsync(Old);

        Assert.Equal(Old
            .Replace("\"version\": 2", "\"version\": 3", StringComparison.Ordinal)
            .Replace("\"github_com/luraproject/lura/router/gin\"", "\"router\"", StringComparison.Ordinal)
            .Replace("\"headers_to_pass\": [", "\"input_headers\": [", StringComparison.Ordinal)
            .Replace("\"querystring_params\"", "\"input_query_strings\"", StringComparison.Ordinal)
            .Replace("\"github.com/devopsfaith/krakend/proxy\"", "\"proxy\"", StringComparison.Ordinal)
            .Replace("\"github.com\\/devopsfaith\\/krakend-ratelimit\\/juju\\/router\"", "\"qos/ratelimit/router\"", StringComparison.Ordinal)
            .Replace("\"maxRate\": 5, \"clientMaxRate\"", "\"max_rate\": 5, \"client_max_rate\"", StringComparison.Ordinal)
            .Replace("\"whitelist\" : ", "\"allow\" : ", StringComparison.Ordinal), migrated.Text);
        Assert.Equal([2, 4, 8, 9, 11, 12, 12, 12, 14], migrated.Steps.Select(static s => int.Parse(s.Split(':')[0], CultureInfo.InvariantCulture)));
        Assert.Equal("2: \"version\": 2 → 3", migrated.Steps[0]);
        Assert.Equal("8: \"headers_to_pass\" → \"input_headers\"", migrated.Steps[2]);
        Assert.Empty((await MigrateAsync(migrated.Text)).Steps);
    }

    [Theory, Spec("CFG-300")]
    // Actions between, inside and instead of keys and values.
    [InlineData("""{"version":1,"endpoints":[{{ range $i, $e := .a }}{{if $i}},{{end}}{"endpoint":"{{ $e.path }}","headers_to_pass":["{{ env "X" }}"],"backend":[]}{{ end }}]}""",
        """{"version":3,"endpoints":[{{ range $i, $e := .a }}{{if $i}},{{end}}{"endpoint":"{{ $e.path }}","input_headers":["{{ env "X" }}"],"backend":[]}{{ end }}]}""")]
    [InlineData("""{"url_pattern":"/{{ "}}" }}{{/* "whitelist": */}}", "whitelist": {{ marshal .w }}}""", """{"url_pattern":"/{{ "}}" }}{{/* "whitelist": */}}", "allow": {{ marshal .w }}}""")]
    [InlineData("""{"url_pattern":"/","{{ .key }}":1,{{ `"whitelist":` }} "whitelist":[]}""", """{"url_pattern":"/","{{ .key }}":1,{{ `"whitelist":` }} "allow":[]}""")]
    // After else the nesting is that of the if.
    [InlineData("""{{ if .a }}{"url_pattern":"/","whitelist":[{{ else }}{"url_pattern":"/","blacklist":[{{ end }}"x"]}""", """{{ if .a }}{"url_pattern":"/","allow":[{{ else }}{"url_pattern":"/","deny":[{{ end }}"x"]}""")]
    [InlineData("""{"url_pattern":"/",{{if .a}}"whitelist":[1]{{else}}"whitelist":[2]{{end}}}""", """{"url_pattern":"/",{{if .a}}"allow":[1]{{else}}"allow":[2]{{end}}}""")]
    [InlineData("""{{ define "b" }}{"url_pattern":"/","whitelist":[]}{{ end }}{"version":2,"port":{{ .p }}}""", """{{ define "b" }}{"url_pattern":"/","allow":[]}{{ end }}{"version":3,"port":{{ .p }}}""")]
    // Partials: members without braces, closing braces of others.
    [InlineData("\"headers_to_pass\": [\"A\"],", "\"input_headers\": [\"A\"],")]
    [InlineData("\"extra_config\":{\"github.com/devopsfaith/krakend-martian\":{\"a\":{\"whitelist\":1}}}}]", "\"extra_config\":{\"modifier/martian\":{\"a\":{\"whitelist\":1}}}}]")]
    [InlineData("\"github_com/devopsfaith/krakend-cors\": {{ include \"cors.txt\" }}", "\"security/cors\": {{ include \"cors.txt\" }}")]
    [InlineData("\"qos/circuit-breaker\":{\"maxErrors\":1,\"logStatusChange\":true}", "\"qos/circuit-breaker\":{\"max_errors\":1,\"log_status_change\":true}")]
    [InlineData("\"qos/ratelimit/router/redis\":{\"connection_pool\":\"a\"}", "\"qos/ratelimit/router/redis\":{\"connection_name\":\"a\"}")]
    [InlineData("\"qos/ratelimit/service/redis\":{\"redis_instance\":\"a\"}", "\"qos/ratelimit/service/redis\":{\"connection_name\":\"a\"}")]
    [InlineData("\"qos/ratelimit/tiered\":{\"tiers\":[{\"ratelimit_redis\":{\"connection_pool\":\"a\"}}]}", "\"qos/ratelimit/tiered\":{\"tiers\":[{\"ratelimit_redis\":{\"connection_name\":\"a\"}}]}")]
    // Braces that are data.
    [InlineData("""{"version":2,"name":"{{","endpoints":[],"@":"}}"}""", """{"version":3,"name":"{{","endpoints":[],"@":"}}"}""")]
    [InlineData("""{"version":2,"endpoints":[{"endpoint":"/a","output_encoding":"{{ \"no-op\" }}","headers_to_pass":[],"backend":[]}]}""", """{"version":3,"endpoints":[{"endpoint":"/a","output_encoding":"{{ \"no-op\" }}","input_headers":[],"backend":[]}]}""")]
    [InlineData("""{"version":2,"async_agent":[{"backend":[{"url_pattern":"/","extra_config":{"workflow":{"headers_to_pass":[],"backend":[{"denylist":[]}]}}}]}]}""",
        """{"version":3,"async_agent":[{"backend":[{"url_pattern":"/","extra_config":{"workflow":{"input_headers":[],"backend":[{"deny":[]}]}}}]}]}""")]
    public async Task Templates_and_partials_keep_what_is_theirs(string text, string expected) => Assert.Equal(expected, (await MigrateAsync(text)).Text);

    [Theory, Spec("CFG-300", "TRF-094")]
    [InlineData("""{"orders":{"whitelist":["a"]},"version":2}""", "nothing tells whether this object is an endpoint or a backend; if it is, the name is \"allow\"")]
    [InlineData("""{"url_pattern":"/","allow":[],"whitelist":[]}""", "\"whitelist\" is left: \"allow\" stands beside it and is what counts")]
    [InlineData("""{"extra_config":{"github.com/devopsfaith/krakend-etcd":{}}}""", "the component no longer exists; take it out")]
    [InlineData("""{"extra_config":{"plugin/http-server":{"name":["krakend-geoip"],"krakend-geoip":{}}}}""", "the plugin is called \"geoip\" today")]
    [InlineData("""{"extra_config":{"plugin/http-server":{"name":["redis-ratelimit"],"redis-ratelimit":{"host":"a:1"}}}}""", "\"redis-ratelimit\" is left: the plugin is deprecated; use the namespace \"qos/ratelimit/service/redis\"")]
    public async Task What_cannot_be_decided_is_left_and_named(string text, string reason)
    {
        var migrated = await MigrateAsync(text);

        Assert.Equal(text, migrated.Text);
        Assert.Contains(reason, Assert.Single(migrated.Steps), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-300")]
    public async Task Text_that_makes_no_sense_is_passed_over_in_bounded_time()
    {
        foreach (var text in new[] { new string('{', 300_000), new string('[', 300_000), string.Concat(Enumerable.Repeat("{{ \"", 100_000)), "\"a\": \"", "]]}}", "{{/*", "\\", "\"\\" })
            Assert.Equal(text, (await MigrateAsync(text)).Text);
    }

    [Fact, Spec("CFG-300")]
    [UnsupportedOSPlatform("windows")]
    public async Task A_folder_is_migrated_with_a_report_and_the_result_loads()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "partials"));
        var document = _folder.Write("krakend.json", Old.Replace(" // \"whitelist\": here it is a path", "", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal));
        var template = _folder.Write("partials/backend.tmpl", "\uFEFF\"whitelist\": [\"{{ .id }}\"]\n");
        var other = _folder.Write("notes.txt", "\"whitelist\": []");
        File.SetUnixFileMode(document, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var dry = await Executable.RunInAsync(_folder.Path, null, "migrate", "--dry-run", ".");
        var untouched = await File.ReadAllTextAsync(document);
        var run = await Executable.RunInAsync(_folder.Path, null, "migrate", ".");
        var check = await Executable.RunInAsync(_folder.Path, null, "check", "--allow-missing", "qos/ratelimit/router", "-c", "krakend.json");
        var again = await Executable.RunInAsync(_folder.Path, null, "migrate", ".");

        Assert.Equal((0, dry.Out, "10 changes would be made in 2 files\n"), (dry.Status, run.Out, dry.Error));
        Assert.Contains("\"version\": 2", untouched, StringComparison.Ordinal);
        Assert.Equal((0, "10 changes made in 2 files\n"), (run.Status, run.Error));
        Assert.StartsWith("./krakend.json:2: \"version\": 2 → 3\n./krakend.json:4: \"github_com/luraproject/lura/router/gin\" → \"router\"\n", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("./partials/backend.tmpl:1: \"whitelist\" → \"allow\"\n", run.Out, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(document));
        Assert.Contains("\"version\": 3,\r\n", await File.ReadAllTextAsync(document), StringComparison.Ordinal);
        Assert.Equal([0xEF, 0xBB, 0xBF, (byte)'"', (byte)'a'], (await File.ReadAllBytesAsync(template))[..5]);
        Assert.Equal("\"whitelist\": []", await File.ReadAllTextAsync(other));
        Assert.Equal(3, Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Length);
        Assert.Equal(0, check.Status);
        Assert.Equal(new Finished(0, "", "0 changes made in 0 files\n"), again);
    }

    [Fact, Spec("CFG-300")]
    public async Task A_file_that_cannot_be_migrated_fails_the_command_and_the_others_are_done()
    {
        var binary = Path.Combine(_folder.Path, "a.json");
        await File.WriteAllBytesAsync(binary, [0xFF, 0xFE, 0x7B]);
        var good = _folder.Write("b.json", """{"version":2}""");

        var run = await Executable.RunAsync("migrate", binary, Path.Combine(_folder.Path, "none.json"), good);

        Assert.Equal((1, $"{good}:1: \"version\": 2 → 3\n"), (run.Status, run.Out));
        Assert.Contains("a.json: this is no UTF-8 text; nothing was changed", run.Error, StringComparison.Ordinal);
        Assert.Contains("none.json: no such file or directory", run.Error, StringComparison.Ordinal);
        Assert.Equal("""{"version":3}""", await File.ReadAllTextAsync(good));
    }

    [Fact, Spec("CFG-300")]
    public async Task Through_a_link_the_file_behind_it_is_migrated()
    {
        var file = _folder.Write("real.json", """{"version":2}""");
        var link = Path.Combine(_folder.Path, "link.json");
        File.CreateSymbolicLink(link, file);

        var run = await Executable.RunAsync("migrate", link);

        Assert.Equal(0, run.Status);
        Assert.Equal("""{"version":3}""", await File.ReadAllTextAsync(file));
        Assert.NotNull(new FileInfo(link).LinkTarget);
    }

    [Fact, Spec("CFG-300", "CFG-203")]
    public async Task Without_a_path_the_usage_is_shown()
    {
        var run = await Executable.RunAsync("migrate");

        Assert.Equal(255, run.Status);
        Assert.Contains("migrate needs a file or a folder", run.Error, StringComparison.Ordinal);
    }

    // Each step as "line: what".
    private async Task<(string Text, string[] Steps)> MigrateAsync(string text)
    {
        var file = _folder.Write("krakend.tmpl", text);
        var run = await Executable.RunAsync("migrate", file);

        Assert.Equal(0, run.Status);
        return (await File.ReadAllTextAsync(file), [.. run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[(file.Length + 1)..])]);
    }
}
