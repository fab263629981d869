using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Gateway.Core.Json;
using Gateway.Core.Plugins;
using Gateway.FrontDoor.Backends;
using Gateway.Testing;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Merging;

/// <summary>
/// Thousands of merges whose backends answer around the deadline, with clients that leave: every answer and every call carries the
/// marker of its own request, so that a mix-up between requests is seen. <c>TEST_FULL=1</c> runs them for longer.
/// </summary>
[Collection(nameof(AloneCollection))]
public sealed class MergeStressTests
{
    private static readonly TimeSpan s_duration = Environment.GetEnvironmentVariable("TEST_FULL") == "1" ? TimeSpan.FromMinutes(2) : TimeSpan.FromSeconds(3);

    [Theory, Spec("RTE-127", "RTE-130", "RTE-131", "RTE-174")]
    [InlineData("parallel", 1)]
    [InlineData("sequential", 1)]
    [InlineData("parallel", 3)]
    public async Task Components_that_answer_around_the_deadline_never_answer_another_request(string strategy, int copies)
    {
        var executor = new RandomExecutor();
        var plugins = new PluginRegistry();
        plugins.Executor("test/random", (_, _, _) => executor);
        var backends = string.Join(',', Enumerable.Range(0, 4).Select(static i => """
            {"host":["$UPSTREAM"],"url_pattern":"/b$INDEX/{id}","extra_config":{"test/random":{}}}
            """.Replace("$INDEX", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        await using var gateway = await TestGateway.StartAsync(
            "{\"version\":3,\"endpoints\":[{\"endpoint\":\"/x/{id}\",\"method\":\"POST\",\"timeout\":\"24ms\",\"concurrent_calls\":" + copies
            + ",\"extra_config\":{\"proxy\":{\"strategy\":\"" + strategy + "\"}},\"backend\":[" + backends + "]}]}",
            "http://127.0.0.1:10", new() { Plugins = plugins });

        var seen = await RunAsync(gateway, 4, static random => new string((char)('a' + random.Next(26)), random.Next(1, 3000)));

        Assert.Empty(executor.MixUps);
        seen.AssertVariety(strategy == "parallel");
        await Wait.UntilAsync(() => executor.Running == 0, () => $"{executor.Running} calls never ended");
    }

    [Fact, Spec("RTE-127", "RTE-130", "RTE-131", "RTE-104")]
    public async Task Backends_that_answer_around_the_deadline_never_answer_another_request_nor_get_its_body()
    {
        var mixUps = new ConcurrentQueue<string>();
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(async context =>
        {
            var path = context.Request.Path.Value!.Split('/');
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
            if (!IsBodyOf(body, path[2]))
                mixUps.Enqueue($"{path[2]} came with the body {body[..Math.Min(body.Length, 80)]}");
            await Task.Delay(Random.Shared.Next(4) == 0 ? Random.Shared.Next(60, 120) : Random.Shared.Next(0, 30), context.RequestAborted);
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync($$"""{"{{path[1]}}":"{{path[2]}}","last":"{{path[2]}}","filler":"{{new string('x', Random.Shared.Next(20_000))}}"}""", context.RequestAborted);
        });
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x/{id}","method":"POST","timeout":"80ms","backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/b0/{id}"},
              {"host":["$UPSTREAM"],"url_pattern":"/b1/{id}"},
              {"host":["$UPSTREAM"],"url_pattern":"/b2/{id}","group":"b2"}]}]}
            """, upstream.Host);

        var seen = await RunAsync(gateway, 2, static random => new string((char)('a' + random.Next(26)), random.Next(1, 60_000)));

        Assert.Empty(mixUps);
        seen.AssertVariety(expectsPartial: true);
    }

    /// <summary>A body says whose it is at its beginning and at its end.</summary>
    private static string BodyOf(string id, string filler) => $"{id}|{filler}|{id}";

    private static bool IsBodyOf(string body, string id) =>
        body.StartsWith(id + "|", StringComparison.Ordinal) && body.EndsWith("|" + id, StringComparison.Ordinal)
        && body.AsSpan(id.Length + 1, body.Length - (2 * id.Length) - 2).IndexOfAnyExcept(body[id.Length + 1]) < 0;

    private static async Task<Outcomes> RunAsync(TestGateway gateway, int backends, Func<Random, string> filler)
    {
        var outcomes = new Outcomes();
        var unobserved = new ConcurrentQueue<string>();
        void Observe(object? sender, UnobservedTaskExceptionEventArgs args)
        {
            if (args.Exception.ToString().Contains("Gateway.Core", StringComparison.Ordinal))
                unobserved.Enqueue(args.Exception.ToString());
        }
        TaskScheduler.UnobservedTaskException += Observe;
        using var stop = new CancellationTokenSource(s_duration);
        var sequence = 0;
        await Task.WhenAll(Enumerable.Range(0, 48).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                var id = Interlocked.Increment(ref sequence).ToString("x8", CultureInfo.InvariantCulture);
                await SendAsync(gateway, id, BodyOf(id, filler(random)), random.Next(5) == 0 ? random.Next(1, 40) : null, backends, outcomes);
            }
        })));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= Observe;
        Assert.Empty(unobserved);
        Assert.Empty(outcomes.MixUps);
        Assert.DoesNotContain("panic", gateway.Log);
        Assert.DoesNotContain("Exception", gateway.Log);
        return outcomes;
    }

    private static async Task SendAsync(TestGateway gateway, string id, string body, int? leavesAfter, int backends, Outcomes outcomes)
    {
        using var leave = new CancellationTokenSource();
        if (leavesAfter is { } milliseconds)
            leave.CancelAfter(milliseconds);
        try
        {
            using var response = await gateway.Client.PostAsync($"/x/{id}", new StringContent(body), leave.Token);
            outcomes.Add((int)response.StatusCode, await response.Content.ReadAsStringAsync(leave.Token), id, backends, response.Headers.GetValues("X-Krakend-Completed").Single());
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref outcomes.Left);
        }
        catch (HttpRequestException exception) when (!leave.IsCancellationRequested)
        {
            outcomes.MixUps.Enqueue($"{id} was not answered at all: {exception}");
        }
    }

    private sealed class Outcomes
    {
        public readonly ConcurrentQueue<string> MixUps = new();
        public int Left;
        private int _complete;
        private int _partial;
        private int _failed;

        public void Add(int status, string body, string id, int backends, string completed)
        {
            if (status == 500)
            {
                Interlocked.Increment(ref _failed);
                return;
            }
            using var document = System.Text.Json.JsonDocument.Parse(body);
            var count = 0;
            foreach (var member in document.RootElement.EnumerateObject())
            {
                var value = member.Value.ValueKind == System.Text.Json.JsonValueKind.Object ? member.Value.GetProperty("last") : member.Value;
                if (member.Name.StartsWith('b'))
                    count++;
                if (member.Name != "filler" && value.GetString() != id)
                    MixUps.Enqueue($"{id} was answered with {body[..Math.Min(body.Length, 200)]}");
            }
            if (completed == "true" && count < backends)
                MixUps.Enqueue($"{id} is said to be complete: {body[..Math.Min(body.Length, 200)]}");
            Interlocked.Increment(ref completed == "true" ? ref _complete : ref _partial);
        }

        /// <summary>A run in which everything went one way has tested nothing.</summary>
        public void AssertVariety(bool expectsPartial)
        {
            var text = $"{_complete} complete, {_partial} partial, {_failed} failed, {Left} left";
            Assert.True(_complete > 0 && Left > 0 && (!expectsPartial || _partial > 0), text);
            Assert.True(_complete + _partial + _failed + Left > 200, text);
        }
    }

    /// <summary>
    /// Answers at once, soon or around the deadline; sometimes obeys its token, sometimes answers or throws long after it fired.
    /// </summary>
    private sealed class RandomExecutor : IProxyMiddleware
    {
        private int _running;

        public ConcurrentQueue<string> MixUps { get; } = new();

        public int Running => Volatile.Read(ref _running);

        public async ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _running);
            try
            {
                var id = request.Parameters.Get("Id")!;
                var target = request.Target;
                var bytes = request.Body.Bytes;
                var kind = Random.Shared.Next(8);
                if (kind > 1)
                    await Task.Delay(kind == 2 ? Random.Shared.Next(40) : Random.Shared.Next(15, 26), kind < 5 ? cancellationToken : CancellationToken.None);
                Check(request, id, target, bytes);
                if (kind == 7)
                    throw new OperationCanceledException("around the deadline");
                var body = new PooledBytes();
                body.Write(Encoding.UTF8.GetBytes($$"""{"{{target.Split('/')[1]}}":"{{id}}","last":"{{id}}"}"""));
                Assert.True(s_shape.TryShape(body, out var payload, out _));
                return new ProxyResponse { Data = payload, IsComplete = true };
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }

        private void Check(ProxyRequest request, string id, string target, ReadOnlyMemory<byte> bytes)
        {
            if (request.Parameters.Get("Id") != id || request.Target != target || !target.EndsWith(id, StringComparison.Ordinal))
                MixUps.Enqueue($"{id} became {request.Target}");
            if (!IsBodyOf(Encoding.UTF8.GetString(bytes.Span), id))
                MixUps.Enqueue($"{id} has another body");
            if (!request.Body.Bytes.Equals(bytes))
                MixUps.Enqueue($"{id} lost its body");
        }

        private static readonly JsonShape s_shape = new(new JsonShapeOptions());
    }
}

/// <summary>Tests that look at the whole process run when no other test does.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
