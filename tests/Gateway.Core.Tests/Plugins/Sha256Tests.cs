using System.Security.Cryptography;
using System.Text;
using Gateway.Core.Plugins;
using Xunit;

namespace Gateway.Core.Tests.Plugins;

public sealed class Sha256Tests
{
    [Theory]
    [InlineData("", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [InlineData("abc", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248D6A61D20638B8E5C026930C3E6039A33CE45964FF2167F6ECEDD419DB06C1")]
    public void The_examples_of_the_standard_come_out(string text, string hash) =>
        Assert.Equal(hash, Convert.ToHexString(Sha256.HashData(Encoding.ASCII.GetBytes(text))));

    [Fact]
    public void Every_length_around_the_blocks_gives_what_the_framework_gives()
    {
        var content = new byte[100_003];
        new Random(1).NextBytes(content);

        for (var length = 0; length <= 300; length++)
            Assert.Equal(SHA256.HashData(content.AsSpan(0, length)), Sha256.HashData(content.AsSpan(0, length)));
        Assert.Equal(SHA256.HashData(content), Sha256.HashData(content));
    }
}
