using System.Diagnostics;
using System.Text;
using Gateway.Bench;
using Xunit;

namespace Gateway.Tools.Tests.Bench;

public sealed class ParsingTests
{
    [Fact]
    public void Adds_user_and_system_time_behind_a_program_name_with_brackets_and_blanks()
    {
        const string Stat = "4711 (a (b) c d) S 1 4711 4711 0 -1 4194304 100 0 0 0 250 75 9 9 20 0 1 0 100 1000 200";

        Assert.Equal(325, ProcessTree.ParseCpuTicks(Stat));
    }

    [Theory]
    [InlineData("Name:\tgateway\nVmPeak:\t  9000 kB\nVmRSS:\t  2048 kB\nThreads:\t9\n", 2_097_152)]
    [InlineData("Name:\tgateway\nState:\tZ (zombie)\n", 0)]
    public void Reads_resident_memory_in_bytes(string status, long bytes)
    {
        Assert.Equal(bytes, ProcessTree.ParseResidentBytes(status));
    }

    [Fact]
    public void Reads_its_own_process_from_proc()
    {
        using Process own = Process.GetCurrentProcess();

        Assert.True(ProcessTree.CpuSeconds(own.Id) > 0);
        Assert.InRange(ProcessTree.ResidentBytes(own.Id), own.WorkingSet64 / 4, long.MaxValue);
    }

    [Fact]
    public void Counts_children_of_every_thread()
    {
        using Process own = Process.GetCurrentProcess();
        Process? child = null;
        var starting = new Thread(() => child = Process.Start("/usr/bin/sleep", "1000"));
        starting.Start();
        starting.Join();
        try
        {
            Assert.Contains(child!.Id, ProcessTree.Members(own.Id));
        }
        finally
        {
            child!.Kill();
            child.Dispose();
        }
    }

    [Fact]
    public void Reads_the_line_that_the_script_adds_to_the_output_of_wrk()
    {
        LoadResult result = Wrk.Parse("Running 10s test\n  2 threads\nRequests/sec: 1\nRESULT 330460 10001234 1760 3900 2\n");

        Assert.Equal(new LoadResult(330_460, 10.001234, 1.76, 3.9, 2), result);
    }

    [Fact]
    public void Refuses_output_of_wrk_without_a_result()
    {
        Assert.Throws<BenchException>(() => Wrk.Parse("unable to connect to 127.0.0.1:1 Connection refused\n"));
    }

    [Fact]
    public void Reads_the_answer_of_the_heap_probe()
    {
        Assert.Equal(new HeapSample(385_392, 7, 3, 1, 98_304), HeapSample.Parse("385392 7 3 1 98304"));
        Assert.Throws<FormatException>(() => HeapSample.Parse("1 2 3"));
    }

    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 2)]
    [InlineData(new double[] { 4, 1, 2, 3 }, 2.5)]
    [InlineData(new double[] { 7 }, 7)]
    public void Takes_the_middle_value_for_the_median(double[] values, double expected)
    {
        Assert.Equal(expected, Measurement.Median(values));
    }

    [Fact]
    public void Writes_a_table_as_Markdown()
    {
        var text = new StringBuilder("before\n");

        Report.Table(text, ["a", "b"], [["1", "2"], ["3", ""]]);

        Assert.Equal("before\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 |  |\n", text.ToString());
    }
}
