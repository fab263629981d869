using System.Text;
using Gateway.Bench;
using Xunit;

namespace Gateway.Tools.Tests.Bench;

public sealed class ReloadBenchTests
{
    [Fact]
    public void A_run_lasts_a_minute_unless_told_otherwise()
    {
        Assert.Equal((BenchMode.Reload, 60), (BenchOptions.Parse(["reload"]).Mode, BenchOptions.Parse(["reload"]).Duration));
        Assert.Equal(5, BenchOptions.Parse(["reload", "--duration", "5"]).Duration);
    }

    [Theory]
    [InlineData("""{"first":"A","second":"A"}""", "A")]
    [InlineData("""{"first":"B","id":1,"second":"B"}""", "B")]
    [InlineData("""{"first":"A","second":"B"}""", null)]
    [InlineData("""{"first":"A"}""", null)]
    [InlineData("", null)]
    public void An_answer_is_of_the_version_that_both_places_name(string body, string? expected) => Assert.Equal(expected, StampVersions.VersionOf(body));

    [Fact]
    public void The_length_of_an_answer_is_known_when_its_head_is_complete()
    {
        const string Head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\ncontent-length: 12\r\n\r\n";

        Assert.Equal(-1, CheckedLoad.Length(Encoding.ASCII.GetBytes(Head[..^1])));
        Assert.Equal(Head.Length + 12, CheckedLoad.Length(Encoding.ASCII.GetBytes(Head)));
        Assert.Throws<BenchException>(() => CheckedLoad.Length("HTTP/1.1 200 OK\r\n\r\n"u8));
    }

    [Fact]
    public void The_report_counts_what_went_wrong()
    {
        var part = new CheckedResult { Connections = 2, Mixed = 1 };
        part.Note("ConnectionReset", isReset: true);
        part.Note("HTTP/1.1 500", isReset: false);
        part.Ticks.AddRange(Enumerable.Range(1, 100).Select(static ms => ms * System.Diagnostics.Stopwatch.Frequency / 1000));
        CheckedResult moving = CheckedResult.Of([part], TimeSpan.FromSeconds(10));
        CheckedResult still = CheckedResult.Of([new CheckedResult { Ticks = { 50 * System.Diagnostics.Stopwatch.Frequency / 1000 } }], TimeSpan.FromSeconds(10));

        string report = Report.Reloads(new BenchOptions(), still, moving, [0.01, 0.02, 0.04], (100 << 20, 101 << 20));

        Assert.Equal("ConnectionReset", moving.FirstFailure);
        Assert.Contains("| 3 reloads | 10 | 51.00 | 100.00 | 100.0 | 2 | 2 | 1 | 1 |", report, StringComparison.Ordinal);
        Assert.Contains("2.00 times", report, StringComparison.Ordinal);
        Assert.Contains("20 ms (median), 40 ms at most", report, StringComparison.Ordinal);
    }
}
