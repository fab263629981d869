using System.Globalization;
using Gateway.Testing;
using KrakenPlugins.Quota.Counting;
using KrakenPlugins.Resp;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Quota.Tests;

/// <summary>The windows, as the script knows them and as the framework's calendar does.</summary>
public sealed class CalendarTests(SharedRedis redis) : IClassFixture<SharedRedis>
{
    private static readonly RedisScript s_windows = new(QuotaScript.Calendar + """
        local reply = {}
        for n = 1, #ARGV do
          local windows = calendar(tonumber(ARGV[n]))
          for letter in string.gmatch('sihdwmy', '%a') do
            local window = windows[letter]
            reply[#reply + 1] = string.format('%s %.0f %.0f', window[1], window[2], window[3])
          end
        end
        return reply
        """);

    [Theory, Spec("TRF-149", "TRF-151", "TRF-152")]
    [InlineData("2025-01-04T13:25:59Z", "s59 i25 h13 d4 w1 m1 y2025")]
    [InlineData("2024-12-29T23:59:59Z", "s59 i59 h23 d29 w52 m12 y2024")]
    [InlineData("2024-12-30T00:00:00Z", "s0 i0 h0 d30 w1 m12 y2024")]
    [InlineData("2021-01-03T00:00:00Z", "s0 i0 h0 d3 w53 m1 y2021")]
    [InlineData("2024-02-29T12:00:01Z", "s1 i0 h12 d29 w9 m2 y2024")]
    public void A_moment_has_the_fields_that_operators_know(string moment, string fields)
    {
        var now = Rig.Seconds(moment);

        Assert.Equal(fields, string.Join(' ', QuotaUnit.All.Select(unit => unit.WindowOf(now).Field)));
    }

    [Fact, Spec("TRF-149", "TRF-150", "TRF-433")]
    public async Task The_script_has_the_calendar_of_the_framework_at_thousands_of_moments()
    {
        await using var client = RespClient.Connect(new RespAddress("127.0.0.1", redis.Server.Port), new RespOptions { Name = "a" });
        var random = new Random(20250104);
        var last = Rig.Seconds("2399-12-31T00:00:00Z");
        var moments = Enumerable.Range(1970, 430).SelectMany(static year => new[] { Edge(year, 1, 1), Edge(year, 3, 1), Edge(year, 12, 28) }).SelectMany(static edge => new[] { edge - 1, edge, edge + 86_400 * 3 })
            .Where(static now => now >= 0).Concat(Enumerable.Range(0, 2_000).Select(_ => random.NextInt64(last))).ToArray();

        foreach (var part in moments.Chunk(500))
        {
            var reply = await client.EvaluateAsync(s_windows, ["k"], [.. part.Select(static now => RedisArgument.Of(now))], new RedisCall(TimeSpan.FromSeconds(10)));

            Assert.Equal(part.SelectMany(static now => QuotaUnit.All.Select(unit => Show(unit.WindowOf(now)))), reply.Items.ToArray().Select(static item => item.Text));
        }
    }

    [Fact, Spec("TRF-149")]
    public void Every_window_begins_where_the_last_one_ends()
    {
        var random = new Random(4);
        for (var i = 0; i < 2_000; i++)
        {
            var now = random.NextInt64(Rig.Seconds("2399-12-31T00:00:00Z"));
            foreach (var unit in QuotaUnit.All)
            {
                var window = unit.WindowOf(now);
                Assert.InRange(now, window.Start, window.End - 1);
                Assert.Equal(window, unit.WindowOf(window.Start));
                Assert.Equal(window, unit.WindowOf(window.End - 1));
                Assert.Equal(window.End, unit.WindowOf(window.End).Start);
            }
        }
    }

    [Fact, Spec("TRF-149", "TRF-156")]
    public void Windows_cost_a_request_no_memory()
    {
        var now = Rig.Seconds("2031-01-04T13:25:07Z");
        var sum = Ends(now);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            sum += Ends(now + i);

        Assert.Equal((0L, true), (GC.GetAllocatedBytesForCurrentThread() - before, sum > 0));

        static long Ends(long now)
        {
            var ends = 0L;
            for (var i = 0; i < QuotaUnit.All.Count; i++)
                ends += QuotaUnit.All[i].WindowOf(now).End;
            return ends;
        }
    }

    private static long Edge(int year, int month, int day) => new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    private static string Show(CalendarWindow window) => string.Create(CultureInfo.InvariantCulture, $"{window.Field} {window.Start} {window.End}");
}
