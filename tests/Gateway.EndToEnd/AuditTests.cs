using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Command audit" on the real executable; what each rule fires on is tests/Gateway.Tests.</summary>
public sealed class AuditTests
{
    private const string Empty = """{"version":3}""";

    // Everything that an empty configuration lacks.
    private static readonly string[] s_ofEmpty = ["1.2.1", "2.1.2", "2.1.7", "2.2.1", "2.2.2", "3.1.1", "3.1.2", "3.1.3", "4.1.1", "4.1.2", "4.2.1", "4.3.1", "5.2.2", "5.2.3"];

    [Fact, Spec("CFG-238", "CFG-243", "CFG-246", "CFG-208")]
    public async Task Findings_are_lines_on_standard_output_in_the_order_of_the_rules()
    {
        using var folder = new Folder();

        var run = await Executable.RunAsync("audit", "-c", folder.Write("krakend.json", Empty));

        Assert.Equal((1, ""), (run.Status, run.Error));
        var lines = run.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(s_ofEmpty, lines.Select(static l => l.Split('\t')[0]));
        Assert.All(lines, static l => Assert.Matches(@"^\d+\.\d+\.\d+\t\[(CRITICAL|HIGH|MEDIUM|LOW)\] *\t\S", l));
        Assert.Single(lines.Select(static l => l.Split('\t')[1].Length).Distinct());
        Assert.DoesNotContain('\e', run.Out);
    }

    [Fact, Spec("CFG-243")]
    public async Task Severities_have_colours_on_a_terminal()
    {
        using var folder = new Folder();
        var file = folder.Write("krakend.json", """{"version":3,"timeout":"61s","endpoints":[{"endpoint":"/a","backend":[{"host":["http://stock:8080"],"url_pattern":"/"}]}]}""");
        using var process = Executable.Start("script", folder.Path, new Dictionary<string, string> { ["TERM"] = "xterm", ["NO_COLOR"] = "" }, "-qec", $"{Executable.Path} audit -c {file}", "/dev/null");

        var text = (await Executable.FinishAsync(process)).Out;

        foreach (var severity in (string[])["\e[32mLOW\e[0m", "\e[33mMEDIUM\e[0m", "\e[31mHIGH\e[0m", "\e[41mCRITICAL\e[0m"])
            Assert.Contains($"[{severity}]", text, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-240", "CFG-241", "CFG-242", "CFG-204")]
    [InlineData("2.1.7", "-s", "HIGH", "-i", "1.2.1, 2.1.2,2.2.2", "--ignore=3.1.2,3.1.3")]
    [InlineData("2.1.2 2.1.7", "-s", " HIGH ,bogus", "-i", "1.2.1,2.2.2,3.1.2,3.1.3")]
    [InlineData("", "-s", "high")]
    [InlineData("", "-s", "CRITICAL")]
    [InlineData("3.1.1 5.2.3", "-s", "LOW", "-i", "5.2.2,5.2")]
    [InlineData("3.1.1 4.1.1 4.1.2 4.2.1 4.3.1 5.2.2 5.2.3", "--severity", "LOW,MEDIUM", "-I", "IGNORE")]
    [InlineData("3.1.1 5.2.3", "-s", "LOW", "-I", "IGNORE", "-i", "5.2.2")]
    public async Task Severities_choose_and_ignored_rules_count_for_nothing(string rules, params string[] args)
    {
        using var folder = new Folder();
        folder.Write("IGNORE", "# those of the ingress\r\n\r\n  2.2.1  \r2.2.2 # later\n");

        var run = await Executable.RunInAsync(folder.Path, null, ["audit", "-c", folder.Write("krakend.json", Empty), .. args]);

        Assert.Equal(rules, string.Join(' ', run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split('\t')[0])));
        Assert.Equal((rules.Length == 0 ? 0 : 1, ""), (run.Status, run.Error));
    }

    [Fact, Spec("CFG-241")]
    public async Task An_ignore_file_that_is_missing_is_an_error()
    {
        using var folder = new Folder();

        var run = await Executable.RunInAsync(folder.Path, null, "audit", "-c", folder.Write("krakend.json", Empty), "-I", "absent");

        Assert.Equal((1, ""), (run.Status, run.Out));
        Assert.Contains("ERROR accessing the ignore file:", run.Error, StringComparison.Ordinal);
        Assert.Contains("absent", run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-239")]
    [InlineData("Please, provide the path to the configuration file")]
    [InlineData("ERROR parsing the configuration file:", "-c", "absent.json")]
    [InlineData("ERROR parsing the configuration file:", "-c", "bad.json")]
    public async Task Without_a_configuration_there_is_a_message(string message, params string[] args)
    {
        using var folder = new Folder();
        folder.Write("bad.json", "{");

        var run = await Executable.RunInAsync(folder.Path, null, ["audit", .. args]);

        Assert.Equal((1, ""), (run.Status, run.Out));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-239")]
    public async Task The_environment_counts_and_plugins_need_not_be_installed_unless_they_may_be_missing()
    {
        using var folder = new Folder();
        var file = folder.Write("krakend.json", """{"version":3,"name":"a","debug_endpoint":false,"endpoints":[{"endpoint":"/a","extra_config":{"modifier/lua-endpoint":{"pre":"x()","allow_open_libs":true}},"backend":[{"host":["http://stock:8080"],"url_pattern":"/"}]}]}""");
        var variables = new Dictionary<string, string> { ["KRAKEND_DEBUG_ENDPOINT"] = "true", ["KRAKEND_NAME"] = "" };

        var plain = await Executable.RunAsync("audit", "-c", file);
        var environment = await Executable.RunInAsync(folder.Path, variables, "audit", "-c", file);
        var missing = await Executable.RunAsync("audit", "-c", file, "--allow-missing", "modifier/lua-endpoint");

        Assert.DoesNotMatch(@"(?m)^(5\.1\.2|4\.1\.2)\t", plain.Out);
        Assert.Contains("8.5.1\t", plain.Out, StringComparison.Ordinal);
        Assert.Contains("5.1.2\t", environment.Out, StringComparison.Ordinal);
        Assert.Contains("4.1.2\t", environment.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("8.5.1\t", missing.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-313")]
    public async Task Rules_of_installed_plugins_apply_without_any_of_their_code()
    {
        using var folder = new Folder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "plugins", "acme"));
        // There is no assembly at all.
        folder.Write("plugins/acme/plugin.json", """
            {
              "id": "acme", "version": "1.0.0", "sdk": "[0.2,1.0)", "entry": { "assembly": "Acme.dll", "type": "Acme" },
              "namespaces": [{ "name": "acme/audit", "scope": "endpoint", "layer": "proxy" }],
              "audit": [
                { "rule": "acme-1.1", "severity": "HIGH", "scope": "endpoint", "namespace": "acme/audit", "message": "The trail is kept in clear text; set encrypt",
                  "when": { "not": { "required": ["encrypt"], "properties": { "encrypt": { "const": true } } } } },
                { "rule": "acme-1.2", "severity": "LOW", "namespace": "acme/audit", "absent": true, "message": "No endpoint keeps an audit trail" },
                { "rule": "acme-1.3", "severity": "CRITICAL", "namespace": "acme/audit", "message": "The audit trail is experimental" }
              ]
            }
            """);
        static string Config(string extra) => $$"""{"version":3,"endpoints":[{"endpoint":"/a","extra_config":{{extra}},"backend":[{"host":["http://stock:8080"],"url_pattern":"/"}]}]}""";

        var clear = await Run(Config("""{"acme/audit":{"encrypt":false}}"""));
        var encrypted = await Run(Config("""{"acme/audit":{"encrypt":true}}"""));
        var none = await Run(Config("{}"));

        Assert.Matches(@"\nacme-1\.1\t\[HIGH\]    \tThe trail is kept in clear text; set encrypt \(\S+krakend\.json:1:\d+ endpoints\[0\]\.extra_config\.acme/audit\)\nacme-1\.3\t\[CRITICAL\]\t", clear);
        Assert.DoesNotContain("acme-1.2", clear, StringComparison.Ordinal);
        Assert.Equal(["acme-1.3"], Codes(encrypted));
        Assert.Equal(["acme-1.2"], Codes(none));

        async Task<string> Run(string json) => (await Executable.RunAsync("audit", "--plugins", Path.Combine(folder.Path, "plugins"), "-c", folder.Write("krakend.json", json))).Out;
        static IEnumerable<string> Codes(string text) => text.Split('\n').Select(static l => l.Split('\t')[0]).Where(static c => c.StartsWith("acme", StringComparison.Ordinal));
    }

    [Fact, Spec("CFG-313")]
    public async Task A_rule_of_a_plugin_that_cannot_be_judged_by_is_an_error_and_not_left_out()
    {
        using var folder = new Folder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "plugins", "acme"));
        folder.Write("plugins/acme/plugin.json", """
            {"id":"acme","version":"1.0.0","sdk":"[0.2,1.0)","entry":{"assembly":"Acme.dll","type":"Acme"},"namespaces":[{"name":"acme/audit","scope":"endpoint","layer":"proxy"}],
             "audit":[{"rule":"acme-1.1","severity":"HIGH","namespace":"acme/audit","when":{"type":"strnig"},"message":"m"}]}
            """);

        var run = await Executable.RunAsync("audit", "--plugins", Path.Combine(folder.Path, "plugins"), "-c", folder.Write("krakend.json", Empty));
        var check = await Executable.RunAsync("plugin", "check", Path.Combine(folder.Path, "plugins", "acme"));

        Assert.Equal((1, ""), (run.Status, run.Out));
        Assert.Matches(@"ERROR reading the rules of plugins: \S+plugin\.json:2:\d+ audit\[0\]\.when: it is no JSON Schema: ", run.Error);
        Assert.Contains("PLG065", check.Out + check.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-244")]
    [InlineData("{{ marshal . }}", """{"recommendations":[{"rule":"3.1.1","severity":"LOW","message":"Bots are not told apart; add security/bot-detector to the service"}],"stats":{}}""")]
    [InlineData("{{ range .Recommendations }}{{ .Rule }}={{ colored .Severity }}\n{{ end }}", "3.1.1=LOW\n")]
    [InlineData("{{ len .Recommendations }}", "1")]
    [InlineData("{{ marshal (index .Recommendations 0) }}", """{"rule":"3.1.1","severity":"LOW","message":"Bots are not told apart; add security/bot-detector to the service"}""")]
    [InlineData("{{ marshal \"<a>\" }}", "\"\\u003ca\\u003e\"")]
    public async Task A_template_writes_the_results(string template, string expected)
    {
        using var folder = new Folder();

        var run = await Executable.RunAsync("audit", "-c", folder.Write("krakend.json", Empty), "-s", "LOW", "-i", "5.2.2,5.2.3", "-f", template);

        Assert.Equal((1, expected, ""), (run.Status, run.Out, run.Error));
    }

    [Fact, Spec("CFG-244", "CFG-238")]
    public async Task A_template_writes_an_empty_list_too()
    {
        using var folder = new Folder();

        var run = await Executable.RunAsync("audit", "-c", folder.Write("krakend.json", Empty), "-s", "CRITICAL", "-f", "{{ marshal . }}");

        Assert.Equal((0, """{"recommendations":[],"stats":{}}"""), (run.Status, run.Out));
    }

    [Theory, Spec("CFG-245", "CFG-244")]
    [InlineData("ERROR parsing the template: ", "{{ range }")]
    [InlineData("ERROR parsing the template: ", "{{ upper .Rule }}")]
    [InlineData("ERROR rendering the results: ", "{{ .Secrets }}")]
    [InlineData("ERROR rendering the results: ", "{{ index .Recommendations 99 }}")]
    [InlineData("ERROR rendering the results: ", "{{ range .Recommendations }}{{ .Config }}{{ end }}")]
    public async Task A_template_that_fails_is_an_error(string message, string template)
    {
        using var folder = new Folder();

        var run = await Executable.RunAsync("audit", "-c", folder.Write("krakend.json", Empty), "-f", template);

        Assert.Equal((1, ""), (run.Status, run.Out));
        Assert.StartsWith(message, run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("TRF-094", "TRF-202", "TRF-203")]
    public async Task The_deprecated_limit_in_redis_is_reported_and_counts_as_a_limit()
    {
        using var folder = new Folder();
        var plugin = Path.Combine(Executable.Repository, "plugins", "RateLimit", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "plugin", "rate-limit");
        var file = folder.Write("krakend.json", """{"version":3,"extra_config":{"plugin/http-server":{"name":["redis-ratelimit"],"redis-ratelimit":{"host":"a:1","tokenizer":"ip","rate":1,"burst":1,"period":"1s"}}}}""");

        var run = await Executable.RunAsync("audit", "--plugins", plugin, "-c", file);

        Assert.Contains("the plugin redis-ratelimit is deprecated; move the limit to qos/ratelimit/service/redis", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("3.1.2", run.Out, StringComparison.Ordinal);
    }
}
