using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.HttpCache.Tests;

/// <summary>Requests that come together for what is not there.</summary>
public sealed class FlightTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    [Spec("MAN-419")]
    public async Task Requests_that_come_together_make_one_call()
    {
        await using var rig = await Rig.StartAsync();
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Backend = async (context, call) =>
        {
            await open.Task;
            await Rig.AnswerAsync(context, $"{call}", "max-age=60");
        };

        var all = Enumerable.Range(0, 32).Select(_ => rig.BodyAsync()).ToArray();
        await UntilAsync(() => rig.Calls == 1);
        open.SetResult();

        Assert.All(await Task.WhenAll(all).WaitAsync(s_patience), static body => Assert.Equal("1", body));
        Assert.Equal(1, rig.Calls);
    }

    [Fact]
    [Spec("MAN-419")]
    public async Task A_first_client_that_leaves_fails_nobody_who_waits()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"timeout\":\"30s\"");
        var arrived = new SemaphoreSlim(0);
        rig.Backend = async (context, call) =>
        {
            arrived.Release();
            if (call == 1)
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            await Rig.AnswerAsync(context, $"{call}", "max-age=60");
        };
        using var leaving = new CancellationTokenSource();
        var first = rig.Front.Gateway.Client.GetAsync("/e", leaving.Token);
        Assert.True(await arrived.WaitAsync(s_patience));
        var others = Enumerable.Range(0, 8).Select(_ => rig.BodyAsync()).ToArray();

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.All(await Task.WhenAll(others).WaitAsync(s_patience), static body => Assert.Equal("2", body));
        Assert.Equal(2, rig.Calls);
    }

    [Fact]
    [Spec("MAN-419")]
    public async Task Who_waits_for_a_slow_first_one_calls_while_there_is_time()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"timeout\":\"2s\"");
        rig.Backend = static async (context, call) =>
        {
            if (call == 1)
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            else
                await Rig.AnswerAsync(context, $"{call}", "max-age=60");
        };
        var first = rig.GetAsync();
        await UntilAsync(() => rig.Calls == 1);

        Assert.Equal("2", await rig.BodyAsync());
        Assert.Equal(500, (await first).Status);
    }

    [Fact]
    [Spec("MAN-420")]
    public async Task Answers_for_nobody_else_do_not_make_requests_wait_for_each_other()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"timeout\":\"30s\"");
        rig.Backend = static (context, call) => Rig.AnswerAsync(context, $"{call}", "no-store");
        await rig.GetAsync();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Backend = async (context, call) =>
        {
            // Nobody is answered before all are here.
            if (call == 17)
                all.SetResult();
            await all.Task;
            await Rig.AnswerAsync(context, $"{call}", "no-store");
        };

        var bodies = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => rig.BodyAsync())).WaitAsync(s_patience);

        Assert.Equal(16, bodies.Distinct().Count());
    }

    [Fact]
    [Spec("MAN-420")]
    public async Task Who_waits_goes_on_as_soon_as_the_head_says_that_the_answer_is_for_nobody_else()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"timeout\":\"30s\"");
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        rig.Backend = async (context, call) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            await first.Task;
            await context.Response.WriteAsync($"{call}");
            await context.Response.Body.FlushAsync();
            if (call == 1)
                await open.Task;
        };
        var slow = rig.BodyAsync();
        await UntilAsync(() => rig.Calls == 1);
        var others = Enumerable.Range(0, 4).Select(_ => rig.BodyAsync()).ToArray();
        first.SetResult();

        await Task.WhenAll(others).WaitAsync(s_patience);
        open.SetResult();

        Assert.Equal("1", await slow);
    }

    [Fact]
    [Spec("MAN-419")]
    public async Task Copies_of_one_call_that_race_do_not_wait_for_each_other()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"concurrent_calls\":3,\"timeout\":\"30s\"");
        rig.Backend = static async (context, call) =>
        {
            if (call < 3)
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            else
                await Rig.AnswerAsync(context, $"{call}", "max-age=60");
        };

        Assert.Equal("3", await rig.BodyAsync().WaitAsync(s_patience));
    }

    [Fact]
    [Spec("MAN-134")]
    public async Task A_body_that_breaks_off_is_never_stored()
    {
        await using var upstream = new RawUpstream(static async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nDate: {DateTimeOffset.UtcNow:r}\r\nCache-Control: max-age=60\r\nContent-Length: 10\r\n\r\n12345");
        });
        await using var rig = await Rig.StartDocumentAsync(Rig.Document().Replace("$UPSTREAM", upstream.Url, StringComparison.Ordinal));

        for (var i = 1; i <= 2; i++)
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => rig.GetAsync());
            Assert.Equal(i, upstream.Connections.Count);
        }
    }

    [Fact]
    [Spec("MAN-134")]
    public async Task A_client_that_leaves_midway_leaves_nothing_behind()
    {
        await using var rig = await Rig.StartAsync(endpoint: ",\"timeout\":\"30s\"");
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // Above what is read before anybody gets the answer.
        rig.Backend = async (context, call) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.ContentLength = 3 << 20;
            await context.Response.Body.WriteAsync(new byte[2 << 20]);
            await context.Response.Body.FlushAsync();
            if (call == 1)
                await open.Task.WaitAsync(context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            if (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(new byte[1 << 20]);
        };
        using (var leaving = await rig.Front.Gateway.Client.GetAsync("/e", HttpCompletionOption.ResponseHeadersRead))
        {
            await (await leaving.Content.ReadAsStreamAsync()).ReadExactlyAsync(new byte[1000]);
        }
        open.SetResult();

        Assert.Equal(3 << 20, (await rig.BodyAsync()).Length);
        Assert.Equal(2, rig.Calls);
        Assert.Equal(3 << 20, (await rig.BodyAsync()).Length);
        Assert.Equal(2, rig.Calls);
    }

    [Theory]
    [Spec("MAN-134")]
    [InlineData(1000, false)]
    [InlineData(1000, true)]
    [InlineData(3_000_000, true)]
    public async Task Bodies_of_any_framing_are_stored_whole(int length, bool isChunked)
    {
        await using var rig = await Rig.StartAsync();
        rig.Backend = async (context, _) =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            if (!isChunked)
                context.Response.ContentLength = length;
            for (var i = 0; i < length; i += 1000)
                await context.Response.WriteAsync(new string((char)('a' + (i / 1000 % 26)), 1000));
        };

        var bodies = new[] { await rig.BodyAsync(), await rig.BodyAsync() };

        Assert.Equal(length, bodies[0].Length);
        Assert.Equal(bodies[0], bodies[1]);
        Assert.Equal(1, rig.Calls);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (!isSo())
            await Task.Delay(5, limit.Token);
    }
}
