using Gateway.Sidecars.Components;
using Gateway.Testing;
using Google.Protobuf;
using KrakenPlugins.Plugin.V1;
using KrakenPlugins.Sdk.Proxy;
using Xunit;

namespace Gateway.Sidecars.Tests.Components;

[Spec("GRP-163")]
public sealed class RuleTests
{
    [Theory]
    [InlineData("", "v")]
    [InlineData("a b", "v")]
    [InlineData("a:", "v")]
    [InlineData("\u00e4", "v")]
    [InlineData(":path", "v")]
    [InlineData("a", "v\r\nb: c")]
    [InlineData("a", "v\n")]
    [InlineData("a", "v\0")]
    [InlineData("a", "v\u001b")]
    [InlineData("a", "v\u007f")]
    public void Headers_are_tokens_with_values_without_control_characters(string name, string value)
    {
        Assert.Throws<ViolationException>(() => HeaderRules.Check([Short.Set(name, value)]));
        Assert.Throws<ViolationException>(() => HeaderRules.Read([new Header { Name = name, Value = value }]));
    }

    [Fact]
    public void A_value_may_have_tabs_and_letters_of_any_script() => HeaderRules.Check([Short.Set("X-A", "a\tb \u00e4 \u4e2d")]);

    [Fact]
    public void A_head_is_bounded()
    {
        Assert.Throws<ViolationException>(() => HeaderRules.Read([.. Enumerable.Repeat(new Header { Name = "a" }, 1_001)]));
        Assert.Throws<ViolationException>(() => HeaderRules.Read([new Header { Name = "a", Value = new string('x', 256 << 10) }]));
        Assert.Equal(1_000, HeaderRules.Read([.. Enumerable.Repeat(new Header { Name = "a" }, 1_000)]).Count);
    }

    [Fact, Spec("GRP-162")]
    public void Headers_of_the_connection_of_the_body_and_of_the_gateway_are_dropped()
    {
        string[] dropped = ["Connection", "keep-alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "HTTP2-Settings", "Host", "Content-Length", "X-KRAKEND", "x-krakend-completed"];

        var list = HeaderRules.Read([.. dropped.Select(static n => new Header { Name = n, Value = "1" }), new Header { Name = "x-kept", Value = "1" }]);

        Assert.Equal("X-Kept", Assert.Single(list.Items.ToArray()).Key);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("http://a/b")]
    [InlineData("*")]
    [InlineData("/a b")]
    [InlineData("/a#b")]
    [InlineData("/a\r\nX: y")]
    [InlineData("/\u00e4")]
    public void A_target_is_a_path_with_a_query(string target) => Assert.Throws<ViolationException>(() => TargetRules.Target(target));

    [Theory]
    [InlineData("ftp", "a.test")]
    [InlineData("", "a.test")]
    [InlineData("http", "")]
    [InlineData("http", "a.test:0")]
    [InlineData("http", "user@a.test")]
    [InlineData("http", "a.test/x")]
    [InlineData("http", "[::1")]
    public void A_host_is_one_that_can_be_called(string scheme, string authority) => Assert.Throws<ViolationException>(() => TargetRules.Host(scheme, authority));

    [Fact]
    public void Hosts_have_the_port_of_their_scheme()
    {
        Assert.Equal(("::1", 443), (TargetRules.Host("https", "[::1]").Host, TargetRules.Host("https", "[::1]").Port));
        Assert.Equal("a.test:8080", TargetRules.Host("http", "a.test:8080").Authority);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(101u)]
    [InlineData(199u)]
    [InlineData(600u)]
    public void An_answer_has_a_status_of_one(uint status) => Assert.Throws<ViolationException>(() => Answers.StatusOf(status));

    [Theory]
    [InlineData("GET /")]
    [InlineData("G\r\nX")]
    public void A_method_is_a_token(string method) => Assert.Throws<ViolationException>(() => TargetRules.Method(method));

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    public void Claims_are_an_object(string json) => Assert.Throws<ViolationException>(() => JsonClaims.Read(ByteString.CopyFromUtf8(json)));

    [Fact]
    public void A_failure_of_a_plugin_is_checked_too()
    {
        Assert.Throws<ViolationException>(() => Failures.Read(new() { Status = 100 }));
        Assert.Throws<ViolationException>(() => Failures.Read(new() { ContentType = "a\nb" }));
        Assert.Throws<ViolationException>(() => Failures.Read(new() { Headers = { new Header { Name = "a b" } } }));
        var error = Failures.Read(new() { Kind = (FailureKind)99 });
        Assert.Equal((GatewayErrorKind.Internal, 500), (error.Kind, error.StatusCode));
    }
}
