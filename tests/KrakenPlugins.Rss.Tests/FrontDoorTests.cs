using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.Rss.Tests;

/// <summary>Feeds of real upstreams through a gateway.</summary>
public sealed class FrontDoorTests
{
    private const string Feed = "<?xml version='1.0'?><rss version='2.0'><channel><title>T</title><item><title>One</title><link>http://h/1</link></item></channel></rss>";

    [Fact]
    [Spec("MAN-059", "MAN-068", "MAN-083")]
    public async Task Is_shaped_and_merged_with_other_encodings_and_written_in_any()
    {
        await using var front = await Front.StartAsync(
            """
            {"endpoint":"/json","backend":[{"url_pattern":"/f","encoding":"rss","allow":["title","items"],"group":"feed"},{"url_pattern":"/j"}]},
            {"endpoint":"/xml","output_encoding":"xml","backend":[{"url_pattern":"/f","encoding":"rss","allow":["title","type"]}]},
            {"endpoint":"/list","output_encoding":"json-collection","backend":[{"url_pattern":"/f","encoding":"rss","allow":["items"],"mapping":{"items":"collection"}}]}
            """, ("/f", Feed), ("/j", """{"j":1}"""));

        Assert.Equal("""{"feed":{"items":[{"link":"http://h/1","links":["http://h/1"],"title":"One"}],"title":"T"},"j":1}""", (await front.GetAsync("/json")).Body);
        Assert.Equal("<doc><title>T</title><type>rss</type></doc>", (await front.GetAsync("/xml")).Body);
        Assert.Equal("""[{"link":"http://h/1","links":["http://h/1"],"title":"One"}]""", (await front.GetAsync("/list")).Body);
    }

    [Fact]
    [Spec("MAN-068")]
    public async Task What_is_no_feed_is_a_failure_of_the_backend()
    {
        await using var front = await Front.StartAsync("""{"endpoint":"/e","backend":[{"url_pattern":"/b","encoding":"rss"}]}""", ("/b", "<html/>"));

        Assert.Equal(500, (await front.GetAsync("/e")).Status);
        await front.Gateway.WaitForLogAsync("rss: the document element is \"html\"; expected rss, RDF or feed");
    }
}
