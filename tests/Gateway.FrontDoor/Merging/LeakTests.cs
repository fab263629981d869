using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using Gateway.FrontDoor.Backends;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Merging;

/// <summary>What requests borrow comes back: storage from the pool and connections to backends.</summary>
[Collection(nameof(AloneCollection))]
public sealed class LeakTests
{
    private const string Json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}";

    [Theory, Spec("RTE-332")]
    [InlineData("/single", 1)]
    [InlineData("/merge", 2)]
    [InlineData("/sequence", 1)]
    [InlineData("/no-op", 1)]
    [InlineData("/shared-a", 1)]
    public async Task A_thousand_requests_need_no_more_connections_than_run_at_once(string path, int connections)
    {
        await using var raw = RawUpstream.Answering(Json);
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"20s","endpoints":[
              {"endpoint":"/single","method":"POST","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]},
              {"endpoint":"/merge","method":"POST","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"},{"host":["$UPSTREAM"],"url_pattern":"/","group":"g"}]},
              {"endpoint":"/sequence","method":"POST","extra_config":{"proxy":{"sequential":true}},"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/"},{"host":["$UPSTREAM"],"url_pattern":"/","group":"g"}]},
              {"endpoint":"/no-op","method":"POST","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]},
              {"endpoint":"/shared-a","method":"POST","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]},
              {"endpoint":"/shared-b","method":"POST","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}]}
            """, raw.Url);

        for (var i = 0; i < 1000; i++)
        {
            var reply = await gateway.PostAsync(path == "/shared-a" && i % 2 == 0 ? "/shared-b" : path, "body");
            Assert.Equal(200, reply.Status);
        }

        Assert.InRange(raw.Connections.Count, 1, connections);
    }

    [Theory, Spec("RTE-332")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nnope!", 500)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{bad", 500)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"a\":1}\r\n0\r\n\r\n", 200)]
    [InlineData("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nnope!\r\n0\r\n\r\n", 500)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 500)]
    public async Task A_connection_is_used_again_after_any_answer_that_has_an_end(string answer, int status)
    {
        await using var raw = RawUpstream.Answering(answer);
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x","backend":[{"host":["$UPSTREAM"],"url_pattern":"/"}]}]}
            """, raw.Url);

        for (var i = 0; i < 50; i++)
            Assert.Equal(status, (await gateway.GetAsync("/x")).Status);

        Assert.Single(raw.Connections);
    }

    [Fact, Spec("RTE-131", "RTE-174", "RTE-181")]
    public async Task Pooled_storage_comes_back_whatever_happens_to_the_request()
    {
        var large = $$"""{"data":"{{new string('d', 200_000)}}"}""";
        await using var upstream = await Upstream.StartAsync();
        upstream
            .Answer("/ok", large)
            .Answer("/broken", large[..^1])
            .Answer("/error", large, 500)
            .On("/slow", async context =>
            {
                await Task.Delay(Random.Shared.Next(200), context.RequestAborted);
                await context.Response.WriteAsync(large, context.RequestAborted);
            })
            .On("/cut", async context =>
            {
                context.Response.ContentLength = large.Length;
                await context.Response.WriteAsync(large[..100_000]);
                await context.Response.Body.FlushAsync();
                context.Abort();
            });
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"100ms","endpoints":[
              {"endpoint":"/merge/{a}/{b}","method":"POST","backend":[{"host":["$UPSTREAM"],"url_pattern":"/{a}"},{"host":["$UPSTREAM"],"url_pattern":"/{b}","group":"g"}]},
              {"endpoint":"/chain/{a}/{b}","method":"POST","extra_config":{"proxy":{"sequential":true}},"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/{a}"},{"host":["$UPSTREAM"],"url_pattern":"/{b}"}]},
              {"endpoint":"/race/{a}/{b}","method":"POST","concurrent_calls":3,"backend":[{"host":["$UPSTREAM"],"url_pattern":"/{a}"}]},
              {"endpoint":"/details/{a}/{b}","method":"POST","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/{a}","extra_config":{"backend/http":{"return_error_details":"x"}}}]},
              {"endpoint":"/shadow/{a}/{b}","method":"POST","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/{a}"},{"host":["$UPSTREAM"],"url_pattern":"/{b}","extra_config":{"proxy":{"shadow":true}}}]},
              {"endpoint":"/tree/{a}/{b}","method":"POST","extra_config":{"proxy":{"flatmap_filter":[{"type":"move","args":["data","moved"]}]}},"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/{a}"},{"host":["$UPSTREAM"],"url_pattern":"/{b}"}]},
              {"endpoint":"/gone/{a}/{b}","method":"POST","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/{a}","extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["data"]}]}}},
                {"host":["$UPSTREAM"],"url_pattern":"/{b}"}]}]}
            """, upstream.Host);
        var body = new string('r', 150_000);
        string[] answers = ["ok", "broken", "error", "slow", "cut"];

        using var borrowed = new BorrowedBuffers(64 << 10);
        foreach (var endpoint in new[] { "merge", "chain", "race", "details", "shadow", "tree", "gone" })
        {
            for (var i = 0; i < answers.Length * answers.Length; i++)
            {
                using var leave = new CancellationTokenSource();
                if (i % 4 == 0)
                    leave.CancelAfter(Random.Shared.Next(30));
                try
                {
                    using var response = await gateway.Client.PostAsync($"/{endpoint}/{answers[i / answers.Length]}/{answers[i % answers.Length]}", new StringContent(body), leave.Token);
                    await response.Content.ReadAsByteArrayAsync(leave.Token);
                }
                catch (OperationCanceledException)
                {
                    // This client leaves on purpose.
                }
            }
        }

        Assert.True(borrowed.Total > 500, $"only {borrowed.Total} buffers were borrowed; does anybody listen?");
        await Wait.UntilAsync(() => borrowed.Count == 0, () => $"{borrowed.Count} of {borrowed.Total} buffers never came back");
    }

    /// <summary>Listens to the pool: large buffers that were borrowed and not given back.</summary>
    private sealed class BorrowedBuffers(int fromBytes) : EventListener
    {
        private readonly ConcurrentDictionary<int, int> _borrowed = new();
        private int _total;

        public int Count => _borrowed.Values.Sum();

        public int Total => Volatile.Read(ref _total);

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "KrakenPlugins-BufferPool")
                EnableEvents(eventSource, EventLevel.Verbose);
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            // Payload: identity of the array, its size. Identities may collide, so they are counted.
            if (eventData.Payload is not [int buffer, int bytes] || bytes < fromBytes)
                return;
            var step = eventData.EventName == "Rented" ? 1 : -1;
            _borrowed.AddOrUpdate(buffer, step, (_, count) => count + step);
            if (step > 0)
                Interlocked.Increment(ref _total);
        }
    }
}
