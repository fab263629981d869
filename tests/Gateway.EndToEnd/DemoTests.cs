using System.Net;
using System.Runtime.InteropServices;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>The demo and its example shop.</summary>
public sealed class DemoTests(DemoFixture demo) : IClassFixture<DemoFixture>
{
    [Theory]
    [InlineData("/profile/1", 200, "true", """{"address":{"city":"London"},"email":"ada@example.com","id":1,"name":"Ada Lovelace","orders":{"count":2,"total":64.80},"reviews":[{"product":"teapot","stars":5,"text":"Pours well."},{"product":"cup","stars":4,"text":"A little small."}]}""")]
    [InlineData("/reviews/1", 200, "true", """[{"product":"teapot","stars":5},{"product":"cup","stars":4}]""")]
    [InlineData("/stock", 200, "true", """{"stock":{"-updated":"today","item":[{"#text":"teapot","-sku":"T1"},{"#text":"cup","-sku":"C1"}]}}""")]
    [InlineData("/home/1", 200, "false", """{"full_name":"Ada Lovelace","id":1,"recommendations":{"items":[]}}""")]
    [InlineData("/checkout/1", 200, "false", """{"error_payment":{"http_body":"{\"reason\":\"the bank does not answer\"}","http_body_encoding":"application/json","http_status_code":503},"id":1}""")]
    [InlineData("/orders.csv", 200, "false", "id,user,total\n1,1,44.90\n2,1,19.90\n")]
    [InlineData("/profile/9", 500, "false", "")]
    public async Task The_shop_answers(string path, int status, string completed, string body)
    {
        using var response = await demo.Gateway.Client.GetAsync(path);

        Assert.Equal(body, await response.Content.ReadAsStringAsync());
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(completed, response.Headers.GetValues("X-Krakend-Completed").Single());
    }

    [Fact]
    public async Task Every_command_line_that_the_demo_prints_works()
    {
        var lines = demo.Gateway.Out.Split('\n').Select(static l => l.Trim()).Where(static l => l.StartsWith("curl ", StringComparison.Ordinal)).ToArray();

        Assert.Equal(7, lines.Length);
        foreach (var line in lines)
        {
            using var response = await demo.Gateway.Client.GetAsync(new Uri(line.Split(' ')[^1]).PathAndQuery);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_second_demo_finds_ports_of_its_own_and_ends_with_ctrl_c()
    {
        await using var second = await RunningGateway.StartAsync(null, ["demo"]);
        Assert.Contains("\"id\":1", await second.Client.GetStringAsync("/home/1"), StringComparison.Ordinal);

        second.Send(PosixSignal.SIGINT);

        Assert.Equal(0, await second.ExitAsync());
    }

    [Fact]
    public async Task The_example_runs_as_it_stands_beside_the_services()
    {
        using var folder = new Folder();
        var json = await File.ReadAllTextAsync(Path.Combine(Executable.Repository, "examples", "shop", "krakend.json"));
        await using var gateway = await RunningGateway.RunAsync(folder, json.Replace("http://127.0.0.1:8081", demo.Services, StringComparison.Ordinal));

        Assert.Contains("Grace Hopper", await gateway.Client.GetStringAsync("/profile/3"), StringComparison.Ordinal);
    }
}
