using System.Text.RegularExpressions;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.LoadBalancing.Tests;

public sealed class CheckTests
{
    private const string Quick = """{"health_check":{"path":"/health","interval":"100ms","jitter":0,"healthy_threshold":2,"unhealthy_threshold":2} }""";
    private const string Once = """{"health_check":{"path":"/health","interval":"1h","unhealthy_threshold":1,"timeout":"200ms"} }""";

    [Fact, Spec("RTE-416", "RTE-418")]
    public async Task A_host_that_says_that_it_is_ill_gets_no_calls_until_it_is_well()
    {
        await using var fleet = await Front.StartAsync(2, Quick, prepare: Well);
        await fleet.CallUntilAsync(() => fleet.Counts is [> 0, > 0]);

        fleet[0].Answer("/health", "", status: 503);
        await fleet.Gateway.WaitForLogAsync($"{fleet[0].Host} is unhealthy: status 503");
        var before = fleet.Counts[0];
        Assert.All(await fleet.StatusesAsync(10), static status => Assert.Equal(200, status));
        Assert.Equal(before, fleet.Counts[0]);
        Assert.Equal("0 ejected, 1 unhealthy of 2 hosts", await fleet.HealthAsync(Front.Namespace));

        fleet[0].Answer("/health", "");
        await fleet.Gateway.WaitForLogAsync($"{fleet[0].Host} is healthy");
        await fleet.CallUntilAsync(() => fleet.Counts[0] > before);
    }

    [Fact, Spec("RTE-416")]
    public async Task A_host_that_is_killed_is_noticed_without_traffic()
    {
        await using var fleet = await Front.StartAsync(2, Quick, prepare: Well);

        await fleet.KillAsync(0);

        await fleet.Gateway.WaitForLogAsync($"{fleet[0].Host} is unhealthy: ");
        Assert.All(await fleet.StatusesAsync(10), static status => Assert.Equal(200, status));
    }

    [Theory, Spec("RTE-416")]
    [InlineData("", 204, true)]
    [InlineData("", 404, false)]
    [InlineData(",\"expected_status\":[404]", 404, true)]
    [InlineData(",\"expected_status\":[404]", 200, false)]
    [InlineData(",\"method\":\"HEAD\"", 200, true)]
    public async Task The_expected_statuses_say_what_is_well(string more, int status, bool isWell)
    {
        await using var fleet = await Front.StartAsync(2, $$"""{"health_check":{"path":"/health?full=1","interval":"100ms","unhealthy_threshold":1 {{more}} } }""",
            prepare: upstream => upstream.Answer("/health", "", status));

        await Wait.UntilAsync(() => fleet[0].Received.Count >= 3, () => "no checks");
        var check = fleet[0].Received[0];
        Assert.Equal("/health?full=1", check.Target);
        Assert.Equal(more.Contains("HEAD", StringComparison.Ordinal) ? "HEAD" : "GET", check.Method);
        if (isWell)
            Assert.Equal("ok", await fleet.HealthAsync(Front.Namespace));
        else
            await fleet.Gateway.WaitForLogAsync($"is unhealthy: status {status}");
    }

    [Fact, Spec("RTE-415", "RTE-416")]
    public async Task All_hosts_are_used_when_none_is_well_and_at_the_start()
    {
        await using var fleet = await Front.StartAsync(2, Quick);

        await fleet.Gateway.WaitForLogAsync("[Load balancing] 0 of 2 hosts are usable: all are used");
        await fleet.StatusesAsync(20);
        Assert.All(fleet.Counts, static count => Assert.True(count >= 10));
        Assert.Equal("0 ejected, 2 unhealthy of 2 hosts; 1 backends use all", await fleet.HealthAsync(Front.Namespace));

        fleet[1].Answer("/health", "");
        await fleet.Gateway.WaitForLogAsync("1 of 2 hosts are usable: no others are used any more");
    }

    [Fact, Spec("RTE-415")]
    public async Task All_hosts_are_used_when_fewer_than_the_threshold_are_well()
    {
        await using var fleet = await Front.StartAsync(3, """{"panic_threshold":50,"health_check":{"path":"/health","interval":"100ms","unhealthy_threshold":1} }""");
        fleet[2].Answer("/health", "");

        await fleet.Gateway.WaitForLogAsync("1 of 3 hosts are usable: all are used");
        var before = fleet.Counts[0];
        await fleet.StatusesAsync(6);

        Assert.True(fleet.Counts[0] > before);
    }

    [Fact, Spec("RTE-417")]
    public async Task Attack_the_redirect_of_a_check_is_not_followed()
    {
        await using var fleet = await Front.StartAsync(2, Once, prepare: static upstream => upstream.On("/health", static context =>
        {
            context.Response.Redirect("/b");
            return Task.CompletedTask;
        }));

        await fleet.Gateway.WaitForLogAsync("is unhealthy: status 302");
        Assert.Equal([0, 0], fleet.Counts);
    }

    [Fact, Spec("RTE-417")]
    public async Task Attack_an_answer_without_end_costs_a_check_no_more_than_its_bounds()
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // The bound of the size alone, on a machine that is busy too.
        await using var fleet = await Front.StartAsync(1, Once.Replace("200ms", "10s", StringComparison.Ordinal), prepare: upstream => upstream.On("/health", async context =>
        {
            context.RequestAborted.Register(() => closed.TrySetResult());
            var block = new byte[16 << 10];
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
        }));

        await fleet.Gateway.WaitForLogAsync("is unhealthy: the answer of ");
        Assert.Contains("is larger than 65536 bytes", fleet.Gateway.Log, StringComparison.Ordinal);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact, Spec("RTE-417")]
    public async Task Attack_a_host_that_never_answers_costs_a_check_its_time()
    {
        await using var fleet = await Front.StartAsync(2, Once, prepare: static upstream => upstream.On("/health", static context => Task.Delay(Timeout.Infinite, context.RequestAborted)));

        await fleet.Gateway.WaitForLogAsync("is unhealthy: no answer within 0.2 s");
    }

    [Fact, Spec("RTE-417")]
    public async Task Backends_that_check_the_same_hosts_in_the_same_way_share_the_checks()
    {
        const string Backend = """{"url_pattern":"/b","host":[$HOSTS],"extra_config":{"backend/load-balancing":{"health_check":{"path":"/health","interval":"1h","unhealthy_threshold":1} } } }""";
        await using var fleet = await Fleet.StartAsync(2,
            $$"""{"version":3,"endpoints":[{"endpoint":"/x","backend":[{{Backend}}]},{"endpoint":"/y","backend":[{{Backend}}]},{"endpoint":"/z","backend":[{{Backend}}]}]}""", null, Front.Folder);

        await Wait.UntilAsync(() => Regex.Count(fleet.Gateway.Log, "is unhealthy") == 6, () => fleet.Gateway.Log);

        Assert.Single(fleet[0].ReceivedAt("/health"));
        Assert.Single(fleet[1].ReceivedAt("/health"));
    }

    [Theory, Spec("RTE-417")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_check_uses_the_tls_settings_of_the_backend(bool trusts)
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(new TestCertificate());
        await using var host = new RawUpstream(static async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        }, certificate);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, authority.Pem);
            var client = trusts ? $$""" "backend/http/client":{"client_tls":{"ca_certs":["{{file}}"]} }, """ : "";
            await using var gateway = await TestGateway.StartAsync($$"""
                {"version":3,"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b","host":["https://localhost:{{host.Port}}"],
                  "extra_config":{ {{client}} "backend/load-balancing":{"health_check":{"path":"/health","interval":"100ms","unhealthy_threshold":1} } } }]}]}
                """, "", new() { PluginFolders = [Front.Folder] });

            if (trusts)
            {
                await Wait.UntilAsync(() => host.Requests.Count(static r => r.Contains("GET /health", StringComparison.Ordinal)) >= 2, () => gateway.Log);
                Assert.DoesNotContain("unhealthy", gateway.Log, StringComparison.Ordinal);
            }
            else
            {
                await gateway.WaitForLogAsync("is unhealthy: ");
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact, Spec("RTE-416")]
    public async Task Checks_end_with_their_configuration()
    {
        await using var fleet = await Front.StartAsync(1, Quick);
        await Wait.UntilAsync(() => fleet[0].ReceivedAt("/health").Count > 2, () => "no checks");

        await fleet.ReloadAsync(Front.Document("""{"health_check":{"path":"/other","interval":"100ms"} }"""));
        await Wait.UntilAsync(() => fleet[0].ReceivedAt("/other").Count > 2, () => "no checks");
        var before = fleet[0].ReceivedAt("/health").Count;
        var later = fleet[0].ReceivedAt("/other").Count + 5;
        await Wait.UntilAsync(() => fleet[0].ReceivedAt("/other").Count > later, () => "no checks");

        Assert.InRange(fleet[0].ReceivedAt("/health").Count, before, before + 1);
    }

    private static void Well(Upstream upstream) => upstream.Answer("/health", "");
}
