using System.Text;
using Xunit;

namespace KrakenPlugins.Cryptography.Tests;

public sealed class ChecksumTests
{
    [Theory]
    [InlineData("", 0xcbf29ce484222325, "6c62272e07bb014262b821756295c58d")]
    [InlineData("a", 0xaf63bd4c8601b7be, "d228cb69101a8caf78912b704e4a141e")]
    [InlineData("abc", 0xd8dcca186bafadcb, "a68bb2a4348b5822836dbc78c6aee73b")]
    public void Fnv_1_is_that_of_go(string text, ulong of64, string of128)
    {
        Assert.Equal(of64, Fnv1.Hash64(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(of128, Fnv1.Hash128(Encoding.UTF8.GetBytes(text)).ToString("x32", null));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("123456789", 0x995DC9BBDF1939FA)]
    [InlineData("a", 0x330284772e652b05)]
    public void Crc_64_is_that_of_go(string text, ulong checksum) => Assert.Equal(checksum, Crc64Ecma.Compute(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Crc_64_goes_on_where_it_ended() => Assert.Equal(0x995DC9BBDF1939FA, Crc64Ecma.Append(Crc64Ecma.Compute("1234"u8), "56789"u8));
}
