using System.Text;
using Gateway.Core.Configuration;
using KrakenPlugins.Sdk.Configuration;
using Xunit;

namespace Gateway.Core.Tests.Configuration;

/// <summary>Loads documents from text, and the short forms that most tests need.</summary>
internal static class Loading
{
    public static LoadOptions AllowAll { get; } = new() { AllowMissing = new HashSet<string> { "*" } };

    public static LoadResult Load(string json, LoadOptions? options = null)
    {
        var diagnostics = new ConfigDiagnostics();
        var root = JsonConfigReader.Read("krakend.json", json, diagnostics);
        Assert.True(root is not null, Text(diagnostics));
        return ConfigLoader.Load(root, options ?? AllowAll, diagnostics);
    }

    /// <summary>The configuration of a document that must load.</summary>
    public static ServiceConfig Good(string json, LoadOptions? options = null)
    {
        var result = Load(json, options);
        Assert.True(result.Config is not null, Text(result.Diagnostics));
        return result.Config;
    }

    /// <summary>The configuration of a document that must load without any finding.</summary>
    public static ServiceConfig Clean(string json, LoadOptions? options = null)
    {
        var result = Load(json, options);
        Assert.Equal("", Text(result.Diagnostics));
        return result.Config!;
    }

    /// <summary>All findings of one severity, one per line.</summary>
    public static string Findings(this LoadResult result, ConfigSeverity severity) =>
        string.Join('\n', result.Diagnostics.All.Where(d => d.Severity == severity));

    public static string Errors(string json, LoadOptions? options = null) => Load(json, options).Findings(ConfigSeverity.Error);

    public static string Warnings(string json, LoadOptions? options = null) => Load(json, options).Findings(ConfigSeverity.Warning);

    public static string Notices(string json, LoadOptions? options = null) => Load(json, options).Findings(ConfigSeverity.Notice);

    public static string Text(ConfigDiagnostics diagnostics) =>
        string.Join('\n', diagnostics.All.Select(static d => $"{d.Severity} {d}"));

    /// <summary>A root with more members.</summary>
    public static string Root(string members) => $$"""{"version":3,{{members}}}""";

    /// <summary>A document with one endpoint <c>/a</c>, of which the members of endpoint and backend are given.</summary>
    public static string OneEndpoint(string endpoint = "", string backend = "", string root = "") =>
        $$"""
        {"version":3{{Comma(root)}},"endpoints":[{"endpoint":"/a"{{Comma(endpoint)}},"backend":[{"host":["http://h"],"url_pattern":"/x"{{Comma(backend)}}}]}]}
        """;

    /// <summary>A document with endpoints of the given paths, all GET.</summary>
    public static string Endpoints(params string[] paths)
    {
        var json = new StringBuilder("""{"version":3,"host":["http://h"],"endpoints":[""");
        json.AppendJoin(',', paths.Select(static p => $$"""{"endpoint":"{{p}}","backend":[{"url_pattern":"/x"}]}"""));
        return json.Append("]}").ToString();
    }

    private static string Comma(string members) => members.Length == 0 ? "" : "," + members;
}
