using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Forwarding;

public sealed class QueryForwardingTests
{
    [Fact, Spec("RTE-093")]
    public async Task Nothing_passes_without_a_list()
    {
        await using var rig = await Rig.StartAsync(Endpoint(""));

        Assert.Equal("/b", await rig.TargetOfAsync("/a?items=1&page=2"));
    }

    [Theory, Spec("RTE-094", "RTE-101")]
    [InlineData("?items=10&page=2&evil=here", "/b?items=10&page=2")]
    [InlineData("?evil=here&page=2", "/b?page=2")]
    [InlineData("?evil=here", "/b")]
    [InlineData("", "/b")]
    public async Task Listed_parameters_pass_and_none_is_mandatory(string query, string expected)
    {
        await using var rig = await Rig.StartAsync(Endpoint("\"items\",\"page\""));

        Assert.Equal(expected, await rig.TargetOfAsync("/a" + query));
    }

    [Fact, Spec("RTE-095")]
    public async Task Names_are_literal_and_case_sensitive()
    {
        await using var rig = await Rig.StartAsync(Endpoint("\"page\",\"foo[]\""));

        Assert.Equal("/b?foo%5B%5D=1&foo%5B%5D=2&page=1", await rig.TargetOfAsync("/a?page=1&Page=2&foo=0&foo[]=1&foo%5B%5D=2&foo[1]=3"));
    }

    [Fact, Spec("RTE-096")]
    public async Task Repeated_parameters_keep_their_order()
    {
        await using var rig = await Rig.StartAsync(Endpoint("\"b\",\"a\""));

        Assert.Equal("/b?a=1&b=3&b=2&b=3", await rig.TargetOfAsync("/a?b=3&a=1&b=2&b=3"));
    }

    [Fact, Spec("RTE-097")]
    public async Task A_star_anywhere_lets_everything_pass()
    {
        await using var rig = await Rig.StartAsync(Endpoint("\"x\",\"*\""));

        Assert.Equal("/b?a=1&x=2&z=3", await rig.TargetOfAsync("/a?z=3&x=2&a=1"));
    }

    [Theory, Spec("RTE-098")]
    [InlineData("?b=2&a=1&B=0", "/b?B=0&a=1&b=2")]
    [InlineData("?q=a%20b+c", "/b?q=a+b+c")]
    [InlineData("?foo", "/b?foo=")]
    [InlineData("?foo=", "/b?foo=")]
    [InlineData("?x[]=1", "/b?x%5B%5D=1")]
    [InlineData("?a=1&bad=%zz&c=3", "/b?a=1&c=3")]
    [InlineData("?a=1;b=2&c=3", "/b?c=3")]
    [InlineData("?a=%C3%A9&b=%2F%26", "/b?a=%C3%A9&b=%2F%26")]
    [InlineData("?&&a=1&", "/b?a=1")]
    [InlineData("?", "/b")]
    public async Task The_query_is_serialised_again(string query, string expected)
    {
        await using var rig = await Rig.StartAsync(Endpoint("\"*\""));

        Assert.Equal(expected, await rig.TargetOfAsync("/a" + query));
    }

    [Fact, Spec("RTE-099", "RTE-100")]
    public async Task Every_backend_filters_what_the_endpoint_let_through()
    {
        await using var rig = await Rig.StartAsync("""
            {"endpoint":"/a","input_query_strings":["a","b"],"backend":[
              {"url_pattern":"/one?fixed=1","input_query_strings":["a","c"]},
              {"url_pattern":"/none?fixed=1","input_query_strings":[""]},
              {"url_pattern":"/all?fixed=1","input_query_strings":[]},
              {"url_pattern":"/star","input_query_strings":["*"]}]}
            """);

        await rig.GetAsync("/a?a=1&b=2&c=3");

        Assert.Equal(
            ["/all?fixed=1&a=1&b=2", "/none?fixed=1", "/one?fixed=1&a=1", "/star?a=1&b=2"],
            rig.Upstream.Received.Select(static r => r.Target).Order(StringComparer.Ordinal));
    }

    private static string Endpoint(string list) => $$"""{"endpoint":"/a","input_query_strings":[{{list}}],"backend":[{"url_pattern":"/b"}]}""";
}
