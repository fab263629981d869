using System.Diagnostics;
using System.IO.Compression;
using Gateway.Core.Plugins;
using Gateway.Testing;
using KrakenPlugins.Sdk.Plugins;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Logging.Tests;

/// <summary>The log of calls to backends.</summary>
public sealed class BackendLogTests : IAsyncLifetime
{
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/a", """{"id":31,"big":3.1e+01,"half":0.5,"name":"x\"y","on":true,"no":null,"in":{"deep":{"n":7},"list":[1]}}""").Answer("/b", """{"b":1}""").Answer("/bad", "", 503)
            .AnswerAfter(TimeSpan.FromSeconds(20), "/hang", "{}");
        _upstream.On("/raw", static async context =>
        {
            context.Response.StatusCode = 418;
            context.Response.Headers.Append("Set-Cookie", "a=1");
            context.Response.Headers.Append("Set-Cookie", "b=2");
            await context.Response.WriteAsync("{\"x\":1}");
        });
    }

    public async Task DisposeAsync() => await _upstream.DisposeAsync();

    [Fact, Spec("OBS-029")]
    public async Task Each_call_of_any_backend_has_a_line()
    {
        await using var gateway = await StartAsync("""{"custom_format":"B %{path} %{error}"}""", """
            {"endpoint":"/merge","backend":[{"url_pattern":"/a"},{"url_pattern":"/b"}]},
            {"endpoint":"/copies","concurrent_calls":3,"timeout":"300ms","backend":[{"url_pattern":"/hang"}]},
            {"endpoint":"/steps","extra_config":{"proxy":{"sequential":true}},"backend":[{"url_pattern":"/a"},{"url_pattern":"/b?of={resp0_id}"}]},
            {"endpoint":"/shadow","backend":[{"url_pattern":"/a"},{"url_pattern":"/b","extra_config":{"proxy":{"shadow":true}}}]},
            {"endpoint":"/bad","backend":[{"url_pattern":"/bad"}]}
            """);

        await ExpectAsync("/merge", "B /a -", "B /b -");
        await ExpectAsync("/copies", "B /hang context deadline exceeded", "B /hang context deadline exceeded", "B /hang context deadline exceeded");
        await ExpectAsync("/steps", "B /a -", "B /b -");
        await ExpectAsync("/shadow", "B /a -", "B /b -");
        await ExpectAsync("/bad", $"B /bad invalid status code 503 [GET /bad]: {_upstream.Host}/bad");

        async Task ExpectAsync(string target, params string[] lines)
        {
            var before = gateway.Lines("B /").Length;
            await gateway.GetAsync(target);
            await Wait.UntilAsync(() => gateway.Lines("B /").Length >= before + lines.Length, () => $"{target}: {gateway.Log}");
            Assert.Equal(lines.Order(), gateway.Lines("B /")[before..].Order());
        }
    }

    [Theory, Spec("OBS-030")]
    [InlineData("null", """{"custom_format":"own %{path}"}""", "own /a")]
    [InlineData("null", """{"backend":{"custom_format":"own %{path}"}}""", "own /a")]
    [InlineData("null", """{"custom_format":"direct","backend":{"custom_format":"nested %{path}"}}""", "nested /a")]
    [InlineData("""{"custom_format":"%{prefix}%{path} %{query}","prefix":"P ","no_value":"?"}""", """{"prefix":"Q "}""", "Q /a ?")]
    [InlineData("""{"custom_format":"%{prefix}%{path} %{query}","prefix":"P "}""", """{"no_value":"none"}""", "P /a none")]
    [InlineData("""{"prefix":"P "}""", """{"custom_format":"%{path}|%{prefix}|"}""", "/a|P |")]
    public async Task A_backend_switches_it_on_or_overrides_single_attributes(string service, string own, string expected)
    {
        var general = service == "null" ? "" : $",\"backend\":{service}";
        await using var gateway = await Logged.StartAsync(
            $"\"telemetry/logging\":{{\"level\":\"CRITICAL\",\"stdout\":true{general}}},\"router\":{{\"disable_access_log\":true}}", _upstream.Host,
            $$"""{"endpoint":"/a","backend":[{"url_pattern":"/a","extra_config":{"telemetry/logging":{{own}} } }]},{"endpoint":"/b","backend":[{"url_pattern":"/b"}]}""");
        await gateway.GetAsync("/b");
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync(expected + "\n");

        Assert.Equal(service == "null" ? 1 : 2, gateway.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact, Spec("OBS-030", "OBS-035")]
    public async Task A_backend_needs_no_logging_of_the_service()
    {
        await using var gateway = await Logged.StartAsync("", _upstream.Host, """
            {"endpoint":"/a","backend":[{"url_pattern":"/a","extra_config":{"telemetry/logging":{"prefix":">>> "}}}]}
            """);
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync(">>> ");

        var host = _upstream.Host["http://".Length..].Replace(".", "\\.", StringComparison.Ordinal);
        Assert.Matches($@"^>>> \d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d) \|-\| \d+\.\d{{3}}ms \| GET {host} /a$", Assert.Single(gateway.Lines(">>> ")));
        Assert.Contains(" KRAKEND INFO: Starting ", gateway.Log, StringComparison.Ordinal);
    }

    [Fact, Spec("OBS-031")]
    public async Task Request_variables_are_those_of_the_request_that_is_sent()
    {
        var plugins = new PluginRegistry();
        plugins.Backend("test/fork", BackendStages.Modifiers, static (_, _, _) => new Step(static (request, next, token) =>
        {
            var other = request.Fork();
            other.Headers.Set("X-Mod", "later");
            return next(other, token);
        }));
        plugins.Client("test/martian", ClientStages.Martian, static (_, _, _) => new CallStep(static request =>
        {
            request.Headers.Set("X-Call", "last");
            request.Method = "PUT";
        }));
        await using var gateway = await StartAsync("""{"custom_format":"B %{method} %{path}|%{query}|%{query.foo}|%{reqHeader.x-kept}|%{reqHeader.X-Dropped}|%{reqHeader.X-Mod}|%{reqHeader.X-Call}|%{reqHeader.X-Kept.1}|%{prefix}|","prefix":"P"}""",
            """
            {"endpoint":"/x/{id}","input_headers":["X-Kept","X-Dropped"],"input_query_strings":["*"],
             "backend":[{"method":"POST","url_pattern":"/a/{id}","input_headers":["X-Kept"],"extra_config":{"test/fork":{},"test/martian":{}}}]}
            """, plugins);
        await gateway.GetAsync("/x/7?foo=1&foo=2&token=t", ("X-Kept", "k"), ("X-Dropped", "d"));
        await gateway.WaitForLogAsync("B ");

        Assert.Equal("B PUT /a/7|foo=1&foo=2&token=***|1|k|-|later|last|-|P|", Assert.Single(gateway.Lines("B ")));
    }

    [Theory, Spec("OBS-032", "OBS-033")]
    [InlineData("%{resp.id}", "31")]
    [InlineData("%{resp.big}", "31")]
    [InlineData("%{resp.big:d}", "31")]
    [InlineData("%{resp.half}", "0.5")]
    [InlineData("%{resp.half:.2f}", "0.50")]
    [InlineData("%{resp.id:5d}", "   31")]
    [InlineData("%{resp.name}", "x\\\"y")]
    [InlineData("%{resp.name:q}", "\"x\\\"y\"")]
    [InlineData("%{resp.on}", "true")]
    [InlineData("%{resp.no}", "-")]
    [InlineData("%{resp.in.deep.n}", "7")]
    [InlineData("%{resp.in.list.0}", "-")]
    [InlineData("%{resp.none}", "-")]
    [InlineData("%{statusCode}", "-")]
    [InlineData("%{respHeader.Content-Type}", "-")]
    public async Task Fields_of_the_answer_are_those_that_the_backend_sent(string variable, string expected)
    {
        await using var gateway = await StartAsync($"{{\"custom_format\":\"B|{variable}|\"}}",
            """{"endpoint":"/a","backend":[{"url_pattern":"/a","allow":["other"],"group":"g"}]}""");
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("B|");

        Assert.Equal($"B|{expected}|", Assert.Single(gateway.Lines("B|")));
    }

    [Fact, Spec("OBS-032")]
    public async Task Fields_of_compressed_answers_and_of_other_encodings_are_found_as_well()
    {
        _upstream.On("/gzip", static async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
                gzip.Write("{\"n\":{\"m\":1}}"u8);
            await context.Response.Body.WriteAsync(packed.ToArray());
        });
        _upstream.Answer("/xml", "<n><m>2</m></n>", contentType: "application/xml");
        await using var gateway = await StartAsync("""{"custom_format":"B %{path} %{resp.n.m}"}""", """
            {"endpoint":"/gzip","backend":[{"url_pattern":"/gzip"}]},{"endpoint":"/xml","backend":[{"url_pattern":"/xml","encoding":"xml"}]}
            """);
        await gateway.GetAsync("/gzip");
        await gateway.GetAsync("/xml");
        await gateway.WaitForLogAsync("B /xml");

        Assert.Equal(["B /gzip 1", "B /xml 2"], gateway.Lines("B "));
    }

    [Fact, Spec("OBS-032", "OBS-031")]
    public async Task A_no_op_backend_has_status_and_headers_and_no_fields()
    {
        await using var gateway = await StartAsync("""{"custom_format":"B %{statusCode} %{statusCode:x} %{respHeader.set-cookie} %{respHeader.Set-Cookie.1} %{respHeader.None} %{resp.x}"}""",
            """{"endpoint":"/raw","output_encoding":"no-op","backend":[{"url_pattern":"/raw","encoding":"no-op"}]}""");
        await gateway.GetAsync("/raw");
        await gateway.WaitForLogAsync("B ");

        Assert.Equal("B 418 1a2 a=1 b=2 - -", Assert.Single(gateway.Lines("B ")));
    }

    [Fact, Spec("OBS-034")]
    public async Task The_error_is_the_text_of_the_gateway_and_nothing_on_success()
    {
        await using var gateway = await StartAsync("""{"custom_format":"B [%{error}]","no_value":"none"}""",
            """{"endpoint":"/a","backend":[{"url_pattern":"/a"}]},{"endpoint":"/hang","timeout":"150ms","backend":[{"url_pattern":"/hang"}]}""");
        await gateway.GetAsync("/a");
        await gateway.GetAsync("/hang");
        await gateway.WaitForLogAsync("exceeded]");

        Assert.Equal(["B [none]", "B [context deadline exceeded]"], gateway.Lines("B ["));
    }

    [Theory, Spec("OBS-035")]
    [InlineData("", true)]
    [InlineData("INFO", false)]
    [InlineData("warning", true)]
    [InlineData("CRITICAL", true)]
    public async Task Lines_with_a_level_obey_that_of_the_service(string level, bool written)
    {
        var withLevel = level.Length == 0 ? "" : $",\"log_with_level\":\"{level}\"";
        await using var gateway = await StartAsync($"{{\"custom_format\":\"B %{{path}}\"{withLevel}}}", level: "WARNING", more: ",\"format\":\"logstash\",\"prefix\":\"[P]\"");
        await gateway.GetAsync("/a");
        await gateway.GetAsync("/a");
        if (written)
            await Wait.UntilAsync(() => gateway.Lines("B /a").Length == 2, () => gateway.Log);
        else
            Assert.Empty(gateway.Lines("B /a"));
        Assert.DoesNotContain("[P]", gateway.Log, StringComparison.Ordinal);
    }

    [Theory, Spec("OBS-030")]
    [InlineData("%{pathh}", "unknown variable %{pathh}; did you mean \"path\"?")]
    [InlineData("%{prefix:q}", "%{prefix} takes no format in a backend log")]
    public async Task A_faulty_pattern_is_reported_and_costs_the_line_alone(string pattern, string reason)
    {
        await using var general = await StartAsync($"{{\"custom_format\":\"{pattern}\"}}");
        await using var own = await Logged.StartAsync("", _upstream.Host,
            $$$"""{"endpoint":"/a","backend":[{"url_pattern":"/a","extra_config":{"telemetry/logging":{"custom_format":"{{{pattern}}}"} } }]}""");

        using var answer = await general.Client.GetAsync("/a");
        using var other = await own.Client.GetAsync("/a");

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(200, (int)other.StatusCode);
        Assert.Contains(general.Diagnostics.All, d => d.Severity == Sdk.Configuration.ConfigSeverity.Error && d.Message.StartsWith(reason, StringComparison.Ordinal));
        Assert.Contains(own.Diagnostics.All, d => d.Severity == Sdk.Configuration.ConfigSeverity.Warning && d.Message.StartsWith(reason, StringComparison.Ordinal));
    }

    [Fact, Spec("OBS-031")]
    public async Task The_line_of_a_traced_call_names_trace_and_span()
    {
        var trace = ActivityTraceId.CreateRandom();
        var plugins = TestComponents.Server("test/trace", ServerStages.Telemetry, async (context, next) =>
        {
            using var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).SetParentId(trace, default).Start();
            await next(context);
        });
        await using var gateway = await StartAsync("""{"custom_format":"B %{traceId} %{spanId}"}""", plugins: plugins, service: ",\"test/trace\":{}");
        await gateway.GetAsync("/a");
        await gateway.WaitForLogAsync("B ");

        Assert.Matches($"^B {trace.ToHexString()} [0-9a-f]{{16}}$", Assert.Single(gateway.Lines("B ")));
    }

    private Task<TestGateway> StartAsync(string backend, string endpoints = "", PluginRegistry? plugins = null, string level = "CRITICAL", string more = "", string service = "") =>
        Logged.StartAsync(
            $"\"telemetry/logging\":{{\"level\":\"{level}\",\"stdout\":true{more},\"backend\":{backend}}},\"router\":{{\"disable_access_log\":true}}{service}", _upstream.Host, endpoints,
            new TestGatewayOptions { Plugins = plugins ?? new PluginRegistry() });

    private sealed class Step(Func<ProxyRequest, ProxyHandler, CancellationToken, ValueTask<ProxyResult>> step) : IProxyMiddleware
    {
        public ValueTask<ProxyResult> InvokeAsync(ProxyRequest request, ProxyHandler next, CancellationToken cancellationToken) => step(request, next, cancellationToken);
    }

    private sealed class CallStep(Action<ProxyRequest> change) : IClientMiddleware
    {
        public ValueTask<ClientResult> InvokeAsync(ProxyRequest request, ClientHandler next, CancellationToken cancellationToken)
        {
            change(request);
            return next(request, cancellationToken);
        }
    }
}
