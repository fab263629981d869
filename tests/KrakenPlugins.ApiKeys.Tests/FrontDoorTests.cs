using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.ApiKeys.Tests;

public sealed class FrontDoorTests
{
    private const string Bearer = "Authorization: Bearer " + Front.Key;

    [Theory]
    [Spec("AUT-093", "AUT-094", "AUT-095", "AUT-003", "AUT-092")]
    [InlineData("Bearer " + Front.Key, 200)]
    [InlineData("bearer   " + Front.Key, 200)]
    [InlineData(Front.Key, 200)]
    [InlineData("b64:Basic " + Front.Key + ":", 200)]
    [InlineData("b64:BASIC " + Front.Key + ":any:password", 200)]
    [InlineData("b64:Basic " + Front.Key, 200)]
    [InlineData("b64:Basic :" + Front.Key, 401)]
    [InlineData("Basic not-base64!", 401)]
    [InlineData("Basic /////w==", 401)]
    [InlineData("Bearer " + Front.Key + "x", 401)]
    [InlineData("Bearer 4D2C61E1-34C4-E96C-9456-15BD983C5019", 401)]
    [InlineData("Bearer second", 401)]
    [InlineData("Bearer third", 401)]
    [InlineData("Bearer", 401)]
    [InlineData("Bearer ", 401)]
    [InlineData("Basic ", 401)]
    [InlineData("ApiKey " + Front.Key, 401)]
    [InlineData(null, 401)]
    public async Task The_key_is_taken_in_three_forms_and_nothing_else_gets_in(string? authorization, int status)
    {
        await using var front = await Front.StartAsync(Front.Service(), """{"roles":["B","X"]}""");
        if (authorization?.StartsWith("b64:", StringComparison.Ordinal) == true)
            authorization = authorization[4..10] + Convert.ToBase64String(Encoding.UTF8.GetBytes(authorization[10..]));

        var reply = authorization is null ? await front.GetAsync("/e") : await front.GetAsync("/e", $"Authorization: {authorization}");

        Assert.Equal((status, status == 200 ? 1 : 0), (reply.Status, front.Upstream.Received.Count));
        Assert.Equal(status == 401, reply.IsBare);
        if (status == 200)
            Assert.Null(front.Last.Header("Authorization"));
    }

    [Fact]
    [Spec("AUT-271")]
    public async Task Two_keys_in_one_request_are_refused_and_so_are_endless_ones()
    {
        await using var front = await Front.StartAsync(Front.Service(), """{"roles":[]}""");

        var two = await front.SendRawAsync("GET /e HTTP/1.1", "Host: a", Bearer, "Authorization: Bearer third");
        var longer = await front.SendRawAsync("GET /e HTTP/1.1", "Host: a", $"Authorization: Bearer {new string('k', 20_000)}");
        var basic = await front.SendRawAsync("GET /e HTTP/1.1", "Host: a", $"Authorization: Basic {Convert.ToBase64String(new byte[12_000])}");

        Assert.All(new[] { two, longer, basic }, static answer => Assert.StartsWith("HTTP/1.1 401", answer, StringComparison.Ordinal));
        Assert.Empty(front.Upstream.Received);
    }

    [Fact]
    [Spec("AUT-092", "AUT-001", "AUT-002")]
    public async Task Endpoints_without_the_namespace_are_public_with_or_without_a_key()
    {
        await using var front = await Front.StartAsync(Front.Service(), """{"roles":[]}""");

        Assert.Equal(200, (await front.GetAsync("/open")).Status);
        Assert.Equal(200, (await front.GetAsync("/open", "Authorization: Bearer nonsense")).Status);
        Assert.Equal("Bearer nonsense", front.Last.Header("Authorization"));
    }

    [Fact]
    [Spec("AUT-002", "AUT-003")]
    public async Task The_header_reaches_the_backend_only_if_it_is_listed()
    {
        await using var front = await Front.StartAsync(Front.Service(), """{"roles":[]}""",
            """,{"endpoint":"/listed","input_headers":["Authorization"],"extra_config":{"auth/api-keys":{"roles":[]}},"backend":[{"url_pattern":"/b"}]}""");

        Assert.Equal(200, (await front.GetAsync("/listed", Bearer)).Status);
        Assert.Equal("Bearer " + Front.Key, front.Last.Header("Authorization"));
    }

    [Fact]
    [Spec("AUT-096")]
    public async Task In_the_query_the_first_value_counts_and_the_parameter_is_not_forwarded()
    {
        await using var front = await Front.StartAsync(Front.Service("\"strategy\":\"query_string\""), """{"roles":["A"]}""");

        Assert.Equal(200, (await front.GetAsync($"/e?key={Front.Key}&key=second")).Status);
        Assert.Equal("/b", front.Last.Target);
        Assert.Equal(401, (await front.GetAsync($"/e?key=second&key={Front.Key}")).Status);
        Assert.Equal(401, (await front.GetAsync("/e", Bearer)).Status);
        Assert.Single(front.Upstream.Received);
    }

    [Fact]
    [Spec("AUT-097")]
    public async Task A_strategy_without_identifier_keeps_the_services_name_and_warns()
    {
        await using var front = await Front.StartAsync(Front.Service(), """{"roles":["A"],"strategy":"query_string"}""");

        Assert.Equal((200, 401), ((await front.GetAsync($"/e?Authorization={Front.Key}")).Status, (await front.GetAsync($"/e?key={Front.Key}")).Status));
        Assert.Contains("expected in the parameter \"Authorization\"", Assert.Single(front.Gateway.Diagnostics.All).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-098", "AUT-094")]
    public async Task Another_identifier_takes_the_place_of_the_services()
    {
        await using var front = await Front.StartAsync(Front.Service(), """{"roles":["A"],"identifier":"X-User-Key"}""",
            """,{"endpoint":"/other","extra_config":{"auth/api-keys":{"roles":["A"]}},"backend":[{"url_pattern":"/b"}]}""");

        Assert.Equal((200, 200, 401), ((await front.GetAsync("/e", $"X-User-Key: {Front.Key}")).Status, (await front.GetAsync("/e", $"X-User-Key: Bearer {Front.Key}")).Status, (await front.GetAsync("/e", Bearer)).Status));
        Assert.Equal((200, 401), ((await front.GetAsync("/other", Bearer)).Status, (await front.GetAsync("/other", $"X-User-Key: {Front.Key}")).Status));
    }

    [Theory]
    [Spec("AUT-101")]
    [InlineData("""["B","C"]""", "B")]
    [InlineData("""["B","A"]""", "A")]
    [InlineData("[]", "ANY")]
    public async Task Backends_get_the_first_role_of_the_key_that_is_admitted(string roles, string expected)
    {
        await using var front = await Front.StartAsync(Front.Service("\"propagate_role\":\"x-krakend-role\""), $$"""{"roles":{{roles}}}""");

        await front.GetAsync("/e", Bearer, "X-Krakend-Role: admin", "x-krakend-role: root");

        Assert.Equal(expected, front.Last.Header("X-Krakend-Role"));
    }

    [Fact]
    [Spec("AUT-101")]
    public async Task No_spelling_of_a_clients_role_reaches_a_backend_at_protected_or_public_endpoints()
    {
        await using var front = await Front.StartAsync(Front.Service("\"propagate_role\":\"X-Krakend-Role\""), """{"roles":["A"]}""", """
            ,{"endpoint":"/all","input_headers":["*"],"extra_config":{"auth/api-keys":{"roles":["A"]}},"backend":[{"url_pattern":"/b","input_headers":["X-Only"]}]}
            ,{"endpoint":"/under","input_headers":["X_Krakend_Role","X-Krakend-Role"],"backend":[{"url_pattern":"/b"}]}
            """);
        string[] forged = ["Host: a", "X-Krakend-Role: admin", "x-KRAKEND-role: admin", "X_Krakend_Role: admin", "X-Krakend_Role: admin", "Connection: X-Krakend-Role"];

        foreach (var path in new[] { "/open", "/under" })
            Assert.StartsWith("HTTP/1.1 200", await front.SendRawAsync($"GET {path} HTTP/1.1", forged), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await front.SendRawAsync("GET /all HTTP/1.1", [.. forged, Bearer]), StringComparison.Ordinal);

        var received = front.Upstream.Received;
        static bool IsRole(KeyValuePair<string, string> h) => h.Key.Replace('_', '-').Equals("x-krakend-role", StringComparison.OrdinalIgnoreCase);
        Assert.Equal([0, 0, 1], received.Select(static r => r.Headers.Count(IsRole)));
        Assert.Equal("A", received[2].Header("X-Krakend-Role"));
    }

    [Fact]
    [Spec("AUT-101")]
    public async Task The_role_reaches_every_backend_of_an_endpoint_and_no_op_backends()
    {
        await using var front = await Front.StartAsync(Front.Service("\"propagate_role\":\"X-Krakend-Role\""), """{"roles":["A"]}""", """
            ,{"endpoint":"/two","extra_config":{"auth/api-keys":{"roles":["A"]}},"backend":[{"url_pattern":"/b"},{"url_pattern":"/c","input_headers":["X-Other"]}]}
            ,{"endpoint":"/raw/*","output_encoding":"no-op","extra_config":{"auth/api-keys":{"roles":["A"]}},"backend":[{"url_pattern":"/raw/*","encoding":"no-op"}]}
            """);

        Assert.Equal(200, (await front.GetAsync("/two", Bearer)).Status);
        Assert.Equal((200, """{"from":"backend"}"""), ((await front.GetAsync("/raw/x/y", Bearer)).Status, (await front.GetAsync("/raw/x/y", Bearer)).Body));
        Assert.Equal(401, (await front.GetAsync("/raw/x/y")).Status);

        Assert.Equal(4, front.Upstream.Received.Count);
        Assert.All(front.Upstream.Received, static r => Assert.Equal("A", r.Header("X-Krakend-Role")));
    }

    [Fact]
    [Spec("AUT-103")]
    public async Task Each_key_has_a_rate_of_its_own_at_each_endpoint_that_outlives_a_reload()
    {
        var time = new ShiftedTime();
        var more = """,{"endpoint":"/other","extra_config":{"auth/api-keys":{"roles":[],"client_max_rate":0.001}},"backend":[{"url_pattern":"/b"}]}""";
        await using var front = await Front.StartAsync(Front.Service(), """{"roles":[],"client_max_rate":0.01}""", more, new() { Time = time });

        Assert.Equal((200, 429), ((await front.GetAsync("/e", Bearer)).Status, (await front.GetAsync("/e", Bearer)).Status));
        Assert.True((await front.GetAsync("/e", Bearer)).IsBare);
        Assert.Equal((200, 401, 200), ((await front.GetAsync("/e", "Authorization: third")).Status, (await front.GetAsync("/e")).Status, (await front.GetAsync("/other", Bearer)).Status));
        await front.Gateway.ReloadAsync(Front.Config("""{"keys":[{"key":"4d2c61e1-34c4-e96c-9456-15bd983c5019"},{"key":"new"}]}""", """{"roles":[],"client_max_rate":0.01}""", more));
        Assert.Equal((429, 200, 401), ((await front.GetAsync("/e", Bearer)).Status, (await front.GetAsync("/e", "Authorization: new")).Status, (await front.GetAsync("/e", "Authorization: third")).Status));
        time.Advance(TimeSpan.FromSeconds(101));
        Assert.Equal(200, (await front.GetAsync("/e", Bearer)).Status);
    }

    [Theory]
    [Spec("AUT-104", "AUT-008")]
    [InlineData("", """{"roles":[]}""", "wants API keys, but the service has none")]
    [InlineData("""{"keys":[{"key":"a"},{"key":"a"}]}""", """{"roles":[]}""", "the same key stands at")]
    [InlineData("""{"keys":[{"key":"a"}]}""", "{}", "\"roles\" is required")]
    [InlineData("""{"keys":[{"key":"a"}]}""", """{"roles":[],"client_max_rate":-1}""", "expected requests per second")]
    [InlineData("""{"keys":[{"key":"a"}]}""", """{"roles":[],"strategy":"cookie"}""", "is no strategy")]
    [InlineData("""{"keys":[{"key":"a"}],"propagate_role":"Host"}""", """{"roles":[]}""", "\"Host\" cannot be handed on")]
    [InlineData("""{"keys":[{"key":"a"}],"propagate_role":"X Role"}""", """{"roles":[]}""", "\"X Role\" cannot be handed on")]
    public async Task What_cannot_protect_refuses_the_start(string service, string endpoint, string message)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Front.StartAsync(service, endpoint));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-008")]
    public async Task Without_the_plugin_the_start_is_refused()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => PluginFront.StartAsync(Front.Config(Front.Service(), """{"roles":[]}""")));

        Assert.Contains("no plugin provides \"auth/api-keys\"", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-104", "AUT-106", "AUT-103")]
    public async Task Comments_are_ignored_and_oddities_are_warned_of()
    {
        await using var front = await Front.StartAsync(Front.Service("\"client_max_rate\":1"), """{"@comment":"c","roles":["A","Nobody"]}""");

        Assert.Equal(200, (await front.GetAsync("/e", Bearer)).Status);
        Assert.Equal(200, (await front.GetAsync("/e", Bearer)).Status);
        Assert.Contains(front.Gateway.Diagnostics.All, static f => f.Message.Contains("no key has the role \"Nobody\"", StringComparison.Ordinal));
        Assert.Contains(front.Gateway.Diagnostics.All, static f => f.Message.Contains("a rate belongs to the \"auth/api-keys\" of an endpoint", StringComparison.Ordinal));
    }

    [Fact]
    [Spec("AUT-106", "AUT-270")]
    public async Task Keys_of_a_file_change_with_a_reload_and_not_before()
    {
        using var folder = new PemFolder();
        var file = folder.Write("keys.json", """[{"key":"one"}]""");
        var config = Front.Config($$"""{"keys_file":"{{file}}"}""", """{"roles":[]}""");
        await using var front = await PluginFront.StartAsync(config, null, Front.Folder);

        folder.Write("keys.json", """[{"key":"two"}]""");
        Assert.Equal((200, 401), ((await front.GetAsync("/e", "Authorization: one")).Status, (await front.GetAsync("/e", "Authorization: two")).Status));
        await front.Gateway.ReloadAsync(config);
        Assert.Equal((401, 200), ((await front.GetAsync("/e", "Authorization: one")).Status, (await front.GetAsync("/e", "Authorization: two")).Status));
        folder.Write("keys.json", "[");
        await Assert.ThrowsAnyAsync<Exception>(() => front.Gateway.ReloadAsync(config));
        Assert.Equal(200, (await front.GetAsync("/e", "Authorization: two")).Status);
    }

    [Fact]
    [Spec("AUT-092")]
    public async Task Http2_works_as_well()
    {
        await using var front = await Front.StartAsync(Front.Service(), """{"roles":["A"]}""");
        foreach (var (key, status) in new[] { (Front.Key, 200), ("wrong", 401) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/e") { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
            using var response = await front.Gateway.Client.SendAsync(request);
            Assert.Equal((2, status), (response.Version.Major, (int)response.StatusCode));
        }
    }

    [Fact]
    public async Task The_example_of_the_readme_works()
    {
        await using var front = await PluginFront.StartAsync(PluginFront.ReadmeExample(Front.Folder), null, Front.Folder);

        Assert.Empty(front.Gateway.Diagnostics.All);
        Assert.Equal((500, 401), ((await front.GetAsync("/orders", "Authorization: Bearer abc")).Status, (await front.GetAsync("/orders", "Authorization: Bearer abcd")).Status));
    }
}
