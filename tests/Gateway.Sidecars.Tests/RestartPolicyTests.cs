using Gateway.Testing;
using Xunit;

using Gateway.Sidecars.Supervision;

namespace Gateway.Sidecars.Tests;

public sealed class RestartPolicyTests
{
    private static readonly RestartSettings s_settings = new();

    [Fact]
    [Spec("GRP-143")]
    public void Pauses_double_to_the_longest_and_carry_jitter()
    {
        var policy = new RestartPolicy(s_settings with { CrashLoop = 100 }, new Random(7));
        var due = s_settings.FirstPause;
        for (var i = 1; i <= 20; i++)
        {
            var restart = policy.Ended(TimeSpan.Zero);
            Assert.InRange(restart.Pause, due / 2, due);
            Assert.Equal(i, restart.Ends);
            due = due * 2 < s_settings.LongestPause ? due * 2 : s_settings.LongestPause;
        }
    }

    [Fact]
    [Spec("GRP-143")]
    public void A_sidecar_that_served_long_enough_begins_anew()
    {
        var policy = new RestartPolicy(s_settings, new Random(7));
        for (var i = 0; i < 5; i++)
            policy.Ended(TimeSpan.FromSeconds(1));
        var restart = policy.Ended(s_settings.Stable);
        Assert.Equal(1, restart.Ends);
        Assert.InRange(restart.Pause, s_settings.FirstPause / 2, s_settings.FirstPause);
    }

    [Fact]
    [Spec("GRP-144")]
    public void Ends_in_a_row_are_a_crash_loop_until_one_attempt_is_stable()
    {
        var policy = new RestartPolicy(s_settings, new Random(7));
        for (var i = 1; i < s_settings.CrashLoop; i++)
            Assert.False(policy.Ended(TimeSpan.Zero).IsLoop);
        for (var i = 0; i < 3; i++)
        {
            var restart = policy.Ended(TimeSpan.Zero);
            Assert.True(restart.IsLoop);
            Assert.InRange(restart.Pause, s_settings.LoopPause / 2, s_settings.LoopPause);
        }
        Assert.False(policy.Ended(s_settings.Stable).IsLoop);
    }

    [Fact]
    public void No_number_of_ends_overflows_the_pause()
    {
        var policy = new RestartPolicy(s_settings with { CrashLoop = int.MaxValue }, new Random(7));
        for (var i = 0; i < 10_000; i++)
            Assert.InRange(policy.Ended(TimeSpan.Zero).Pause, TimeSpan.Zero, s_settings.LongestPause);
    }
}
