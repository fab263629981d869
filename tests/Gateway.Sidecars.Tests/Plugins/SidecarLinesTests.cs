using Gateway.Sidecars.Plugins;
using Gateway.Testing;
using Xunit;

namespace Gateway.Sidecars.Tests.Plugins;

public sealed class SidecarLinesTests
{
    private readonly LogLines _log = new();
    private readonly StillTime _time = new();

    [Fact]
    [Spec("GRP-147")]
    public void A_line_has_the_level_that_it_begins_with_else_that_of_its_stream()
    {
        var lines = new SidecarLines("acme", _time, _log);
        lines.Output("up");
        lines.Error("odd");
        lines.Error("DEBUG small");
        lines.Output("ERROR broken");
        lines.Output("CRITICAL over");
        lines.Output("WARNINGS are words");
        Assert.Equal(
            ["Information [PLUGIN: acme] up", "Warning [PLUGIN: acme] odd", "Debug [PLUGIN: acme] small", "Error [PLUGIN: acme] broken", "Critical [PLUGIN: acme] over", "Information [PLUGIN: acme] WARNINGS are words"], _log);
    }

    [Fact]
    [Spec("GRP-147")]
    public void More_than_64_KiB_in_a_second_are_counted_and_not_logged()
    {
        var lines = new SidecarLines("acme", _time, _log);
        var line = new string('x', 1024);
        for (var i = 0; i < 100; i++)
            lines.Output(line);
        Assert.Equal(64, _log.Count);

        _time.Advance(TimeSpan.FromSeconds(0.5));
        lines.Output("again");

        Assert.Equal(["Warning [PLUGIN: acme] 36 lines of the sidecar were left out: it prints more than 64 KiB in a second", "Information [PLUGIN: acme] again"], _log.Skip(64));
    }

    [Fact]
    public void The_last_lines_of_the_error_output_are_kept_until_the_next_start()
    {
        var lines = new SidecarLines("acme", _time, _log);
        for (var i = 0; i < 12; i++)
            lines.Error($"line {i}");
        Assert.Equal("line 2 | line 3 | line 4 | line 5 | line 6 | line 7 | line 8 | line 9 | line 10 | line 11", lines.Last);
        lines.Begin();
        Assert.Equal("", lines.Last);
    }

    private sealed class StillTime : TimeProvider
    {
        private long _now = 1;

        public void Advance(TimeSpan time) => _now += time.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;
    }
}
