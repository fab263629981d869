using System.Globalization;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.LoadBalancing.Tests;

public sealed class HashTests
{
    private const string ByUser = """{"strategy":"consistent_hash","hash":{"by":"header","name":"X-User"} }""";
    private const string UserPasses = ",\"input_headers\":[\"X-User\"]";

    [Theory, Spec("RTE-406")]
    [InlineData("""{"by":"header","name":"X-User"}""", "/e/1", "X-User: {0}")]
    [InlineData("""{"by":"query","name":"u"}""", "/e/1?u={0}", "X-None: 1")]
    [InlineData("""{"by":"parameter","name":"id"}""", "/e/{0}", "X-None: 1")]
    [InlineData("""{"by":"cookie","name":"sid"}""", "/e/1", "Cookie: a=b; sid={0}; c=d")]
    public async Task Equal_keys_go_to_the_same_host_and_keys_to_all_hosts(string hash, string path, string header)
    {
        await using var fleet = await Front.StartAsync(3, $$"""{"strategy":"consistent_hash","hash":{{hash}} }""", path: "/e/{id}",
            endpoint: ",\"input_headers\":[\"X-User\",\"Cookie\"],\"input_query_strings\":[\"u\"]");

        for (var user = 0; user < 30; user++)
        {
            var answers = new List<string>();
            for (var i = 0; i < 3; i++)
                answers.Add((await fleet.GetAsync(string.Format(CultureInfo.InvariantCulture, path, user), string.Format(CultureInfo.InvariantCulture, header, user))).Body);
            Assert.Single(answers.Distinct());
        }

        Assert.All(fleet.Counts, static count => Assert.True(count > 0));
    }

    [Fact, Spec("RTE-406")]
    public async Task One_client_stays_with_one_host_and_calls_without_key_go_to_all()
    {
        await using var byClient = await Front.StartAsync(3, """{"strategy":"consistent_hash","hash":{"by":"client_ip"} }""");
        await byClient.StatusesAsync(12);
        Assert.Equal(12, byClient.Counts.Max());

        await using var keyless = await Front.StartAsync(3, ByUser, endpoint: UserPasses);
        await keyless.StatusesAsync(60);
        Assert.All(keyless.Counts, static count => Assert.True(count > 0));
    }

    [Fact, Spec("RTE-408")]
    public async Task Only_the_keys_of_a_host_that_is_down_move_and_they_return_with_it()
    {
        await using var fleet = await Front.StartAsync(3,
            """{"strategy":"consistent_hash","hash":{"by":"header","name":"X-User"},"outlier":{"consecutive_failures":1,"ejection_time":"30s"} }""", endpoint: UserPasses);
        var before = await OwnersAsync(fleet);

        fleet[1].Fail();
        for (var user = 0; user < 40; user++)
            await fleet.GetAsync("/e", $"X-User: {user}");
        await fleet.Gateway.WaitForLogAsync($"{fleet[1].Host} is out for 30 s: 1 failures in a row");
        var during = await OwnersAsync(fleet);
        fleet[1].Answer("/b", """{"host":1}""");
        fleet.Time.Advance(TimeSpan.FromSeconds(31));
        var after = await OwnersAsync(fleet);

        Assert.Contains("""{"host":1}""", before);
        Assert.DoesNotContain("""{"host":1}""", during);
        for (var user = 0; user < before.Length; user++)
            Assert.True(before[user] == during[user] || before[user] == """{"host":1}""");
        Assert.Equal(before, after);
    }

    [Fact, Spec("RTE-407")]
    public async Task Attack_one_key_cannot_put_more_than_the_bound_on_one_host()
    {
        const int Calls = 40;
        await using var fleet = await Front.StartAsync(4, ByUser, endpoint: UserPasses);
        var held = Enumerable.Range(0, 4).Select(fleet.Hold).ToArray();

        var calls = Enumerable.Range(0, Calls).Select(_ => fleet.GetAsync("/e", "X-User: popular")).ToArray();
        await Wait.UntilAsync(() => held.Sum(static h => h.Count) == Calls, () => $"{held.Sum(static h => h.Count)} calls arrived");

        // A quarter of 40, times 1.25, rounded up.
        Assert.All(held, static h => Assert.InRange(h.Count, 1, 13));
        Array.ForEach(held, static h => h.Free());
        await Task.WhenAll(calls);
    }

    private static async Task<string[]> OwnersAsync(Fleet fleet)
    {
        var owners = new string[40];
        for (var user = 0; user < owners.Length; user++)
            owners[user] = (await fleet.GetAsync("/e", $"X-User: {user}")).Body;
        return owners;
    }
}
