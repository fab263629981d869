using Gateway.Core.Encodings;
using Gateway.Testing;
using Xunit;

namespace Gateway.Core.Tests.Encodings;

public sealed class ContentNegotiationTests
{
    [Theory, Spec("MAN-081", "MAN-082")]
    [InlineData(null, OutputEncoding.Json)]
    [InlineData("", OutputEncoding.Json)]
    [InlineData(" , ;q=1,,", OutputEncoding.Json)]
    [InlineData("*/*", OutputEncoding.Json)]
    [InlineData("application/*", OutputEncoding.Json)]
    [InlineData("application/json", OutputEncoding.Json)]
    [InlineData("application/xml", OutputEncoding.Xml)]
    [InlineData("  application/xml ; charset=utf-8 ; q=0.1", OutputEncoding.Xml)]
    [InlineData("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", OutputEncoding.Xml)]
    [InlineData("application/json;q=0.1, application/xml;q=1", OutputEncoding.Json)]
    [InlineData("application/xml;q=0, application/json", OutputEncoding.Xml)]
    [InlineData("*/*, application/xml", OutputEncoding.Json)]
    [InlineData("image/png", OutputEncoding.Json)]
    [InlineData("text/xml", OutputEncoding.Json)]
    [InlineData("image/png,application/xml", OutputEncoding.Xml)]
    public void The_first_entry_that_can_be_served_wins(string? accept, OutputEncoding expected) =>
        Assert.Equal(expected, ContentNegotiation.Select(accept));

    [Theory, Spec("MAN-081", "MAN-082")]
    [InlineData("text/plain")]
    [InlineData("text/*")]
    [InlineData("application/x-yaml")]
    [InlineData("text/plain, application/xml")]
    public void Text_means_yaml(string accept) => Assert.Equal(OutputEncoding.Yaml, ContentNegotiation.Select(accept));

    [Fact]
    public void Choosing_allocates_nothing()
    {
        const string accept = "text/html, application/xhtml+xml, application/xml;q=0.9";

        Assert.Equal(0, Allocations.Least(0, () => ContentNegotiation.Select(accept)));
    }

    [Fact, Spec("MAN-074", "MAN-077", "MAN-078")]
    public void Media_types_are_those_of_the_reference()
    {
        Assert.Equal("application/json; charset=utf-8", MediaTypes.Json);
        Assert.Equal("application/json; charset=utf-8", MediaTypes.JsonCollection);
        Assert.Equal("text/plain; charset=utf-8", MediaTypes.Text);
        Assert.Equal("application/xml", MediaTypes.Xml);
    }
}
