using System.Diagnostics;
using Gateway.FrontDoor.Backends;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Merging;

/// <summary>Two or more backends that are called at once.</summary>
public sealed class ParallelMergeTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Upstream _upstream = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        var delay = TimeSpan.FromMilliseconds(250);
        _upstream
            .Answer("/a", """{"a":1,"o":{"x":1},"only_a":true}""")
            .AnswerAfter(delay, "/late-a", """{"a":1,"o":{"x":1},"only_a":true}""")
            .Answer("/b", """{"a":2,"o":{"y":1},"only_b":true}""")
            .AnswerAfter(delay, "/late-b", """{"a":2,"o":{"y":1},"only_b":true}""")
            .Answer("/text", "plain words", 200, "text/plain")
            .Answer("/broken", "{")
            .On("/marked", static async context =>
            {
                context.Response.Headers["X-Marked"] = "1";
                context.Response.StatusCode = 201;
                await context.Response.WriteAsync("""{"marked":1}""");
            })
            .On("/never", async context =>
            {
                using var registration = context.RequestAborted.Register(() => _aborted.TrySetResult());
                await Task.Delay(Timeout.Infinite, CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _upstream.Stopping).Token);
            });
        _gateway = await TestGateway.StartAsync("""
            {"version":3,"cache_ttl":"60s","timeout":"10s","extra_config":{"router":{"return_error_msg":true}},"endpoints":[
              {"endpoint":"/pair/{a}/{b}","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/{a}"},
                {"host":["$UPSTREAM"],"url_pattern":"/{b}"}]},
              {"endpoint":"/groups","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/late-a","group":"g"},
                {"host":["$UPSTREAM"],"url_pattern":"/b","group":"g"}]},
              {"endpoint":"/partial","timeout":"1s","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/a"},
                {"host":["$UPSTREAM"],"url_pattern":"/never"}]},
              {"endpoint":"/nothing","timeout":"200ms","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/never"},
                {"host":["$UPSTREAM"],"url_pattern":"/never"}]},
              {"endpoint":"/mixed","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/a","allow":["a"]},
                {"host":["$UPSTREAM"],"url_pattern":"/text","encoding":"string"}]},
              {"endpoint":"/raw/{status}","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/a","allow":["a"]},
                {"host":["$UPSTREAM"],"url_pattern":"/status/{status}","encoding":"no-op"}]},
              {"endpoint":"/flat","extra_config":{"proxy":{"flatmap_filter":[{"type":"move","args":["a","moved"]}]}},"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/a","allow":["a"]},
                {"host":["$UPSTREAM"],"url_pattern":"/b","allow":["only_b"]}]},
              {"endpoint":"/flat-one","extra_config":{"proxy":{"flatmap_filter":[{"type":"move","args":["a","moved"]}],
                "static":{"strategy":"always","data":{"fixed":1}}}},"backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/a","allow":["a"]}]},
              {"endpoint":"/write","method":"POST","backend":[
                {"host":["$UPSTREAM"],"url_pattern":"/a","method":"PUT"},
                {"host":["$UPSTREAM"],"url_pattern":"/b"}]}]}
            """, _upstream.Host);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Fact, Spec("RTE-126", "RTE-056")]
    public async Task All_calls_start_at_once()
    {
        var arrived = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var backends = string.Join(',', Enumerable.Range(0, 12).Select(static i => $$"""{"host":["$UPSTREAM"],"url_pattern":"/meet","group":"g{{i:00}}"}"""));
        await using var gateway = await TestGateway.StartAsync(
            """{"version":3,"timeout":"20s","endpoints":[{"endpoint":"/meet","backend":[""" + backends + "]}]}", _upstream.Host);
        // Nobody is answered before everybody is here.
        _upstream.On("/meet", async context =>
        {
            if (Interlocked.Increment(ref arrived) == 12)
                all.SetResult();
            await all.Task.WaitAsync(_upstream.Stopping);
            await context.Response.WriteAsync("""{"met":true}""");
        });

        var reply = await gateway.GetAsync("/meet");

        Assert.Equal("{" + string.Join(',', Enumerable.Range(0, 12).Select(static i => $$"""
            "g{{i:00}}":{"met":true}
            """)) + "}", reply.Body);
        Assert.Equal("true", reply.Completed);
    }

    [Theory, Spec("RTE-127")]
    [InlineData("/pair/late-a/b", """{"a":1,"o":{"x":1},"only_a":true,"only_b":true}""")]
    [InlineData("/pair/b/late-a", """{"a":1,"o":{"x":1},"only_a":true,"only_b":true}""")]
    [InlineData("/pair/a/late-b", """{"a":2,"o":{"y":1},"only_a":true,"only_b":true}""")]
    [InlineData("/groups", """{"g":{"a":1,"o":{"x":1},"only_a":true}}""")]
    public async Task Of_two_values_with_the_same_key_the_one_that_arrives_last_stays_whole(string path, string body)
    {
        Assert.Equal(body, (await _gateway.GetAsync(path)).Body);
    }

    [Fact, Spec("RTE-128")]
    public async Task Failures_of_some_are_logged_and_the_rest_is_shown()
    {
        var reply = await _gateway.GetAsync("/pair/a/broken");

        Assert.Equal((200, "false", null), (reply.Status, reply.Completed, reply.Header("Cache-Control")));
        await _gateway.WaitForLogAsync("[ENDPOINT: /pair/{a}/{b}] Error #0: unexpected EOF");
    }

    [Fact, Spec("RTE-130", "RTE-131", "RTE-195", "RTE-200", "RTE-124")]
    public async Task What_has_arrived_when_the_time_is_up_is_shown_and_the_rest_is_cancelled()
    {
        var watch = Stopwatch.StartNew();
        var reply = await _gateway.GetAsync("/partial");
        var elapsed = watch.Elapsed;

        Assert.Equal((200, """{"a":1,"o":{"x":1},"only_a":true}""", "false"), (reply.Status, reply.Body, reply.Completed));
        Assert.Null(reply.Header("Cache-Control"));
        // 85 % of a second; the upper bound is only that of a busy machine.
        Assert.InRange(elapsed.TotalMilliseconds, 840, 8000);
        await _aborted.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await _gateway.WaitForLogAsync("[ENDPOINT: /partial] Error #0: context deadline exceeded");
    }

    [Fact, Spec("RTE-194", "RTE-131")]
    public async Task Time_that_is_up_before_anybody_answered_makes_a_500()
    {
        var reply = await _gateway.GetAsync("/nothing");

        Assert.Equal((500, "context deadline exceeded\ncontext deadline exceeded", "false"), (reply.Status, reply.Body, reply.Completed));
    }

    [Fact, Spec("RTE-130", "RTE-137", "RTE-197")]
    public async Task A_merge_has_85_percent_of_the_time_and_a_single_backend_all_of_it()
    {
        _upstream.AnswerAfter(TimeSpan.FromMilliseconds(3500), "/almost", """{"almost":1}""");
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"4s","endpoints":[
              {"endpoint":"/single","backend":[{"host":["$UPSTREAM"],"url_pattern":"/almost"}]},
              {"endpoint":"/merge","backend":[{"host":["$UPSTREAM"],"url_pattern":"/almost"},{"host":["$UPSTREAM"],"url_pattern":"/text","encoding":"string"}]}]}
            """, _upstream.Host);

        var single = gateway.GetAsync("/single");
        var merge = gateway.GetAsync("/merge");

        Assert.Equal("""{"almost":1}""", (await single).Body);
        Assert.Equal("""{"content":"plain words"}""", (await merge).Body);
    }

    [Fact, Spec("RTE-131")]
    public async Task A_client_that_leaves_ends_the_calls()
    {
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"60s","endpoints":[{"endpoint":"/x","backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/a"},{"host":["$UPSTREAM"],"url_pattern":"/never"}]}]}
            """, _upstream.Host);
        using var leave = new CancellationTokenSource();
        var request = gateway.Client.GetAsync("/x", leave.Token);
        await Wait.UntilAsync(() => _upstream.ReceivedAt("/never").Count == 1, static () => "the call never came");
        await leave.CancelAsync();

        await _aborted.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await gateway.WaitForLogAsync("[ENDPOINT: /x] context canceled");
    }

    [Fact, Spec("RTE-132", "RTE-092")]
    public async Task Statuses_and_headers_of_the_backends_are_lost()
    {
        var reply = await _gateway.GetAsync("/pair/marked/a");

        Assert.Equal((200, null), (reply.Status, reply.Header("X-Marked")));
    }

    [Fact, Spec("RTE-133")]
    public async Task A_text_backend_contributes_its_content()
    {
        var reply = await _gateway.GetAsync("/mixed");

        Assert.Equal(("""{"a":1,"content":"plain words"}""", "true"), (reply.Body, reply.Completed));
    }

    [Theory, Spec("RTE-133")]
    [InlineData(200)]
    [InlineData(503)]
    public async Task A_no_op_backend_contributes_nothing_and_its_status_does_not_matter(int status)
    {
        _upstream.Answer($"/status/{status}", """{"raw":1}""", status);

        var reply = await _gateway.GetAsync($"/raw/{status}");

        Assert.Equal((200, """{"a":1}""", "true"), (reply.Status, reply.Body, reply.Completed));
    }

    [Theory, Spec("RTE-135")]
    [InlineData("/flat", """{"moved":1,"only_b":true}""")]
    [InlineData("/flat-one", """{"a":1,"fixed":1}""")]
    public async Task Flatmap_of_an_endpoint_runs_after_a_merge_only_and_static_data_always(string path, string body)
    {
        Assert.Equal(body, (await _gateway.GetAsync(path)).Body);
    }

    [Fact, Spec("RTE-136", "RTE-104")]
    public async Task A_write_goes_to_every_backend_with_the_whole_body()
    {
        var body = new string('w', 300_000);

        Assert.Equal(200, (await _gateway.PostAsync("/write", body)).Status);

        Assert.Equal(("PUT", body), (_upstream.ReceivedAt("/a")[^1].Method, _upstream.ReceivedAt("/a")[^1].Body));
        Assert.Equal(("POST", body), (_upstream.ReceivedAt("/b")[^1].Method, _upstream.ReceivedAt("/b")[^1].Body));
    }

    [Fact, Spec("RTE-127")]
    public async Task Changes_that_one_backend_makes_to_its_request_are_seen_by_no_other()
    {
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x","input_headers":["X-A","X-B"],"input_query_strings":["q","r"],"backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/a","input_headers":["X-A"],"input_query_strings":["q"]},
              {"host":["$UPSTREAM"],"url_pattern":"/b","input_headers":["X-B"],"input_query_strings":["r"]}]}]}
            """, _upstream.Host);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x?q=1&r=2");
        request.Headers.Add("X-A", "a");
        request.Headers.Add("X-B", "b");
        await gateway.SendAsync(request);

        var a = _upstream.ReceivedAt("/a")[^1];
        var b = _upstream.ReceivedAt("/b")[^1];
        Assert.Equal(("/a?q=1", "a", null), (a.Target, a.Header("X-A"), a.Header("X-B")));
        Assert.Equal(("/b?r=2", null, "b"), (b.Target, b.Header("X-A"), b.Header("X-B")));
    }
}
