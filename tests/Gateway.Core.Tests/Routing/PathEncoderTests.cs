using Gateway.Core.Routing;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Routing;

public sealed class PathEncoderTests
{
    [Theory]
    [Spec("RTE-069", "RTE-071")]
    [InlineData("x y", "x%20y")]
    [InlineData("é", "%C3%A9")]
    [InlineData("😀", "%F0%9F%98%80")]
    [InlineData("x+y", "x+y")]
    [InlineData("{b}", "%7Bb%7D")]
    [InlineData("{{.B}}", "%7B%7B.B%7D%7D")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("100%", "100%25")]
    [InlineData("a?b#c\\d", "a%3Fb%23c%5Cd")]
    [InlineData("a\r\nb\0", "a%0D%0Ab%00")]
    [InlineData("$&+,:;=@-_.~", "$&+,:;=@-_.~")]
    [InlineData("!'()*\"<>[]^`|", "%21%27%28%29%2A%22%3C%3E%5B%5D%5E%60%7C")]
    [InlineData("", "")]
    public void A_value_in_a_path_stays_one_segment(string value, string expected)
    {
        var builder = new UrlBuilder(stackalloc char[4]);
        PathEncoder.AppendPath(ref builder, value);

        Assert.Equal(expected, builder.ToString());
        builder.Dispose();
    }

    [Theory]
    [Spec("RTE-070")]
    [InlineData("a&admin=1", "a%26admin%3D1")]
    [InlineData("x y", "x%20y")]
    [InlineData("a+b;c#d%e", "a%2Bb%3Bc%23d%25e")]
    [InlineData("é\r\n", "%C3%A9%0D%0A")]
    [InlineData("http://h/p?q", "http://h/p?q")]
    [InlineData("'\"<>\\{}", "%27%22%3C%3E%5C%7B%7D")]
    public void A_value_in_a_query_stays_one_value(string value, string expected)
    {
        var builder = new UrlBuilder([]);
        PathEncoder.AppendQuery(ref builder, value);

        Assert.Equal(expected, builder.ToString());
        builder.Dispose();
    }

    [Fact]
    public void A_lone_surrogate_becomes_a_replacement_character()
    {
        var builder = new UrlBuilder([]);
        PathEncoder.AppendPath(ref builder, "a\ud800b");

        Assert.Equal("a%EF%BF%BDb", builder.ToString());
        builder.Dispose();
    }

    [Theory]
    [InlineData("/a%2fb%20c", "/a%2fb%20c")]
    [InlineData("/a b\r\n?#\\é", "/a%20b%0D%0A%3F%23%5C%C3%A9")]
    [InlineData("100%", "100%25")]
    [InlineData("%zz%4", "%25zz%254")]
    public void An_encoded_path_keeps_its_escapes(string value, string expected)
    {
        var builder = new UrlBuilder([]);
        PathEncoder.AppendEncodedPath(ref builder, value);

        Assert.Equal(expected, builder.ToString());
        builder.Dispose();
    }

    [Fact]
    public void The_buffer_grows_and_is_reused_after_clear()
    {
        var builder = new UrlBuilder(stackalloc char[2]);
        for (var i = 0; i < 1000; i++)
        {
            builder.Append('x');
            builder.Append("yz");
            builder.AppendEscape(0xAB);
        }

        Assert.Equal(6000, builder.Length);
        Assert.Equal(string.Concat(Enumerable.Repeat("xyz%AB", 1000)), builder.ToString());
        builder.Clear();
        Assert.Equal("", builder.ToString());
        builder.Dispose();
    }
}
