using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Server;

public sealed class NameTests
{
    [Fact, Spec("CFG-042")]
    public async Task The_name_of_the_service_changes_no_answer()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer("/a", """{"a":1}""");
        var answers = new List<string>();

        foreach (var name in new[] { "", "\"name\":\"shop\"," })
        {
            await using var gateway = await TestGateway.StartAsync($$$"""
                {"version":3,{{{name}}}"endpoints":[{"endpoint":"/x","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]}]}
                """, upstream.Host);
            using var response = await gateway.Client.GetAsync("/x");
            var headers = string.Join('\n', response.Headers.Where(static h => h.Key != "Date").Select(static h => $"{h.Key}: {string.Join(',', h.Value)}"));
            answers.Add($"{response.StatusCode}\n{headers}\n{await response.Content.ReadAsStringAsync()}");
        }

        Assert.Equal(answers[0], answers[1]);
        Assert.Equal(2, upstream.Received.Count);
        static string Comparable(ReceivedRequest request) => string.Join('\n', request.Headers.Where(static h => h.Key != "X-Forwarded-Host").Select(static h => $"{h.Key}: {h.Value}"));
        Assert.Equal(Comparable(upstream.Received[0]), Comparable(upstream.Received[1]));
    }
}
