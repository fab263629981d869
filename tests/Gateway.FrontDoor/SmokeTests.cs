using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor;

public sealed class SmokeTests
{
    [Fact, Spec("MAN-002", "MAN-004", "RTE-118")]
    public async Task Merges_two_backends_into_one_sorted_object()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", """{"name":"L","id":1}""").Answer("/b", """{"userId":1,"title":"t"}""");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/both","backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/a"},
              {"host":["$UPSTREAM"],"url_pattern":"/b"}]}]}
            """, upstream.Host);

        using var response = await gateway.Client.GetAsync("/both");

        Assert.Equal("""{"id":1,"name":"L","title":"t","userId":1}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("true", response.Headers.GetValues("X-Krakend-Completed").Single());
    }
}
