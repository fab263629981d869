using Gateway.Core.Configuration;
using Gateway.Core.Transport;
using Gateway.Core.Transport.Tls;
using Gateway.Testing;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gateway.Core.Tests.Transport;

public sealed class PoolTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    [Spec("RTE-332", "RTE-349")]
    public async Task Backends_with_equal_options_share_connections_and_others_never_do()
    {
        await using var upstream = RawUpstream.Answering(Ok);
        using var fixture = new TransportFixture();
        var host = TransportFixture.Host(upstream.Url);
        var sameOptions = fixture.Transport.CreateHandler(new BackendHttpClientConfig());
        var otherOptions = fixture.Transport.CreateHandler(new BackendHttpClientConfig { NoRedirect = true });
        var connections = new List<int>();

        foreach (var handler in new[] { fixture.Handler, sameOptions, otherOptions, otherOptions, fixture.Handler })
        {
            fixture.Handler = handler;
            var request = TransportFixture.Request(upstream.Url);
            request.Host = host;
            await fixture.TextAsync(request);
            connections.Add(upstream.Connections.Count);
        }

        Assert.Equal([1, 1, 2, 2, 2], connections);
    }

    [Fact]
    [Spec("RTE-328", "RTE-349")]
    public void Proxies_that_differ_in_credentials_only_are_different_options()
    {
        using var fixture = new TransportFixture();

        var first = fixture.Transport.CreateHandler(new BackendHttpClientConfig { ProxyAddress = new Uri("http://a:b@proxy:1") });
        var second = fixture.Transport.CreateHandler(new BackendHttpClientConfig { ProxyAddress = new Uri("http://c:d@proxy:1") });

        Assert.NotSame(first, second);
    }

    [Fact]
    [Spec("RTE-333")]
    public async Task Without_keep_alives_every_call_says_close_and_has_its_own_connection()
    {
        await using var upstream = RawUpstream.Answering(Ok);
        using var fixture = new TransportFixture(new TransportConfig { DisableKeepAlives = true });

        await fixture.GetTextAsync(upstream.Url);
        await fixture.GetTextAsync(upstream.Url);

        Assert.Equal(2, upstream.Connections.Count);
        Assert.All(upstream.Requests, request => Assert.Contains("\r\nConnection: close\r\n", request, StringComparison.Ordinal));
    }

    [Fact]
    [Spec("RTE-334")]
    public async Task After_a_burst_no_more_than_the_limit_per_host_stays_open()
    {
        await using var upstream = RawUpstream.Answering(Ok);
        using var fixture = new TransportFixture(new TransportConfig { MaxIdleConnectionsPerHost = 2 });

        var responses = new List<ClientResponse>();
        for (var i = 0; i < 5; i++)
            responses.Add((await fixture.GetAsync(upstream.Url)).Response!);
        foreach (var response in responses)
        {
            await TransportFixture.TextAsync(response);
            response.Dispose();
        }

        Assert.Equal(5, upstream.Connections.Count);
        Assert.Equal(2, fixture.Transport.IdleConnections);
        await TransportFixture.UntilAsync(() => upstream.Connections.Count(connection => connection.Closed.IsCompleted) == 3);
    }

    [Fact]
    [Spec("RTE-334")]
    public async Task The_limit_over_all_hosts_closes_the_connection_that_was_idle_longest()
    {
        await using var first = RawUpstream.Answering(Ok);
        await using var second = RawUpstream.Answering(Ok);
        await using var third = RawUpstream.Answering(Ok);
        using var fixture = new TransportFixture(new TransportConfig { MaxIdleConnections = 2 });

        await fixture.GetTextAsync(first.Url);
        await fixture.GetTextAsync(second.Url);
        await fixture.GetTextAsync(third.Url);

        Assert.Equal(2, fixture.Transport.IdleConnections);
        await first.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);
        Assert.False(second.Connections[0].Closed.IsCompleted);
    }

    [Fact]
    [Spec("RTE-335")]
    public async Task An_idle_connection_is_closed_after_the_timeout()
    {
        await using var upstream = RawUpstream.Answering(Ok);
        using var fixture = new TransportFixture(new TransportConfig { IdleConnectionTimeout = TimeSpan.FromMilliseconds(200) });

        await fixture.GetTextAsync(upstream.Url);
        await upstream.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);

        Assert.Equal(0, fixture.Transport.IdleConnections);
    }

    [Fact]
    [Spec("RTE-344")]
    public async Task A_connection_is_not_used_past_five_minutes()
    {
        await using var upstream = RawUpstream.Answering(Ok);
        var time = new ShiftedTime();
        using var fixture = new TransportFixture(time: time);

        await fixture.GetTextAsync(upstream.Url);
        time.Advance(TimeSpan.FromSeconds(290));
        await fixture.GetTextAsync(upstream.Url);
        Assert.Single(upstream.Connections);
        time.Advance(TimeSpan.FromSeconds(20));
        await fixture.GetTextAsync(upstream.Url);

        Assert.Equal(2, upstream.Connections.Count);
        await upstream.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_connection_that_the_backend_closed_while_idle_is_never_written_to(string method)
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Ok);
            if (connection.Index > 0)
                await connection.WaitForCloseAsync();
        });
        using var fixture = new TransportFixture();
        await fixture.GetTextAsync(upstream.Url);
        var request = TransportFixture.Request(upstream.Url, method);
        request.Body = TransportFixture.Body("once");

        // The end of the first connection may be on its way for a moment; a fresh connection must be used as soon as it is here.
        await TransportFixture.UntilAsync(() => upstream.Connections[0].IsGone);
        Assert.Equal("ok", await fixture.TextAsync(request));

        Assert.Equal(2, upstream.Requests.Count);
    }

    [Fact]
    public async Task An_answer_that_nobody_asked_for_is_never_taken_for_the_next_one()
    {
        var spoken = new TaskCompletionSource();
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync(Ok);
            if (connection.Index == 0)
            {
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
                spoken.SetResult();
            }
            await connection.WaitForCloseAsync();
        });
        using var fixture = new TransportFixture();

        Assert.Equal("ok", await fixture.GetTextAsync(upstream.Url));
        await spoken.Task;
        Assert.Equal("ok", await fixture.GetTextAsync(upstream.Url));

        Assert.Equal(2, upstream.Connections.Count);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("HEAD", "")]
    [InlineData("PUT", "body")]
    [InlineData("DELETE", "")]
    public async Task A_call_that_is_safe_to_repeat_survives_a_connection_that_dies_under_it(string method, string body)
    {
        await using var upstream = DyingAfterFirstAnswer();
        using var fixture = new TransportFixture();
        await fixture.GetTextAsync(upstream.Url);
        var request = TransportFixture.Request(upstream.Url, method);
        request.Body = TransportFixture.Body(body);

        Assert.Null((await fixture.SendAsync(request)).Error);

        Assert.Equal(3, upstream.Requests.Count);
        Assert.Equal(2, upstream.Connections.Count);
    }

    [Fact]
    public async Task A_post_is_not_sent_twice_when_a_connection_dies_under_it()
    {
        await using var upstream = DyingAfterFirstAnswer();
        using var fixture = new TransportFixture();
        await fixture.GetTextAsync(upstream.Url);
        var request = TransportFixture.Request(upstream.Url, "POST");
        request.Body = TransportFixture.Body("once");

        var error = await fixture.ErrorAsync(request);

        Assert.Equal(GatewayErrorKind.Connection, error.Kind);
        Assert.Equal("EOF", error.Message);
        Assert.Single(upstream.Requests, sent => sent.EndsWith("once", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_repeated_call_that_fails_again_is_not_repeated_further()
    {
        await using var upstream = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            if (connection.Index > 0)
                return;
            await connection.WriteAsync(Ok);
            await connection.ReadRequestAsync();
        });
        using var fixture = new TransportFixture();
        await fixture.GetTextAsync(upstream.Url);

        Assert.Equal("EOF", (await fixture.ErrorAsync(TransportFixture.Request(upstream.Url))).Message);

        Assert.Equal(3, upstream.Requests.Count);
    }

    [Fact]
    public async Task Pools_that_nobody_uses_are_forgotten_and_come_back_when_needed()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        var time = new ShiftedTime();
        using var fixture = new TransportFixture(time: time);
        using var tls = new BackendTls(TlsClientConfig.Default, time, NullLogger.Instance);
        var set = new PoolSet(fixture.Transport, new BackendHttpClientConfig(), tls, ProxyEnvironment.None);
        var host = TransportFixture.Host(upstream.Url);
        var pool = HostState.Of(host).GetPool(set, host);
        Assert.Same(pool, HostState.Of(host).GetPool(set, host));

        time.Advance(TimeSpan.FromMinutes(6));
        set.Sweep(TimeSpan.Zero);

        Assert.Empty(set.Pools);
        Assert.True(pool.IsRetired);
        Assert.NotSame(pool, HostState.Of(host).GetPool(set, host));
        Assert.Single(set.Pools);
    }

    [Fact, Spec("RTE-365")]
    public async Task Connections_to_hosts_that_discovery_dropped_are_closed()
    {
        await using var upstream = RawUpstream.Answering(Ok);
        var time = new ShiftedTime();
        using var fixture = new TransportFixture(time: time);
        await fixture.GetTextAsync(upstream.Url);
        Assert.Equal(1, fixture.Transport.IdleConnections);

        // No idle_connection_timeout: what nobody takes any more still has an end.
        time.Advance(TimeSpan.FromMinutes(6));
        fixture.Transport.Sweep();

        Assert.Equal(0, fixture.Transport.IdleConnections);
    }

    [Fact]
    public async Task Disposing_the_transport_closes_idle_connections()
    {
        await using var upstream = RawUpstream.Answering(Ok);
        var fixture = new TransportFixture();
        await fixture.GetTextAsync(upstream.Url);

        fixture.Dispose();

        await upstream.Connections[0].Closed.WaitAsync(TransportFixture.Deadline);
    }

    /// <summary>The first connection answers once, and takes a second request without an answer.</summary>
    private static RawUpstream DyingAfterFirstAnswer() => new(async connection =>
    {
        await connection.ReadRequestAsync();
        await connection.WriteAsync(Ok);
        if (connection.Index == 0)
            await connection.ReadRequestAsync();
        else
            await connection.WaitForCloseAsync();
    });
}
