using Gateway.Testing;
using KrakenPlugins.Revoker.Filters;
using Xunit;

namespace KrakenPlugins.Revoker.Tests.Filters;

public sealed class FilterSizeTests
{
    // Worked out by hand from ceil(-N ln P / (ln 2)^2) and ceil(ln 2 m / N).
    [Theory, Spec("AUT-069")]
    [InlineData(2, 0.5, 3, 2)]
    [InlineData(1000, 0.01, 9586, 7)]
    [InlineData(10_000_000, 1e-7, 335_477_044, 24)]
    public void Bits_and_hashes_follow_from_N_and_P(long count, double probability, long bits, int hashes)
    {
        var settings = new FilterSettings(count, probability, 60, HashName.Optimal);

        Assert.Equal((bits, hashes), (settings.Bits, settings.Hashes));
    }

    [Fact, Spec("AUT-069")]
    public void Ten_million_elements_with_ten_to_the_minus_seven_take_42_megabytes()
    {
        using var filter = new RotatingFilter(new FilterSettings(10_000_000, 1e-7, 60, HashName.Optimal), TimeProvider.System);

        Assert.Equal(42, Math.Round(filter.ByteCount / 1e6));
    }

    [Theory, Spec("AUT-075", "AUT-250")]
    [InlineData(0, 0.1, 1, "N")]
    [InlineData(-5, 0.1, 1, "N")]
    [InlineData(10, 0, 1, "P")]
    [InlineData(10, 1, 1, "P")]
    [InlineData(10, -0.5, 1, "P")]
    [InlineData(10, double.NaN, 1, "P")]
    [InlineData(10, 0.1, 0, "TTL")]
    [InlineData(10, 0.1, 4_000_000_000, "TTL")]
    [InlineData(1_000_000_000, 1e-7, 1, "N")]
    [InlineData(long.MaxValue, 0.5, 1, "N")]
    [InlineData(10, 1e-300, 1, "P")]
    public void Absurd_settings_are_refused_before_memory_is_taken(long count, double probability, long ttl, string attribute) =>
        Assert.Equal(attribute, FilterSettings.Fault(count, probability, ttl)?.Attribute);

    [Fact, Spec("AUT-250")]
    public void The_refusal_of_a_filter_that_is_too_large_says_how_large_it_would_be() =>
        Assert.Contains("3,999 MiB", FilterSettings.Fault(1_000_000_000, 1e-7, 1)!.Value.Message, StringComparison.Ordinal);
}
