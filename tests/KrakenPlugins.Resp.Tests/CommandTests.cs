using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using Xunit;

namespace KrakenPlugins.Resp.Tests;

/// <summary>Commands and scripts on a server that is well.</summary>
public sealed class CommandTests
{
    [Fact, Spec("TRF-331")]
    public async Task Many_callers_share_one_connection_and_each_gets_its_own_reply()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = Clients.Connect(server.Port);

        await Parallel.ForAsync(0, 5_000, async (i, _) =>
        {
            var echo = await client.Send("ECHO", i);
            Assert.Equal(i, echo.Number());
        });

        Assert.Single(server.Cli("client", "list").Split('\n'), static line => !line.Contains("cmd=client|list", StringComparison.Ordinal));
    }

    [Fact, Spec("TRF-332")]
    public async Task A_script_that_the_server_does_not_know_or_has_forgotten_runs_once()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = Clients.Connect(server.Port);

        Assert.Equal(1, (await client.Run("k")).Number());
        Assert.Equal(2, (await client.Run("k")).Number());
        await client.Send("SCRIPT", "FLUSH");
        Assert.Equal(3, (await client.Run("k")).Number());
    }

    [Fact, Spec("TRF-331")]
    public async Task Errors_of_the_server_are_results()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = Clients.Connect(server.Port);
        await client.Send("SET", "text", "abc");

        var reply = await client.Send("INCR", "text");

        Assert.Equal(RedisFailure.Error, reply.Failure);
        Assert.StartsWith("ERR value is not an integer", reply.Error, StringComparison.Ordinal);
        Assert.Equal("abc", (await client.Send("GET", "text")).Text);
        Assert.Equal(RedisReplyKind.Null, (await client.Send("GET", "none")).Kind);
    }

    [Theory, Spec("TRF-331")]
    [InlineData("SELECT")]
    [InlineData("subscribe")]
    [InlineData("BLPOP")]
    public async Task Commands_that_change_the_connection_for_others_are_refused(string command)
    {
        await using var client = Clients.Connect(1);

        await Assert.ThrowsAsync<ArgumentException>(async () => await client.Send(command, "1"));
    }

    [Fact, Spec("TRF-073")]
    public async Task Every_connection_selects_its_database()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = Clients.Connect(server.Port, static o => o with { Database = 2 });

        await client.Send("SET", "a", "2");
        server.Cli("client", "kill", "type", "normal", "skipme", "yes");
        Assert.Equal("2", (await client.ExecuteAsync(["GET", "a"], new RedisCall(TimeSpan.FromSeconds(5)) { IsRepeatable = true })).Text);

        Assert.Equal("2", server.Cli("-n", "2", "get", "a"));
        Assert.Equal("", server.Cli("-n", "0", "get", "a"));
    }

    [Fact, Spec("TRF-074")]
    public async Task A_user_or_a_password_alone_authenticates_and_wrong_ones_are_a_failure_without_them()
    {
        await using var server = await RedisServer.StartAsync("--requirepass", "opensesame", "--user", "alice", "on", ">wonder", "~*", "+@all");
        await using var byPassword = Clients.Connect(server.Port, static o => o with { Password = "opensesame" });
        await using var byUser = Clients.Connect(server.Port, static o => o with { User = "alice", Password = "wonder", ClientName = "gw-1" });
        await using var wrong = Clients.Connect(server.Port, static o => o with { User = "alice", Password = "t0p-s3cret" });
        await using var none = Clients.Connect(server.Port);

        Assert.Equal("default", (await byPassword.Send("ACL", "WHOAMI")).Text);
        Assert.Equal("alice", (await byUser.Send("ACL", "WHOAMI")).Text);
        Assert.Contains("name=gw-1", ServerClients(server), StringComparison.Ordinal);
        var refused = await wrong.Run("k");
        Assert.Equal(RedisFailure.Unavailable, refused.Failure);
        Assert.Equal("the server refuses the connection: WRONGPASS", refused.Error);
        Assert.DoesNotContain("t0p-s3cret", wrong.Down, StringComparison.Ordinal);
        Assert.True((await none.Run("k")).IsFailed);
    }

    [Fact, Spec("TRF-075")]
    public async Task Tls_verifies_the_server_and_shows_a_certificate()
    {
        using var authority = new TestAuthority();
        using var files = new PemFolder();
        files.WritePair("server", authority.Issue(new TestCertificate { Purposes = [TestAuthority.ForServers] }));
        files.Write("ca.pem", authority.Pem);
        await using var server = await RedisServer.StartTlsAsync(files, wantsClientCertificate: true);
        var certificate = authority.Issue(new TestCertificate { Name = "gateway", Purposes = [TestAuthority.ForClients] });
        await using var good = Clients.Connect(server.Port, o => o with { Tls = host => Options(host, authority, certificate) });
        await using var stranger = Clients.Connect(server.Port, o => o with { Tls = host => Options(host, null, certificate) });
        await using var nobody = Clients.Connect(server.Port, o => o with { Tls = host => Options(host, authority, null) });

        Assert.Equal(1, (await good.Run("k")).Number());
        Assert.Equal(RedisFailure.Unavailable, (await stranger.Run("k")).Failure);
        Assert.Equal(RedisFailure.Unavailable, (await nobody.Run("k")).Failure);
    }

    [Fact, Spec("TRF-076")]
    public async Task A_call_beyond_the_bound_waits_its_turn_and_then_fails()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = Clients.Connect(server.Port, static o => o with { MaxInFlight = 2, PoolTimeout = TimeSpan.FromSeconds(5) });
        await client.Run("warm");
        server.Freeze();

        var first = client.Run("a").AsTask();
        var second = client.Run("a").AsTask();
        var (third, took) = await client.Run("a", 0.15).Timed();
        var fourth = client.Run("a").AsTask();
        server.Thaw();

        Assert.Equal(RedisFailure.Busy, third.Failure);
        Assert.InRange(took.TotalMilliseconds, 140, 2_000);
        Assert.Equal([1, 2, 3], (await Task.WhenAll(first, second, fourth)).Select(static r => r.Number()));
    }

    [Fact, Spec("TRF-331")]
    public async Task A_cancelled_call_ends_at_once_and_the_others_go_on()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = Clients.Connect(server.Port);
        await client.Run("a");
        server.Freeze();
        using var cancellation = new CancellationTokenSource();

        var cancelled = client.EvaluateAsync(Clients.Increment, ["a"], [1], new RedisCall(TimeSpan.FromSeconds(5)), cancellation.Token).AsTask();
        var other = client.Run("a").AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        server.Thaw();

        Assert.Equal(3, (await other).Number());
    }

    private static string ServerClients(RedisServer server) => server.Cli("--user", "alice", "--pass", "wonder", "--no-auth-warning", "client", "list");

    internal static SslClientAuthenticationOptions Options(string host, TestAuthority? trusted, X509Certificate2? certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        if (trusted is not null)
            policy.CustomTrustStore.Add(trusted.Certificate);
        return new SslClientAuthenticationOptions { TargetHost = host, CertificateChainPolicy = policy, ClientCertificates = certificate is null ? null : [certificate] };
    }
}
