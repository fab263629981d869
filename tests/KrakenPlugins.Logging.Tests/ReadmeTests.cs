using System.Text.Json;
using System.Text.RegularExpressions;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>The examples of the plugin's README do what it says.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string s_readme = File.ReadAllText(PluginFolder.File("README.md"));

    public static TheoryData<string, string, string> Examples()
    {
        var examples = new TheoryData<string, string, string>();
        foreach (Match match in Example().Matches(s_readme))
            examples.Add(match.Groups["config"].Value, match.Groups["kind"].Value, match.Groups["lines"].Value);
        return examples;
    }

    [Theory, Spec("OBS-005", "OBS-007", "OBS-021", "OBS-036", "OBS-040", "OBS-046", "OBS-047")]
    [MemberData(nameof(Examples))]
    public async Task Every_example_prints_its_lines(string config, string kind, string lines)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/stock", """{"count":31}""");
        using var daemon = SyslogDaemon.Start();
        using var input = new GelfUdpInput();
        await using var gateway = await Logged.StartAsync(
            config.Trim()[1..^1].Replace("graylog:12201", input.Address, StringComparison.Ordinal), upstream.Host,
            """{"endpoint":"/shop","input_query_strings":["item"],"backend":[{"url_pattern":"/stock"}]}""", syslog: [daemon.Path]);

        gateway.Host.Logger.LogError("[ENDPOINT: {Endpoint}] context canceled", "/shop");
        await gateway.GetAsync("/shop?item=1&access_token=t", ("User-Agent", "curl/8.5.0"), ("Referer", "https://shop.example/?token=t"));

        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var expected = Shape(line.Replace('␛', '\u001b'));
            await Wait.UntilAsync(() => Written().Select(Shape).Contains(expected), () => $"{expected}\nis not in\n{string.Join('\n', Written().Select(Shape))}");
        }

        IEnumerable<string> Written() => kind switch
        {
            "syslog" => daemon.Records.Select(static r => r.TrimEnd('\n')),
            "gelf" => input.Texts,
            _ => gateway.Log.Split('\n'),
        };
    }

    [Theory, Spec("OBS-008")]
    [InlineData("logging")]
    [InlineData("backend-log")]
    [InlineData("gelf")]
    [InlineData("logstash")]
    public void A_schema_describes_every_attribute_and_takes_metadata(string name)
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(PluginFolder.File($"{name}.schema.json")));

        Assert.False(schema.RootElement.GetProperty("additionalProperties").GetBoolean());
        Assert.True(schema.RootElement.GetProperty("patternProperties").GetProperty("^[@$_#]").GetBoolean());
        Assert.All(schema.RootElement.GetProperty("properties").EnumerateObject(), static p => Assert.NotEmpty(p.Value.GetProperty("description").GetString()!));
    }

    [Fact, Spec("OBS-030")]
    public void Settings_and_schemas_have_the_same_attributes()
    {
        AssertSame<LoggingSettings>("logging");
        AssertSame<GelfSettings>("gelf");
        AssertSame<LogstashSettings>("logstash");
        AssertSame<BackendPlaceSettings>("backend-log");
    }

    private static void AssertSame<T>(string name)
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(PluginFolder.File($"{name}.schema.json")));
        var properties = typeof(T).GetProperties().Where(static p => p.PropertyType != typeof(ConfigSource)).Select(static p => JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name));
        Assert.Equal(properties.Order(), schema.RootElement.GetProperty("properties").EnumerateObject().Select(static p => p.Name).Order());
    }

    // Numbers, names of days, months, machines and processes are what differs from run to run.
    private static string Shape(string line) => Spaces().Replace(Numbers().Replace(Names().Replace(Host().Replace(line, "\"host\":\"h\""), "d"), "0"), " ");

    [GeneratedRegex("```json\n(?<config>.*?)```\n\n```(?<kind>log|gelf|syslog)\n(?<lines>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"[+-]?\d+")]
    private static partial Regex Numbers();

    [GeneratedRegex(@" +")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b")]
    private static partial Regex Names();

    [GeneratedRegex("\"host\":\"[^\"]*\"")]
    private static partial Regex Host();
}
