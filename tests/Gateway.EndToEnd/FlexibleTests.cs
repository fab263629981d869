using System.Globalization;
using System.Runtime.Versioning;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>Templates, references and environment variables with the real executable.</summary>
public sealed class FlexibleTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-065", "CFG-067", "CFG-070", "CFG-073", "CFG-082")]
    public async Task One_set_of_templates_serves_every_environment()
    {
        WriteShop();

        foreach (var environment in new[] { "dev", "prod" })
        {
            await using var gateway = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", "krakend.tmpl"], Shop(environment));
            Assert.Equal($$"""{"answer":"catalog","environment":"{{environment}}"}""", await gateway.Client.GetStringAsync("/catalog"));
            Assert.Equal($$"""{"answer":"orders","environment":"{{environment}}"}""", await gateway.Client.GetStringAsync("/orders"));
        }
    }

    [Fact, Spec("CFG-075", "CFG-077")]
    public async Task Errors_show_the_line_of_the_template()
    {
        WriteShop();
        _folder.Write("templates/endpoint.tmpl", """
            {
              "endpoint": "/{{ .name }}",
              "timeout": "3 parsecs",
              {{ include "static.json" }}
            }
            """);

        var check = await CheckAsync();

        Assert.Equal(1, check.Status);
        Assert.StartsWith("""
            Parsing configuration file: krakend.tmpl
            ERROR parsing the configuration file: 2 errors
            templates/endpoint.tmpl:3:14 endpoints[0].timeout: expected a duration such as "1h30m", "1.5s" or "500ms", not "3 parsecs"
              3 |   "timeout": "3 parsecs",
                |              ^
            """.ReplaceLineEndings("\n"), check.Error, StringComparison.Ordinal);

        _folder.Write("templates/endpoint.tmpl", "{\n  {{ nofunction }}\n}");
        Assert.Equal("""
            Parsing configuration file: krakend.tmpl
            ERROR parsing the configuration file: templates/endpoint.tmpl:2:6: function "nofunction" not defined
              2 |   {{ nofunction }}
                |      ^

            """.ReplaceLineEndings("\n"), (await CheckAsync()).Error);

        _folder.Write("templates/endpoint.tmpl", "{ {{ include \"static.json\" }} }");
        _folder.Write("partials/static.json", "\"backend\":\n  []]");
        Assert.StartsWith("""
            Parsing configuration file: krakend.tmpl
            ERROR parsing the configuration file: partials/static.json:2:5: expected "," or "}", not "]" (line 5, column 5 of the rendered text)
              2 |   []]
                |     ^
            """.ReplaceLineEndings("\n"), (await CheckAsync()).Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-068", "CFG-123")]
    public async Task Bad_settings_are_listed_as_the_reference_lists_them()
    {
        WriteShop();
        _folder.Write("settings/dev/urls.json", "{\n}}");
        _folder.Write("settings/dev/more.json", "1");

        Assert.Equal(new Finished(1, "", """
            Parsing configuration file: krakend.tmpl
            ERROR parsing the configuration file: loading flexible-config settings:
            - settings/dev/more.json:1:1: a settings file holds an object, not a number
            - settings/dev/urls.json:2:2: unexpected text behind the end of the document

            """.ReplaceLineEndings("\n")), await CheckAsync());
    }

    [Fact, Spec("CFG-078", "CFG-079"), UnsupportedOSPlatform("windows")]
    public async Task Run_and_check_keep_the_result_where_it_is_asked_for()
    {
        WriteShop();
        var environment = Shop("dev");
        environment["FC_OUT"] = "out.json";

        Assert.Equal(0, (await Executable.RunInAsync(_folder.Path, environment, "check", "-c", "krakend.tmpl")).Status);
        var checkedText = await File.ReadAllTextAsync(Path.Combine(_folder.Path, "out.json"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder.Path, "out.json")));
        File.Delete(Path.Combine(_folder.Path, "out.json"));
        await using (await RunningGateway.StartAsync(_folder.Path, ["run", "-c", "krakend.tmpl"], environment))
            Assert.Equal(checkedText, await File.ReadAllTextAsync(Path.Combine(_folder.Path, "out.json")));

        Assert.Equal(0, (await Executable.RunInAsync(_folder.Path, null, "check", "-c", "out.json")).Status);
    }

    [Theory, Spec("TRF-098", "CFG-082")]
    [InlineData("3", 33)]
    [InlineData("4", 25)]
    public async Task A_limit_can_be_divided_by_the_number_of_gateways(string gateways, int each)
    {
        _folder.Write("krakend.tmpl", """
            {"version":3,"endpoints":[{"endpoint":"/a","backend":[{"host":["http://127.0.0.1:81"],"url_pattern":"/"}],
              "extra_config":{"qos/ratelimit/router":{"max_rate": {{ env "NUM_PODS" | div 100 }}}}}]}
            """);

        var check = await Executable.RunInAsync(_folder.Path, new Dictionary<string, string> { ["FC_ENABLE"] = "1", ["FC_OUT"] = "out.json", ["NUM_PODS"] = gateways }, "check", "--allow-missing", "qos/ratelimit/router", "-c", "krakend.tmpl");

        Assert.Equal(0, check.Status);
        Assert.Contains($"\"max_rate\": {each.ToString(CultureInfo.InvariantCulture)}}}", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "out.json")), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-061", "CFG-080")]
    public async Task The_rendered_document_is_linted_and_findings_point_to_the_template()
    {
        WriteShop();
        Assert.Equal(0, (await CheckAsync("-l")).Status);
        _folder.Write("templates/endpoint.tmpl", """
            {
              "endpoint": "/{{ .name }}",
              {{ include "static.json" }},
              "concurrent_calls": "2"
            }
            """);

        foreach (var flag in new[] { "-l", "-n" })
        {
            var lint = await CheckAsync(flag);
            Assert.Equal(1, lint.Status);
            Assert.Contains("templates/endpoint.tmpl:4:23 endpoints[0].concurrent_calls: ", lint.Error, StringComparison.Ordinal);
            Assert.Contains("\n  4 |   \"concurrent_calls\": \"2\"\n", lint.Error, StringComparison.Ordinal);
        }
        _folder.Write("own.schema.json", """{"required": ["name"]}""");
        Assert.Contains("krakend.tmpl:1:1", (await CheckAsync("-s", "own.schema.json")).Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-114", "CFG-130", "CFG-132", "CFG-136", "CFG-138")]
    public async Task A_behaviour_file_in_the_working_directory_is_all_that_the_extended_engine_needs()
    {
        _folder.Write("flexible_config.json", """{"settings": {"paths": ["settings"]}, "out": "result.json"}""");
        _folder.Write("settings/service.yaml", "name: shop\n");
        _folder.Write("config/krakend.tmpl", """{"version": 3, "name": "{{ .service.name }}", "extra_config": {"$ref": "./extra.yaml"}, "endpoints": [{"$ref": "endpoints/a.json"}]}""");
        _folder.Write("config/extra.yaml", "router:\n  health_path: /alive\n");
        _folder.Write("endpoints/a.json", """{"endpoint": "/a", "backend": [{"host": ["http://h"], "url_pattern": "/x"}]}""");

        await using var gateway = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", "config/krakend.tmpl"]);

        Assert.Contains("\"status\":\"ok\"", await gateway.Client.GetStringAsync("/alive"), StringComparison.Ordinal);
        Assert.Contains("\"endpoint\": \"/a\"", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "result.json")), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-131")]
    public async Task A_reference_that_leads_nowhere_shows_where_it_stands()
    {
        _folder.Write("flexible_config.json", "{}");
        _folder.Write("krakend.json", "{\n  \"version\": 3,\n  \"extra_config\": { \"$ref\": \"extra.json#/nope\" }\n}");
        _folder.Write("extra.json", "{}");

        var check = await Executable.RunInAsync(_folder.Path, null, "check", "-c", "krakend.json");

        Assert.Equal("""
            Parsing configuration file: krakend.json
            ERROR parsing the configuration file: krakend.json:3:29 extra_config.$ref: "extra.json#/nope" cannot be inserted: extra.json has no "nope" in "/"
              3 |   "extra_config": { "$ref": "extra.json#/nope" }
                |                             ^

            """.ReplaceLineEndings("\n"), check.Error);
    }

    [Fact, Spec("CFG-137")]
    public async Task Debug_goes_to_standard_error_and_the_command_goes_on()
    {
        _folder.Write("flexible_config.json", """{"settings": {"paths": ["s.json"]}}""");
        _folder.Write("s.json", """{"name": "n"}""");
        _folder.Write("krakend.json", """{"version": 3, "name": "{{ .name }}"}""");

        var check = await Executable.RunInAsync(_folder.Path, new Dictionary<string, string> { ["FC_DEBUG"] = "true" }, "check", "-c", "krakend.json");

        Assert.Equal((0, ""), (check.Status, check.Out));
        Assert.Contains("settings:\n{\n  \"name\": \"n\"\n}\nsettings files:\n  s.json\n", check.Error, StringComparison.Ordinal);
        Assert.EndsWith("Syntax OK!\n", check.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Confinement_is_a_flag_of_run_check_and_audit()
    {
        _folder.Write("flexible_config.json", "{}");
        _folder.Write("in/krakend.json", """{"version": 3, "name": {"$ref": "../outside.json"}}""");
        _folder.Write("outside.json", "\"out\"");

        var free = await Executable.RunInAsync(_folder.Path, null, "check", "-c", "in/krakend.json");
        var wide = await Executable.RunInAsync(_folder.Path, null, "check", "-c", "in/krakend.json", "--confine", "in", "--confine=.");
        var check = await Executable.RunInAsync(_folder.Path, null, "check", "-c", "in/krakend.json", "--confine", "in");
        var run = await Executable.RunInAsync(_folder.Path, null, "run", "-c", "in/krakend.json", "--confine", "in");

        Assert.Equal((0, 0, 1, 255), (free.Status, wide.Status, check.Status, run.Status));
        Assert.Contains("lies outside of in, where --confine wants it", check.Error, StringComparison.Ordinal);
        Assert.Contains("lies outside of in, where --confine wants it", run.Error, StringComparison.Ordinal);
        var audit = await Executable.RunInAsync(_folder.Path, null, "audit", "-c", "in/krakend.json", "--confine", "in");
        Assert.Contains("lies outside of in, where --confine wants it", audit.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-055", "CFG-056", "CFG-058", "CFG-060")]
    public async Task Variables_override_the_rendered_document_and_flags_override_variables()
    {
        _folder.Write("krakend.tmpl", """{"version": {{ add 1 2 }}, "port": {{ add 1 1 }}, "name": "file"}""");
        var environment = new Dictionary<string, string> { ["FC_ENABLE"] = "1", ["KRAKEND_PORT"] = "3", ["KRAKEND_NAME"] = "variable", ["KRAKEND_TIMEOUT"] = "9s" };

        var check = await Executable.RunInAsync(_folder.Path, environment, "check", "-ddc", "krakend.tmpl");
        await using var gateway = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", "krakend.tmpl"], environment);

        Assert.Contains("Name: variable", check.Error, StringComparison.Ordinal);
        Assert.Contains("Port: 3\n", check.Error, StringComparison.Ordinal);
        Assert.Contains("Default timeout: 2s", check.Error, StringComparison.Ordinal);
        Assert.Contains("environment variable KRAKEND_TIMEOUT: the variable is ignored: \"timeout\" is not in the file", check.Error, StringComparison.Ordinal);
        // The flag of RunningGateway won: it answers on its port.
        Assert.True((await gateway.Client.GetAsync(new Uri("/__health", UriKind.Relative))).IsSuccessStatusCode);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"Listening on port: {gateway.Port}"), gateway.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-057", "CFG-059", "CFG-062", "CFG-063")]
    public async Task Variables_of_the_platform_harm_nothing_and_wrong_ones_are_named()
    {
        _folder.Write("krakend.json", """{"version": 3, "port": 8000, "host": ["http://h"]}""");

        var kubernetes = await CheckPlainAsync(("KRAKEND_PORT", "tcp://10.0.0.1:8080"), ("KRAKEND_SERVICE_HOST", "10.0.0.1"), ("KRAKEND_PORT_8080_TCP_ADDR", "10.0.0.1"), ("KRAKEND_VERSION", "2.7.0"), ("KRAKEND_LICENSE_PATH", "/x"), ("KRAKEND_HOST", "other"));
        var explicitPort = await CheckPlainAsync(("KRAKEND_PORT", "9000"), ("KRAKEND_SERVICE_PORT", "8080"));
        var wrong = await CheckPlainAsync(("KRAKEND_PORT", "http"));

        Assert.Equal((0, 0, 1), (kubernetes.Status, explicitPort.Status, wrong.Status));
        Assert.Contains("Port: 8000\n", kubernetes.Error, StringComparison.Ordinal);
        Assert.Contains("WARNING environment variable KRAKEND_PORT: the variable is ignored: it was set by Kubernetes", kubernetes.Error, StringComparison.Ordinal);
        Assert.Contains("WARNING environment variable KRAKEND_HOST: the variable is ignored: \"host\" holds a list", kubernetes.Error, StringComparison.Ordinal);
        Assert.Contains("Port: 9000\n", explicitPort.Error, StringComparison.Ordinal);
        Assert.Contains("environment variable KRAKEND_PORT port: expected an integer, not \"http\"", wrong.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-064")]
    public async Task A_plain_document_is_not_substituted()
    {
        _folder.Write("krakend.json", """{"version": 3, "name": "${HOME} $HOME {{ env \"HOME\" }}"}""");

        Assert.Contains("Name: ${HOME} $HOME {{ env \"HOME\" }}\n", (await CheckPlainAsync()).Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-139")]
    public async Task Relative_paths_of_every_kind_start_at_the_working_directory()
    {
        _folder.Write("etc/krakend.tmpl", """{"version": 3, "name": "{{ .s.name }} {{ include "p.txt" }} {{ template "t.tmpl" }}", "plugin": {"folder": "plugins"}}""");
        _folder.Write("settings/s.json", """{"name": "s"}""");
        _folder.Write("partials/p.txt", "p");
        _folder.Write("templates/t.tmpl", "t");
        _folder.Write("own.schema.json", "{}");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "plugins"));
        Directory.CreateDirectory(Path.Combine(_folder.Path, "more"));
        var environment = new Dictionary<string, string> { ["FC_ENABLE"] = "1", ["FC_SETTINGS"] = "settings", ["FC_PARTIALS"] = "./partials", ["FC_TEMPLATES"] = Path.Combine(_folder.Path, "templates"), ["FC_OUT"] = "out.json" };

        var check = await Executable.RunInAsync(_folder.Path, environment, "check", "-dc", "etc/krakend.tmpl", "-s", "own.schema.json", "--plugins", "more");

        Assert.Equal(0, check.Status);
        Assert.Contains("Name: s p t\n", check.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_folder.Path, "out.json")));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "etc", "out.json")));
    }

    [Fact]
    public async Task A_reload_renders_anew()
    {
        WriteShop();
        await using var gateway = await RunningGateway.StartAsync(_folder.Path, ["run", "-c", "krakend.tmpl"], Shop("dev"));
        _folder.Write("settings/dev/urls.json", """{"environment": "changed", "endpoints": ["catalog"]}""");

        gateway.Send(System.Runtime.InteropServices.PosixSignal.SIGHUP);

        await RunningGateway.WaitUntilAsync(() => gateway.Client.GetStringAsync("/catalog").Result.Contains("changed", StringComparison.Ordinal), () => gateway.Out);
    }

    [Fact]
    public async Task The_demo_is_no_template_whatever_lies_in_the_working_directory()
    {
        _folder.Write("flexible_config.json", "not json");

        await using var demo = await RunningGateway.StartAsync(_folder.Path, ["demo"], new Dictionary<string, string> { ["FC_ENABLE"] = "1", ["FC_SETTINGS"] = "nowhere" });

        Assert.True((await demo.Client.GetAsync(new Uri("/__health", UriKind.Relative))).IsSuccessStatusCode);
    }

    private Task<Finished> CheckAsync(params string[] flags) => Executable.RunInAsync(_folder.Path, Shop("dev"), ["check", "-c", "krakend.tmpl", .. flags]);

    private Task<Finished> CheckPlainAsync(params (string Name, string Value)[] variables) =>
        Executable.RunInAsync(_folder.Path, variables.ToDictionary(static v => v.Name, static v => v.Value), "check", "-dc", "krakend.json");

    private static Dictionary<string, string> Shop(string environment) => new()
    {
        ["FC_ENABLE"] = "1",
        ["FC_SETTINGS"] = $"settings/{environment}",
        ["FC_TEMPLATES"] = "templates",
        ["FC_PARTIALS"] = "partials",
    };

    private void WriteShop()
    {
        foreach (var environment in new[] { "dev", "prod" })
            _folder.Write($"settings/{environment}/urls.json", $$"""{"environment": "{{environment}}", "endpoints": ["catalog", "orders"]}""");
        _folder.Write("partials/static.json", "\"backend\": [{ \"host\": [\"http://127.0.0.1:8099\"], \"url_pattern\": \"/\" }]");
        _folder.Write("templates/endpoint.tmpl", """
            {
              "endpoint": "/{{ .name }}",
              {{ include "static.json" }},
              "extra_config": {
                "proxy": { "static": { "strategy": "always", "data": { "environment": {{ marshal .environment }}, "answer": {{ marshal .name }} } } }
              }
            }
            """);
        _folder.Write("krakend.tmpl", """
            {
              "version": {{ add 1 2 }},
              "endpoints": [
                {{- range $i, $name := .urls.endpoints }}{{ if $i }},{{ end }}
                {{ template "endpoint.tmpl" dict "name" $name "environment" $.urls.environment }}
                {{- end }}
              ]
            }
            """);
    }
}
