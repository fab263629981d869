using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>The examples of sdk/sidecar-js behind the real gateway.</summary>
[Spec("GRP-250", "GRP-251")]
public sealed class SidecarJavaScriptTests : IAsyncLifetime
{
    private static readonly string s_library = Path.Combine(Executable.Repository, "sdk", "sidecar-js");
    private static readonly Dictionary<string, string> s_environment = new() { ["GUARD_TOKEN"] = "sesame" };

    private readonly Folder _folder = new();
    private Upstream _upstream = null!;
    private RunningGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        Assert.True(Directory.Exists(Path.Combine(s_library, "node_modules")), "run ./test.sh, or npm ci in sdk/sidecar-js");
        _upstream = (await Upstream.StartAsync())
            .On("/mark", static context => context.Response.WriteAsJsonAsync(new { stamp = context.Request.Headers["X-Stamp"].ToString(), mark = context.Request.Query["mark"].ToString() }))
            .On("/long", WriteLongAsync)
            .Answer("/in", """{"in":true}""");
        _gateway = await RunningGateway.StartAsync(
            _folder.Path, ["run", "-c", _folder.Write("krakend.json", Configuration), "--plugins", Path.Combine(s_library, "examples")], s_environment);
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _upstream.DisposeAsync();
        _folder.Dispose();
    }

    private string Configuration => $$$"""
        {"version":3,"host":["{{{_upstream.Host}}}"],"timeout":"20s","endpoints":[
          {"endpoint":"/stamped","input_query_strings":["mark"],"extra_config":{"acme/stamp":{"value":"blue"} },"backend":[{"url_pattern":"/mark"}]},
          {"endpoint":"/guarded","extra_config":{"acme/guard":{} },"backend":[{"url_pattern":"/in"}]},
          {"endpoint":"/quotes/{id}","backend":[{"url_pattern":"/","extra_config":{"acme/quotes":{"quotes":["Festina lente.","Nomen est omen."]} }}]},
          {"endpoint":"/masked","output_encoding":"no-op","backend":[{"url_pattern":"/long","encoding":"no-op","extra_config":{"acme/mask":{"text":"secret"} }}]}
        ]}
        """;

    [Fact]
    public async Task Sixty_four_clients_each_get_their_own_stamped_answer()
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, 640), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (number, cancellationToken) =>
        {
            var mark = number.ToString(CultureInfo.InvariantCulture);
            using var answer = await _gateway.Client.GetAsync($"/stamped?mark={mark}", cancellationToken);
            Assert.Equal($$"""{"mark":"{{mark}}","stamp":"blue"}""", await answer.Content.ReadAsStringAsync(cancellationToken));
            Assert.Equal("blue", Assert.Single(answer.Headers.GetValues("X-Stamped")));
        });
    }

    [Fact]
    public async Task The_guard_lets_the_token_in_and_nobody_else()
    {
        using var refused = await _gateway.Client.GetAsync("/guarded");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/guarded") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", "sesame") } };
        using var answer = await _gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.ToString());
        Assert.Equal("""{"in":true}""", await answer.Content.ReadAsStringAsync());
        Assert.Single(_upstream.ReceivedAt("/in"));
    }

    [Fact]
    public async Task The_executor_answers_in_place_of_a_backend()
    {
        Assert.Equal("""{"id":2,"quote":"Nomen est omen."}""", await _gateway.Client.GetStringAsync("/quotes/2"));

        using var missing = await _gateway.Client.GetAsync("/quotes/3");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    [Spec("GRP-252")]
    public async Task A_body_is_changed_as_it_passes()
    {
        var body = await _gateway.Client.GetStringAsync("/masked");

        Assert.Equal(string.Concat(Enumerable.Repeat(new string('x', 1000) + " *** ", 3000)), body);
    }

    private static async Task WriteLongAsync(HttpContext context)
    {
        var part = Encoding.UTF8.GetBytes(new string('x', 1000) + " secret ");
        for (var i = 0; i < 3000; i++)
            await context.Response.Body.WriteAsync(part);
    }
}
