using Gateway.Core.Encodings;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using Xunit;

namespace Gateway.Core.Tests.Encodings;

public sealed class StringDecoderTests
{
    [Theory, Spec("MAN-065")]
    [InlineData("", "")]
    [InlineData("7B 22 61 22", "{\"a\"")]
    [InlineData("20 C3 A9 E2 82 AC F0 9F 98 80 0A", " é€😀\n")]
    [InlineData("EF BB BF 61", "\uFEFFa")]
    [InlineData("61 FF 62", "a\uFFFDb")]
    [InlineData("E2 82", "\uFFFD\uFFFD")]
    [InlineData("61 E2 82 62 C3", "a\uFFFD\uFFFDb\uFFFD")]
    [InlineData("ED A0 80", "\uFFFD\uFFFD\uFFFD")]
    [InlineData("C0 80", "\uFFFD\uFFFD")]
    [InlineData("00 F0 9F 98 80 80", "\0😀\uFFFD")]
    public void Any_bytes_become_the_content(string hex, string expected)
    {
        var data = StringDecoder.Decode(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

        var member = Assert.Single(data.Members);
        Assert.Equal("content", member.Key);
        Assert.Equal(expected, ((DataString)member.Value).Value);
    }
}
