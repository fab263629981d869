using System.Text.Json.Nodes;
using Gateway.Bench;
using Xunit;

namespace Gateway.Tools.Tests.Bench;

public sealed class PluginsBenchTests
{
    [Fact]
    public void The_report_compares_starts_of_one_round_and_judges_them()
    {
        PluginCase none = Case("none", PluginTarget.None, (100, 90, 50), (200, 150, 50), (110, 95, 50));
        PluginCase unused = Case("unused", PluginTarget.Unused, (107, 92, 51), (206, 160, 51), (116, 96, 51));
        PluginCase one = Case("1: audit", PluginTarget.One, (110, 99, 52), (210, 160, 52), (130, 110, 52));
        PluginCase thirty = Case("30", PluginTarget.Thirty, (150, 120, 79), (250, 190, 79.5), (150, 121, 80));

        string report = Report.Plugins(new BenchOptions { Rounds = 3 }, [none, unused, one, thirty]);

        Assert.Contains("Medians of 3 interleaved starts", report, StringComparison.Ordinal);
        Assert.Contains("| none | 110.0 | – | 95.0 | – | 50.0 | – | – |  |", report, StringComparison.Ordinal);
        Assert.Contains("| unused | 116.0 | +6.0 | 96.0 | +2.0 | 51.0 | +1.0 | < 5 ms | missed |", report, StringComparison.Ordinal);
        Assert.Contains("| 1: audit | 130.0 | +10.0 | 110.0 | +10.0 | 52.0 | +2.0 | < 25 ms | met |", report, StringComparison.Ordinal);
        Assert.Contains("| 30 | 150.0 | +50.0 | 121.0 | +30.0 | 79.5 | +29.5 | < 30 MB | met |", report, StringComparison.Ordinal);
    }

    [Fact]
    public void Namespaces_are_added_where_their_scope_is_and_keep_what_stands_there()
    {
        var configuration = (JsonObject)JsonNode.Parse("""
            {"extra_config":{"router":{"a":1}},"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/x"},{"url_pattern":"/y"}]}]}
            """)!;
        var use = new PluginUse([]) { ["service"] = { ["s/s"] = 1 }, ["endpoint"] = { ["e/e"] = 2 }, ["backend"] = { ["b/b"] = 3 } };

        use.AddTo(configuration);

        Assert.Equal("""
            {"extra_config":{"router":{"a":1},"s/s":1},"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/x","extra_config":{"b/b":3}},{"url_pattern":"/y","extra_config":{"b/b":3}}],"extra_config":{"e/e":2}}]}
            """, configuration.ToJsonString());
    }

    [Fact]
    public void A_plugin_is_measured_by_the_first_namespace_that_the_bench_can_place()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "plugin.json"), """
            {"id":"acme.audit","namespaces":[{"name":"acme/agent","scope":"async_agent"},{"name":"acme/audit","scope":"backend"}]}
            """);

        var plugin = PluginUnderTest.Read(folder.Path);

        Assert.Equal(("acme.audit", "backend", "acme/audit", "{}"), (plugin.Id, plugin.Scope, plugin.Namespace, plugin.DefaultValue.ToJsonString()));
    }

    [Theory]
    [InlineData(null, "no such file")]
    [InlineData("{", "plugin.json")]
    [InlineData("""{"id":"kinds","plugins":[{"kind":"middleware","name":"m"}]}""", "no namespace")]
    public void A_folder_without_a_plugin_that_can_be_measured_is_refused(string? manifest, string reason)
    {
        using var folder = new TemporaryFolder();
        if (manifest is not null)
            File.WriteAllText(Path.Combine(folder.Path, "plugin.json"), manifest);

        BenchException refused = Assert.Throws<BenchException>(() => PluginUnderTest.Read(folder.Path));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_folders_of_the_plugins_that_do_nothing_hold_a_manifest_and_their_own_copy_of_the_code()
    {
        using var folder = new TemporaryFolder();
        string build = Directory.CreateDirectory(Path.Combine(folder.Path, "build")).FullName;
        File.WriteAllText(Path.Combine(build, "NoOp.dll"), "code");

        NoOpFolders.Stage(build, Path.Combine(folder.Path, "plugins"));

        Assert.Equal(NoOpFolders.Count, Directory.GetDirectories(Path.Combine(folder.Path, "plugins")).Length);
        string last = NoOpFolders.Folder(Path.Combine(folder.Path, "plugins"), NoOpFolders.Count - 1);
        Assert.Equal(("endpoint", "noop/29"), (PluginUnderTest.Read(last).Scope, PluginUnderTest.Read(last).Namespace));
        Assert.True(File.Exists(Path.Combine(last, "NoOp.dll")));
    }

    [Fact]
    public void The_CPU_clock_of_this_process_goes_on_while_it_works()
    {
        TimeSpan before = ProcessTree.CpuClock(Environment.ProcessId);
        var spun = new SpinWait();
        while (ProcessTree.CpuClock(Environment.ProcessId) == before)
            spun.SpinOnce(sleep1Threshold: -1);

        Assert.True(ProcessTree.CpuClock(Environment.ProcessId) > before);
    }

    private static PluginCase Case(string name, PluginTarget target, params (double Milliseconds, double Cpu, double Megabytes)[] starts)
    {
        var item = new PluginCase(name, new PluginUse([]), target);
        item.Starts.AddRange(starts.Select(start => new PluginStart(start.Milliseconds, start.Cpu, start.Megabytes * 1024 * 1024)));
        return item;
    }
}
