using System.Text.Json;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Command check", its findings for machines.</summary>
public sealed class CheckFormatTests : IDisposable
{
    private const string Bad = """
        {
          "version": 3,
          "port": "x%y",
          "nmae": 1,
          "endpoints": [{ "endpoint": "/a", "headers_to_pass": ["A"], "backend": [{ "host": ["http://a"], "url_pattern": "/" }] }]
        }
        """;

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-207", "CFG-218", "CFG-350")]
    public async Task Json_holds_every_finding_with_its_rule_and_place()
    {
        var run = await CheckAsync(Bad, "--format", "json");

        Assert.Equal((1, "Parsing configuration file: my conf.json\nERROR checking the configuration file: 1 error, 2 warnings\n"), (run.Status, run.Error));
        var report = JsonElement.Parse(run.Out);
        Assert.Equal(["version", "file", "valid", "errors", "warnings", "notices", "findings"], report.EnumerateObject().Select(static m => m.Name));
        Assert.Equal((1, "my conf.json", false), (report.GetProperty("version").GetInt32(), report.GetProperty("file").GetString(), report.GetProperty("valid").GetBoolean()));
        Assert.Equal((1, 1, 1), (report.GetProperty("errors").GetInt32(), report.GetProperty("warnings").GetInt32(), report.GetProperty("notices").GetInt32()));
        Assert.Equal(
            ["error type my conf.json 3 11 port", "warning unknown-attribute my conf.json 4 3 nmae", "notice old-name my conf.json 5 37 endpoints[0].headers_to_pass"],
            report.GetProperty("findings").EnumerateArray().Select(static f => $"{Text(f, "severity")} {Text(f, "rule")} {Text(f, "file")} {Text(f, "line")} {Text(f, "column")} {Text(f, "path")}"));
        Assert.StartsWith("expected an integer, not \"x%y\"", Text(report.GetProperty("findings")[0], "message"), StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-350")]
    [InlineData("json")]
    [InlineData("sarif")]
    [InlineData("github")]
    public async Task A_good_file_gives_an_empty_report_and_the_usual_line(string format)
    {
        var run = await CheckAsync("""{"version":3}""", "-n", "--format", format);

        Assert.Equal((0, "Parsing configuration file: my conf.json\nSyntax OK!\n"), (run.Status, run.Error));
        if (format == "github")
            Assert.Equal("", run.Out);
        else if (format == "json")
            Assert.True(JsonElement.Parse(run.Out).GetProperty("valid").GetBoolean());
        else
            Assert.Equal(0, JsonElement.Parse(run.Out).GetProperty("runs")[0].GetProperty("results").GetArrayLength());
    }

    [Fact, Spec("CFG-350")]
    public async Task Sarif_has_rules_levels_and_regions()
    {
        var run = await CheckAsync(Bad, "-l", "--format=sarif");

        var log = JsonElement.Parse(run.Out);
        Assert.Equal((1, "2.1.0"), (run.Status, log.GetProperty("version").GetString()));
        var only = Assert.Single(log.GetProperty("runs").EnumerateArray());
        var driver = only.GetProperty("tool").GetProperty("driver");
        Assert.Equal("KrakenPlugins Gateway", driver.GetProperty("name").GetString());
        var rules = driver.GetProperty("rules").EnumerateArray().Select(static r => r.GetProperty("id").GetString()).ToArray();
        Assert.All(driver.GetProperty("rules").EnumerateArray(), static r => Assert.NotEqual("", r.GetProperty("shortDescription").GetProperty("text").GetString()));
        Assert.Equal(rules.Distinct().Order(StringComparer.Ordinal), rules);
        var results = only.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(["schema/type", "schema/additionalProperties", "schema/additionalProperties"], results.Select(static r => Text(r, "ruleId")));
        foreach (var result in results)
        {
            Assert.Equal(Text(result, "ruleId"), rules[result.GetProperty("ruleIndex").GetInt32()]);
            Assert.Equal("error", Text(result, "level"));
            var place = Assert.Single(result.GetProperty("locations").EnumerateArray()).GetProperty("physicalLocation");
            Assert.Equal("my%20conf.json", Text(place.GetProperty("artifactLocation"), "uri"));
            Assert.InRange(place.GetProperty("region").GetProperty("startLine").GetInt32(), 3, 5);
            Assert.InRange(place.GetProperty("region").GetProperty("startColumn").GetInt32(), 3, 40);
        }
        Assert.Equal("endpoints[0].headers_to_pass", Text(results[2].GetProperty("locations")[0].GetProperty("logicalLocations")[0], "fullyQualifiedName"));
    }

    [Fact, Spec("CFG-350")]
    public async Task Workflow_commands_name_the_place_and_escape_what_would_end_them()
    {
        var run = await CheckAsync(Bad, "--format", "github");

        var lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("::error file=my conf.json,line=3,col=11,title=type::port: expected an integer, not \"x%25y\"", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("::warning file=my conf.json,line=4,col=3,title=unknown-attribute::nmae: ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("::notice file=my conf.json,line=5,col=37,title=old-name::endpoints[0].headers_to_pass: ", lines[2], StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-350")]
    public async Task A_file_name_cannot_break_out_of_a_workflow_command()
    {
        _folder.Write("a,b%\n::error::c.json", "{");

        var run = await Executable.RunInAsync(_folder.Path, null, "check", "--format", "github", "-c", "a,b%\n::error::c.json");

        Assert.StartsWith("::error file=a%2Cb%25%0A%3A%3Aerror%3A%3Ac.json,line=1,col=2,title=syntax::", Assert.Single(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-350", "CFG-234", "CFG-224")]
    public async Task What_is_about_no_line_is_about_the_file()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var json = $$"""{"version":3,"listen_ip":"127.0.0.1","port":{{port}}}""";

        var busy = await CheckAsync(json, "-t", "--format", "github");
        var schema = await CheckAsync(json, "-s", "none.json", "--format", "json");
        var sarif = JsonElement.Parse((await CheckAsync(json, "-t", "--format", "sarif")).Out).GetProperty("runs")[0].GetProperty("results")[0];

        Assert.Equal($"::error file=my conf.json,title=configuration::testing the configuration file: cannot listen on port {port}: address already in use\n", busy.Out);
        Assert.StartsWith("compiling the schema: ", Text(JsonElement.Parse(schema.Out).GetProperty("findings")[0], "message"), StringComparison.Ordinal);
        Assert.False(JsonElement.Parse(schema.Out).GetProperty("findings")[0].TryGetProperty("line", out _));
        Assert.False(sarif.GetProperty("locations")[0].GetProperty("physicalLocation").TryGetProperty("region", out _));
        Assert.Equal((1, 1), (busy.Status, schema.Status));
    }

    [Fact, Spec("CFG-350")]
    public async Task A_variable_of_the_environment_is_named_in_the_message()
    {
        _folder.Write("my conf.json", """{"version":3}""");

        var run = await Executable.RunInAsync(_folder.Path, new Dictionary<string, string> { ["KRAKEND_DEBUG"] = "1" }, "check", "--format", "github", "-c", "my conf.json");

        Assert.Equal(0, run.Status);
        Assert.StartsWith("::warning file=my conf.json,title=configuration::environment variable KRAKEND_DEBUG: ", run.Out, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-350", "CFG-203")]
    public async Task An_unknown_format_is_a_usage_error()
    {
        var run = await CheckAsync("""{"version":3}""", "--format", "xml");

        Assert.Equal((255, ""), (run.Status, run.Out));
        Assert.Contains("invalid argument \"xml\" for \"--format\": it takes text, json, sarif or github", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-350")]
    public async Task Strict_makes_every_warning_an_error()
    {
        var run = await CheckAsync("""{"version":3,"nmae":1}""", "--strict", "--format", "json");

        Assert.Equal((1, 1, 0), (run.Status, JsonElement.Parse(run.Out).GetProperty("errors").GetInt32(), JsonElement.Parse(run.Out).GetProperty("warnings").GetInt32()));
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).ToString();

    private Task<Finished> CheckAsync(string json, params string[] flags)
    {
        _folder.Write("my conf.json", json);
        return Executable.RunInAsync(_folder.Path, null, ["check", .. flags, "-c", "my conf.json"]);
    }
}
