using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Backends;

/// <summary>Redirects of backends: followed inside, or handed to the client.</summary>
public sealed class RedirectTests : IAsyncLifetime
{
    private const string NoRedirect = ",\"extra_config\":{\"backend/http/client\":{\"no_redirect\":true}}";
    private const string SendBody = ",\"extra_config\":{\"backend/http/client\":{\"send_body_on_redirect\":true}}";
    private Upstream _upstream = null!;
    private Upstream _other = null!;
    private TestGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _other = await Upstream.StartAsync();
        _other.Answer("/landed", """{"landed":"elsewhere"}""");
        _upstream
            .Answer("/landed", """{"landed":"here"}""")
            .On("/deep/relative", static context => RedirectAsync(context, 302, "../landed"))
            .On("/nowhere", static context => RedirectAsync(context, 302, ""))
            .On("/loop", static context => RedirectAsync(context, 302, "/loop"))
            // The same address under another name is another domain.
            .On("/away", context => RedirectAsync(context, 307, _other.Host.Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/landed"))
            .OnAny(static context =>
            {
                var parts = context.Request.Path.Value!.Split('/');
                if (parts[1] == "hops")
                {
                    var left = int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture);
                    return RedirectAsync(context, 302, left == 1 ? "/landed" : $"/hops/{left - 1}");
                }
                return RedirectAsync(context, int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture), "/landed");
            });
        _gateway = await TestGateway.StartAsync("""
            {"version":3,"timeout":"10s","extra_config":{"router":{"return_error_msg":true}},"endpoints":[
              {"endpoint":"/get/{status}","backend":[{"host":["$UPSTREAM"],"url_pattern":"/to/{status}"}]},
              {"endpoint":"/raw/{status}","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/to/{status}"}]},
              {"endpoint":"/post/{status}","method":"POST","input_headers":["X-A"],"backend":[{"host":["$UPSTREAM"],"url_pattern":"/to/{status}"}]},
              {"endpoint":"/post-raw/{status}","method":"POST","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/to/{status}"}]},
              {"endpoint":"/post-body/{status}","method":"POST","input_headers":["X-A"],"backend":[{"host":["$UPSTREAM"],"url_pattern":"/to/{status}"$SEND}]},
              {"endpoint":"/head","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/to/302","method":"HEAD"}]},
              {"endpoint":"/path/{name}","backend":[{"host":["$UPSTREAM"],"url_pattern":"/{name}"}]},
              {"endpoint":"/relative","backend":[{"host":["$UPSTREAM"],"url_pattern":"/deep/relative"}]},
              {"endpoint":"/hops/{n}","backend":[{"host":["$UPSTREAM"],"url_pattern":"/hops/{n}"}]},
              {"endpoint":"/away","input_headers":["Authorization","Cookie","X-A"],"backend":[{"host":["$UPSTREAM"],"url_pattern":"/away"}]},
              {"endpoint":"/here","input_headers":["Authorization","Cookie","X-A"],"backend":[{"host":["$UPSTREAM"],"url_pattern":"/to/302"}]},
              {"endpoint":"/returned/{status}","output_encoding":"no-op","backend":[{"host":["$UPSTREAM"],"url_pattern":"/to/{status}"$KEEP}]},
              {"endpoint":"/refused/{status}","backend":[{"host":["$UPSTREAM"],"url_pattern":"/to/{status}"$KEEP}]}]}
            """.Replace("$SEND", SendBody, StringComparison.Ordinal).Replace("$KEEP", NoRedirect, StringComparison.Ordinal), _upstream.Host);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
        await _other.DisposeAsync();
    }

    private ReceivedRequest Landed => _upstream.ReceivedAt("/landed").Single();

    [Theory, Spec("RTE-305", "RTE-144", "RTE-306")]
    [InlineData("/get/301")]
    [InlineData("/get/302")]
    [InlineData("/get/303")]
    [InlineData("/get/307")]
    [InlineData("/get/308")]
    [InlineData("/raw/302")]
    [InlineData("/raw/308")]
    public async Task Redirects_are_followed_inside(string path)
    {
        var reply = await _gateway.GetAsync(path);

        Assert.Equal((200, """{"landed":"here"}""", null), (reply.Status, reply.Body, reply.Header("Location")));
        Assert.Equal(("GET", $"{_upstream.Host}/to/{path[^3..]}"), (Landed.Method, Landed.Header("Referer")));
    }

    [Theory, Spec("RTE-305")]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    public async Task A_write_becomes_a_GET_without_body(int status)
    {
        Assert.Equal(200, (await _gateway.PostAsync($"/post/{status}", "the body")).Status);

        Assert.Equal(("GET", ""), (Landed.Method, Landed.Body));
        Assert.Null(Landed.Header("Content-Length"));
        Assert.Equal("the body", _upstream.Received[0].Body);
    }

    [Fact, Spec("RTE-305")]
    public async Task HEAD_stays_HEAD()
    {
        Assert.Equal(200, (await _gateway.GetAsync("/head")).Status);
        Assert.Equal("HEAD", Landed.Method);
    }

    [Theory, Spec("RTE-306")]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_307_or_308_keeps_the_method_when_there_was_no_body(int status)
    {
        Assert.Equal(200, (await _gateway.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/post/{status}"))).Status);
        Assert.Equal("POST", Landed.Method);
    }

    [Theory, Spec("RTE-307", "RTE-346")]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_307_or_308_after_a_body_is_not_followed(int status)
    {
        var decoded = await _gateway.PostAsync($"/post/{status}", "the body");
        var raw = await _gateway.PostAsync($"/post-raw/{status}", "the body");

        Assert.Equal(500, decoded.Status);
        Assert.StartsWith($"invalid status code {status}", decoded.Body);
        Assert.Equal((status, "/landed"), (raw.Status, raw.Header("Location")));
        Assert.Empty(_upstream.ReceivedAt("/landed"));
    }

    [Theory, Spec("RTE-306", "RTE-345")]
    [InlineData(307, 10)]
    [InlineData(308, 10)]
    [InlineData(308, 500_000)]
    public async Task With_send_body_on_redirect_it_is_followed_with_the_same_request(int status, int size)
    {
        var body = new string('r', size);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/post-body/{status}") { Content = new StringContent(body) };
        request.Headers.Add("X-A", "a");
        request.Headers.TransferEncodingChunked = true;

        Assert.Equal(200, (await _gateway.SendAsync(request)).Status);

        Assert.Equal(("POST", body, "a", "text/plain; charset=utf-8"), (Landed.Method, Landed.Body, Landed.Header("X-A"), Landed.Header("Content-Type")));
        Assert.All(_upstream.Received, r => Assert.Equal(size.ToString(System.Globalization.CultureInfo.InvariantCulture), r.Header("Content-Length")));
    }

    [Theory, Spec("RTE-308")]
    [InlineData(9, 200)]
    [InlineData(10, 500)]
    public async Task There_are_ten_requests_at_most(int hops, int status)
    {
        var reply = await _gateway.GetAsync($"/hops/{hops}");

        Assert.Equal(status, reply.Status);
        if (status == 500)
            Assert.Equal("stopped after 10 redirects", reply.Body);
        Assert.Equal(10, _upstream.Received.Count);
    }

    [Fact, Spec("RTE-308")]
    public async Task A_redirect_to_nowhere_is_a_plain_failure()
    {
        var reply = await _gateway.GetAsync("/path/nowhere");

        Assert.Equal(500, reply.Status);
        Assert.StartsWith("invalid status code 302", reply.Body);
    }

    [Fact, Spec("RTE-309", "RTE-314")]
    public async Task Credentials_do_not_go_to_another_domain_and_other_headers_do()
    {
        var reply = await SendWithCredentialsAsync("/away");

        Assert.Equal("""{"landed":"elsewhere"}""", reply.Body);
        var landed = _other.Received.Single();
        Assert.Equal((null, null, "a"), (landed.Header("Authorization"), landed.Header("Cookie"), landed.Header("X-A")));
        Assert.StartsWith("localhost:", landed.Header("Host"));
    }

    [Fact, Spec("RTE-309")]
    public async Task Credentials_stay_within_the_domain()
    {
        await SendWithCredentialsAsync("/here");

        Assert.Equal(("Bearer t", "c=1", "a"), (Landed.Header("Authorization"), Landed.Header("Cookie"), Landed.Header("X-A")));
    }

    [Fact, Spec("RTE-310")]
    public async Task A_relative_location_is_resolved_against_the_current_url()
    {
        Assert.Equal("""{"landed":"here"}""", (await _gateway.GetAsync("/relative")).Body);
    }

    [Fact, Spec("RTE-310", "RTE-372")]
    public async Task The_balancer_is_not_asked_again_for_a_redirect()
    {
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x","backend":[{"host":["$UPSTREAM","$OTHER"],"url_pattern":"/to/302"}]}]}
            """.Replace("$OTHER", _other.Host, StringComparison.Ordinal), _upstream.Host);
        _other.On("/to/302", static context => RedirectAsync(context, 302, "/landed"));

        for (var i = 0; i < 4; i++)
            await gateway.GetAsync("/x");

        Assert.Equal((2, 2), (_upstream.ReceivedAt("/landed").Count, _other.ReceivedAt("/landed").Count));
        Assert.All(_other.ReceivedAt("/landed"), r => Assert.Equal($"{_other.Host}/to/302", r.Header("Referer")));
    }

    [Theory, Spec("RTE-311")]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task With_no_redirect_a_no_op_endpoint_hands_the_answer_on(int status)
    {
        var reply = await _gateway.GetAsync($"/returned/{status}");

        Assert.Equal((status, "/landed", "moved"), (reply.Status, reply.Header("Location"), reply.Body));
        Assert.Empty(_upstream.ReceivedAt("/landed"));
    }

    [Fact, Spec("RTE-312")]
    public async Task With_no_redirect_any_other_encoding_fails()
    {
        var reply = await _gateway.GetAsync("/refused/302");

        Assert.Equal(500, reply.Status);
        Assert.StartsWith("invalid status code 302", reply.Body);
    }

    [Fact, Spec("RTE-313")]
    public async Task The_old_plugin_name_means_the_same_and_is_warned_about()
    {
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x","output_encoding":"no-op","backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/to/302","extra_config":{"plugin/http-client":{"name":"no-redirect"}}}]}]}
            """, _upstream.Host);

        Assert.Equal(302, (await gateway.GetAsync("/x")).Status);
        Assert.Contains(gateway.Diagnostics.All, static d => d.ToString().Contains("no-redirect", StringComparison.Ordinal));
    }

    [Fact, Spec("RTE-348")]
    public async Task Options_of_one_backend_do_not_touch_another_with_the_same_host()
    {
        Assert.Equal(302, (await _gateway.GetAsync("/returned/302")).Status);
        Assert.Equal(200, (await _gateway.GetAsync("/raw/302")).Status);
    }

    [Fact, Spec("RTE-351")]
    public async Task An_old_draft_name_is_not_recognised()
    {
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x","method":"POST","output_encoding":"no-op","backend":[
              {"host":["$UPSTREAM"],"url_pattern":"/to/307","extra_config":{"backend/http/client":{"enable_redirect_post":true}}}]}]}
            """, _upstream.Host);

        Assert.Equal(307, (await gateway.PostAsync("/x", "body")).Status);
    }

    private Task<Reply> SendWithCredentialsAsync(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Authorization", "Bearer t");
        request.Headers.Add("Cookie", "c=1");
        request.Headers.Add("X-A", "a");
        return _gateway.SendAsync(request);
    }

    private static async Task RedirectAsync(HttpContext context, int status, string location)
    {
        context.Response.StatusCode = status;
        if (location.Length > 0)
            context.Response.Headers.Location = location;
        await context.Response.WriteAsync("moved");
    }
}
