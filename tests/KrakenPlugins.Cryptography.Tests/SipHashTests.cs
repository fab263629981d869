using System.Buffers.Binary;
using Xunit;

namespace KrakenPlugins.Cryptography.Tests;

public sealed class SipHashTests
{
    // The first entries of vectors_sip128 in the reference implementation: key 00 01 … 0f, message 00 01 … of that length.
    [Theory]
    [InlineData(0, "a3817f04ba25a8e66df67214c7550293")]
    [InlineData(1, "da87c1d86b99af44347659119b22fc45")]
    [InlineData(2, "8177228da4a45dc7fca38bdef60affe4")]
    public void Gives_the_vectors_of_the_reference(int length, string expected)
    {
        var hash = new SipHash(0x0706050403020100, 0x0f0e0d0c0b0a0908);

        var value = hash.Hash128([.. Enumerable.Range(0, length).Select(static i => (byte)i)]);

        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, value);
        Assert.Equal(expected, Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Every_byte_of_any_length_counts_and_so_does_the_key()
    {
        var seen = new HashSet<UInt128>();
        var hash = new SipHash(1, 2);
        for (var length = 0; length < 40; length++)
        {
            var data = new byte[length];
            Assert.True(seen.Add(hash.Hash128(data)));
            Assert.True(seen.Add(new SipHash(1, 3).Hash128(data)));
            for (var i = 0; i < length; i++)
            {
                data[i] = 1;
                Assert.True(seen.Add(hash.Hash128(data)), $"byte {i} of {length}");
                data[i] = 0;
            }
        }
        Assert.NotEqual(SipHash.WithRandomKey().Hash128([1]), SipHash.WithRandomKey().Hash128([1]));
    }
}
