using System.Text;
using Gateway.Sidecars.Processes;
using Xunit;

namespace Gateway.Sidecars.Tests;

public sealed class LineReaderTests
{
    [Fact]
    public async Task Lines_arrive_whole_wherever_reads_cut_them()
    {
        var text = string.Concat(Enumerable.Range(0, 500).Select(static i => $"line {i} äöü\r\n")) + "last";
        for (var step = 1; step < 40; step += 3)
        {
            var lines = await ReadAsync(Encoding.UTF8.GetBytes(text), step);
            Assert.Equal(501, lines.Count);
            Assert.Equal("line 499 äöü", lines[499]);
            Assert.Equal("last", lines[500]);
        }
    }

    [Fact]
    public async Task A_line_without_end_is_cut_once_and_the_next_one_is_whole()
    {
        var lines = await ReadAsync(Encoding.UTF8.GetBytes(new string('x', LineReader.MostBytes * 5) + "\nnext\n"), 1000);
        Assert.Equal([new string('x', LineReader.MostBytes) + " …", "next"], lines);
    }

    [Fact]
    public async Task Control_characters_cannot_write_lines_or_colours_into_the_log()
    {
        var lines = await ReadAsync(Encoding.UTF8.GetBytes("a\r2026 ERROR forged\u001b[31m\0b\n"), 100);
        Assert.Equal(["a 2026 ERROR forged [31m b"], lines);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_and_empty_lines_do_no_harm()
    {
        var lines = await ReadAsync([0xff, 0xfe, (byte)'\n', (byte)'\n', (byte)'a', (byte)'\n'], 1);
        Assert.Equal(2, lines.Count);
        Assert.Equal("a", lines[1]);
    }

    private static async Task<List<string>> ReadAsync(byte[] bytes, int step)
    {
        var lines = new List<string>();
        await LineReader.ReadAsync(new SlowStream(bytes, step), lines.Add);
        return lines;
    }

    private sealed class SlowStream(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
