using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd.Deploy;

/// <summary>deploy/systemd/krakend.service.</summary>
public sealed class SystemdUnitTests
{
    // What systemd lets a unit say more than once.
    private static readonly string[] s_lists = ["SystemCallFilter"];

    private readonly Dictionary<string, List<(string Key, string Value)>> _sections = Read();

    [Fact]
    public void Every_line_is_a_key_with_a_value_in_one_of_the_three_sections()
    {
        Assert.Equal(["Install", "Service", "Unit"], _sections.Keys.Order());
        foreach (var (section, lines) in _sections)
        {
            Assert.All(lines, static l => Assert.Matches("^[A-Z][A-Za-z]+$", l.Key));
            Assert.All(lines, l => Assert.False(string.IsNullOrWhiteSpace(l.Value), $"[{section}] {l.Key}"));
            Assert.All(lines.GroupBy(static l => l.Key), static g => Assert.True(g.Count() == 1 || s_lists.Contains(g.Key), g.Key));
        }
    }

    [Fact, Spec("CFG-284")]
    public void It_runs_the_command_of_the_package_with_its_configuration_and_stops_it_with_SIGTERM()
    {
        Assert.Equal("/usr/bin/krakend run -c /etc/krakend/krakend.json", Value("ExecStart"));
        Assert.Equal("/usr/bin/krakend check -c /etc/krakend/krakend.json", Value("ExecStartPre"));
        Assert.Equal("SIGTERM", Value("KillSignal"));
        Assert.Equal("/bin/kill -HUP $MAINPID", Value("ExecReload"));
        Assert.Equal(("krakend", "krakend"), (Value("User"), Value("Group")));
        Assert.Equal("multi-user.target", Assert.Single(_sections["Install"]).Value);
        // The paths are those that the package makes; DebianPackageTests finds them in it.
        Assert.Contains("\"$root/usr/bin/krakend\"", DeployFiles.Text("deb/build.sh"), StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-279")]
    public void The_service_may_open_low_ports_and_nothing_else()
    {
        Assert.Equal("CAP_NET_BIND_SERVICE", Value("CapabilityBoundingSet"));
        Assert.Equal("CAP_NET_BIND_SERVICE", Value("AmbientCapabilities"));
        Assert.Equal("yes", Value("NoNewPrivileges"));
        Assert.Equal("strict", Value("ProtectSystem"));
        // Machine code that is made at run time would not run.
        Assert.DoesNotContain(_sections["Service"], static l => l.Key == "MemoryDenyWriteExecute");
    }

    private string Value(string key) => Assert.Single(_sections["Service"], l => l.Key == key).Value;

    private static Dictionary<string, List<(string, string)>> Read()
    {
        var sections = new Dictionary<string, List<(string, string)>>();
        List<(string, string)>? section = null;
        foreach (var line in DeployFiles.Text("systemd/krakend.service").Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static l => l[0] is not '#' and not ';'))
        {
            if (line[0] == '[')
            {
                sections.Add(line[1..^1], section = []);
                continue;
            }
            Assert.NotNull(section);
            var parts = line.Split('=', 2);
            Assert.True(parts.Length == 2, line);
            section.Add((parts[0], parts[1]));
        }
        return sections;
    }
}
