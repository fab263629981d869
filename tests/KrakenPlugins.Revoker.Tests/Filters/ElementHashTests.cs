using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Revoker.Filters;
using Xunit;

namespace KrakenPlugins.Revoker.Tests.Filters;

public sealed class ElementHashTests
{
    // Published digests of "abc": FNV-1 of 128 bits a68bb2a4348b5822 836dbc78c6aee73b, read in words the other way round.
    [Fact, Spec("AUT-074")]
    public void Optimal_positions_are_an_arithmetic_series_out_of_FNV_128()
    {
        var hash = ElementHash.Of("abc"u8, HashName.Optimal, 4);

        var first = Reversed("a68bb2a4348b5822");
        var step = Reversed("836dbc78c6aee73b");
        Assert.Equal(4, hash.Count);
        for (var i = 0; i < 4; i++)
            Assert.Equal(unchecked(first + ((ulong)i * step)), hash[i]);
    }

    // Published digests of "abc": MD5 900150983cd24fb0d6963f7d28e17f72, SHA-1 a9993e364706816aba3e25717850c26c9cd0d89d, FNV-1 of 64 bits
    // d8dcca186bafadcb. CRC-64/XZ has "123456789" as its check value.
    [Theory, Spec("AUT-074")]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 5)]
    [InlineData(4, 6)]
    [InlineData(5, 8)]
    [InlineData(24, 8)]
    public void Default_positions_are_the_full_words_of_the_first_digests(int hashes, int positions)
    {
        var hash = ElementHash.Of("abc"u8, HashName.Default, hashes);

        Assert.Equal(positions, hash.Count);
        string?[] words = ["900150983cd24fb0", "d6963f7d28e17f72", null, "a9993e364706816a", "ba3e25717850c26c", "d8dcca186bafadcb", "a68bb2a4348b5822", "836dbc78c6aee73b"];
        for (var i = 0; i < positions; i++)
        {
            if (words[i] is { } word)
                Assert.Equal(Reversed(word), hash[i]);
        }
    }

    [Fact, Spec("AUT-074")]
    public void The_third_default_position_is_the_CRC_of_ECMA()
    {
        var hash = ElementHash.Of("123456789"u8, HashName.Default, 2);

        Assert.Equal(Reversed("995dc9bbdf1939fa"), hash[2]);
    }

    [Fact, Spec("AUT-074")]
    public void The_bit_of_a_position_is_counted_from_the_low_end_of_its_byte()
    {
        var settings = new FilterSettings(1000, 0.01, 60, HashName.Optimal);
        using var filter = new RotatingFilter(settings, TimeProvider.System);

        filter.Add("jti-abc"u8);

        var expected = new byte[filter.ByteCount];
        var hash = ElementHash.Of("jti-abc"u8, HashName.Optimal, settings.Hashes);
        for (var i = 0; i < hash.Count; i++)
        {
            var position = hash[i] % (ulong)settings.Bits;
            expected[position / 8] |= (byte)(1 << (int)(position % 8));
        }
        var content = new byte[(filter.ByteCount + 7) / 8 * 8];
        var count = filter.Filters.Current.CopyTo(0, content);
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(content.AsSpan(0, count)));
    }

    [Fact]
    public void Hashing_and_looking_up_allocate_nothing()
    {
        using var optimal = new RotatingFilter(new FilterSettings(1000, 0.01, 60, HashName.Optimal), TimeProvider.System);
        using var standard = new RotatingFilter(new FilterSettings(1000, 0.01, 60, HashName.Default), TimeProvider.System);
        var element = Encoding.UTF8.GetBytes("jti-0123456789");

        var bytes = Allocations.Least(0, () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                optimal.Has(element);
                optimal.Add(element);
                standard.Has(element);
            }
        });

        Assert.Equal(0, bytes);
    }

    private static ulong Reversed(string hex) => BinaryPrimitives.ReverseEndianness(ulong.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
}
