using System.Diagnostics;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Manipulation;

/// <summary>Several backends become one object.</summary>
public sealed class MergeTests
{
    private static readonly TimeSpan s_late = TimeSpan.FromMilliseconds(300);

    [Fact, Spec("MAN-001")]
    public async Task Sends_all_backend_requests_at_the_same_moment()
    {
        using var both = new CountdownEvent(2);
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task Meet(HttpContext context)
        {
            if (both.Signal())
                arrived.SetResult();
            return context.Response.WriteAsync("{}");
        }
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "timeout":"20s" """, "", ""),
            upstream => upstream
                .On("/b0", async context => { var meeting = Meet(context); await arrived.Task; await meeting; })
                .On("/b1", async context => { var meeting = Meet(context); await arrived.Task; await meeting; }));

        // Neither backend answers before the other was called.
        (await pipe.GetAsync("/x")).IsData("{}", completed: false);
    }

    [Theory, Spec("MAN-002", "MAN-004")]
    [InlineData("""{"id":1,"name":"L"}""", """{"userId":1,"title":"t"}""", """{"id":1,"name":"L","title":"t","userId":1}""")]
    [InlineData("{}", """{"a":1}""", """{"a":1}""")]
    [InlineData("""{"z":1,"a":{"y":1,"b":2}}""", """{"m":[{"q":1,"p":2}]}""", """{"a":{"b":2,"y":1},"m":[{"p":2,"q":1}],"z":1}""")]
    public async Task The_body_is_the_union_of_the_root_keys(string first, string second, string expected)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "cache_ttl":"3600s" """, "", ""), upstream => upstream.Answer("/b0", first).Answer("/b1", second));

        var answer = await pipe.GetAsync("/x");

        answer.IsData(expected);
        Assert.Equal("public, max-age=3600", answer.CacheControl);
    }

    [Theory, Spec("MAN-003")]
    [InlineData(false, """{"x":{"b":2}}""")]
    [InlineData(true, """{"x":{"a":1}}""")]
    public async Task On_a_collision_the_last_arrival_wins_whole(bool isFirstLate, string expected)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "timeout":"20s" """, "", ""),
            upstream => upstream
                .AnswerAfter(isFirstLate ? s_late : TimeSpan.Zero, "/b0", """{"x":{"a":1}}""")
                .AnswerAfter(isFirstLate ? TimeSpan.Zero : s_late, "/b1", """{"x":{"b":2}}"""));

        (await pipe.GetAsync("/x")).IsData(expected);
    }

    [Theory, Spec("MAN-003", "MAN-059")]
    [InlineData(false, """{"r":{"-a":"1","n":"xml"}}""")]
    [InlineData(true, """{"r":{"json":1}}""")]
    public async Task Arrival_decides_between_bytes_and_trees_too(bool isJsonLate, string expected)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "timeout":"20s" """, "", """ "encoding":"xml" """),
            upstream => upstream
                .AnswerAfter(isJsonLate ? s_late : TimeSpan.Zero, "/b0", """{"r":{"json":1}}""")
                .AnswerAfter(isJsonLate ? TimeSpan.Zero : s_late, "/b1", """<r a="1"><n>xml</n></r>"""));

        (await pipe.GetAsync("/x")).IsData(expected);
    }

    [Fact, Spec("MAN-005", "MAN-006", "MAN-008", "MAN-106")]
    public async Task A_failed_backend_leaves_an_incomplete_answer_and_is_logged()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "cache_ttl":"1h" """, "", ""), upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", """{"b":1}""", 404));

        var answer = await pipe.GetAsync("/x");

        answer.IsData("""{"a":1}""", completed: false);
        Assert.Null(answer.CacheControl);
        await pipe.Gateway.WaitForLogAsync($"[ENDPOINT: /x] Error #0: invalid status code 404 [GET /b1]: {pipe.Upstream.Host}/b1");
    }

    [Fact, Spec("MAN-006")]
    public async Task Failures_are_numbered_in_the_order_of_arrival()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "timeout":"20s" """, "", "", ""),
            upstream => upstream
                .On("/b0", async context => { await Task.Delay(s_late, upstream.Stopping); context.Response.StatusCode = 503; })
                .Answer("/b1", "{}", 404).Answer("/b2", """{"c":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"c":1}""", completed: false);

        await pipe.Gateway.WaitForLogAsync("[ENDPOINT: /x] Error #0: invalid status code 404 [GET /b1]");
        await pipe.Gateway.WaitForLogAsync("[ENDPOINT: /x] Error #1: invalid status code 503 [GET /b0]");
    }

    [Fact, Spec("MAN-006")]
    public async Task The_failure_of_a_single_backend_has_no_number()
    {
        await using var pipe = await DataPipe.StartAsync(DataPipe.One(), upstream => upstream.Answer("/b", "{}", 404));

        await pipe.GetAsync("/x");

        await pipe.Gateway.WaitForLogAsync("[ENDPOINT: /x] invalid status code 404 [GET /b]");
    }

    [Fact, Spec("MAN-007")]
    public async Task When_all_fail_the_texts_are_joined_by_newlines()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(""" "timeout":"20s" """, "", ""),
            upstream => upstream
                .On("/b0", async context => { await Task.Delay(s_late, upstream.Stopping); context.Response.StatusCode = 500; })
                .Answer("/b1", "nonsense"));

        (await pipe.GetAsync("/x")).IsError(
            $"invalid character 'o' in literal null (expecting 'u')\ninvalid status code 500 [GET /b0]: {pipe.Upstream.Host}/b0");
    }

    [Fact, Spec("MAN-007")]
    public async Task When_all_fail_the_body_is_empty_unless_texts_are_asked_for()
    {
        await using var pipe = await DataPipe.StartAsync(
            """{"version":3,"endpoints":[{"endpoint":"/x","backend":[{"host":["$UPSTREAM"],"url_pattern":"/b0"},{"host":["$UPSTREAM"],"url_pattern":"/b1"}]}]}""",
            upstream => upstream.Answer("/b0", "{}", 500).Answer("/b1", "{}", 503));

        (await pipe.GetAsync("/x")).IsError("");
    }

    [Theory, Spec("MAN-008", "MAN-087")]
    [InlineData(202)]
    [InlineData(203)]
    [InlineData(204)]
    [InlineData(206)]
    [InlineData(304)]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Any_status_but_200_and_201_is_a_failure(int status)
    {
        await using var pipe = await DataPipe.StartAsync(DataPipe.One(), upstream => upstream.On("/b", async context =>
        {
            context.Response.StatusCode = status;
            if (status is not 204 and not 304)
                await context.Response.WriteAsync("""{"a":1}""");
        }));

        (await pipe.GetAsync("/x")).IsError($"invalid status code {status} [GET /b]: {pipe.Upstream.Host}/b");
    }

    [Fact, Spec("MAN-008", "MAN-005")]
    public async Task A_refused_connection_and_a_broken_body_are_failures()
    {
        await using var broken = new RawUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\"");
        });
        await using var pipe = await DataPipe.StartAsync(
            $$"""
            {"version":3,"endpoints":[{"endpoint":"/x","timeout":"3s","backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/b0"},
              {"host":["http://127.0.0.1:11"],"url_pattern":"/b1"},
              {"host":["{{broken.Url}}"],"url_pattern":"/b2"}]}]}
            """,
            upstream => upstream.Answer("/b0", """{"a":1}"""));

        (await pipe.GetAsync("/x")).IsData("""{"a":1}""", completed: false);
    }

    [Fact, Spec("MAN-009", "MAN-010")]
    public async Task The_merge_stops_waiting_at_85_percent_and_cancels_the_rest()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var pipe = await DataPipe.StartAsync(
            """{"version":3,"timeout":"20s","endpoints":[{"endpoint":"/x","timeout":"1s","backend":[{"host":["$UPSTREAM"],"url_pattern":"/b0"},{"host":["$UPSTREAM"],"url_pattern":"/b1"}]}]}""",
            upstream => upstream.Answer("/b0", """{"a":1}""").On("/b1", async context =>
            {
                await using var registration = context.RequestAborted.Register(cancelled.SetResult);
                await Task.Delay(Timeout.Infinite, CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, upstream.Stopping).Token);
            }));
        var clock = Stopwatch.StartNew();

        (await pipe.GetAsync("/x")).IsData("""{"a":1}""", completed: false);

        Assert.InRange(clock.ElapsedMilliseconds, 840, 5_000);
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        await pipe.Gateway.WaitForLogAsync("[ENDPOINT: /x] Error #0: context deadline exceeded");
    }

    [Fact, Spec("MAN-009", "MAN-010", "MAN-105")]
    public async Task A_single_backend_has_the_whole_timeout()
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.One(endpoint: """ "timeout":"400ms" """), upstream => upstream.AnswerAfter(TimeSpan.FromSeconds(30), "/b", "{}"));
        var clock = Stopwatch.StartNew();

        (await pipe.GetAsync("/x")).IsError("context deadline exceeded");

        Assert.InRange(clock.ElapsedMilliseconds, 395, 5_000);
    }

    [Theory, Spec("MAN-011")]
    [InlineData("", """{"collection":[1]}""")]
    [InlineData(""" "output_encoding":"json-collection" """, "[1]")]
    public async Task A_no_op_backend_in_a_data_endpoint_contributes_nothing_and_counts_as_success(string endpoint, string expected)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many(endpoint, """ "encoding":"no-op" """, """ "is_collection":true """),
            upstream => upstream.Answer("/b0", "no json", 503).Answer("/b1", "[1]"));

        (await pipe.GetAsync("/x")).IsData(expected);
    }

    [Fact, Spec("MAN-011")]
    public async Task A_lone_no_op_backend_in_a_data_endpoint_gives_the_empty_object()
    {
        (await DataPipe.OneAsync("no json", """ "encoding":"no-op" """)).IsData("{}", completed: false);
    }

    [Fact, Spec("MAN-011")]
    public async Task Several_backends_with_no_op_output_are_refused_at_load()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(
            () => TestGateway.StartAsync(DataPipe.Many(""" "output_encoding":"no-op" """, "", ""), "http://127.0.0.1:1"));

        Assert.Contains("can not use NoOp encoding with more than one backends connected to the same endpoint", refusal.Message, StringComparison.Ordinal);
    }

    [Theory, Spec("MAN-012")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_header_and_no_status_of_a_backend_reaches_the_client(int backends)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many("", [.. Enumerable.Repeat("", backends)]),
            upstream => upstream.OnAny(context =>
            {
                context.Response.StatusCode = 201;
                context.Response.Headers["X-Secret"] = "s";
                context.Response.Headers.SetCookie = "a=b";
                context.Response.Headers.CacheControl = "max-age=5";
                context.Response.Headers.ETag = "\"1\"";
                return context.Response.WriteAsync("""{"a":1}""");
            }));

        var answer = await pipe.GetAsync("/x");

        answer.IsData("""{"a":1}""");
        Assert.Null(answer.Header("X-Secret") ?? answer.Header("Set-Cookie") ?? answer.Header("ETag") ?? answer.CacheControl);
    }

    [Theory, Spec("MAN-013")]
    [InlineData("")]
    [InlineData(""" "deny":["x"] """)]
    [InlineData(""" "extra_config":{"proxy":{"flatmap_filter":[{"type":"del","args":["a"]}]}} """)]
    public async Task A_null_document_contributes_nothing_and_leaves_the_answer_incomplete(string backend)
    {
        await using var pipe = await DataPipe.StartAsync(
            DataPipe.Many("", "", backend), upstream => upstream.Answer("/b0", """{"a":1}""").Answer("/b1", "null"));

        (await pipe.GetAsync("/x")).IsData("""{"a":1}""", completed: false);
        Assert.DoesNotContain("Error", pipe.Gateway.Log, StringComparison.Ordinal);
    }
}
