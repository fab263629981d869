using System.Net;
using System.Text;
using Gateway.Testing;
using KrakenPlugins.Cryptography;
using Xunit;

namespace KrakenPlugins.Basic.Tests;

public sealed class FrontDoorTests
{
    private static readonly string s_folder = PluginFront.Folder("Basic", "basic");
    private static readonly string s_alice = Hash("wonder:land");
    private static readonly string s_bob = Hash("builder").Replace("$2a$", "$2y$", StringComparison.Ordinal);

    [Fact]
    [Spec("AUT-107", "AUT-108", "AUT-111", "AUT-001", "AUT-007")]
    public async Task Only_the_name_and_password_of_a_user_get_in()
    {
        await using var front = await StartAsync(Users("alice", s_alice), "{}");

        Assert.Equal(200, (await front.GetAsync("/e", As("alice", "wonder:land"))).Status);
        Assert.Equal(200, (await front.GetAsync("/open")).Status);
        var reached = front.Upstream.Received.Count;
        string[][] wrong = [[], [As("alice", "wonder")], [As("Alice", "wonder:land")], [As("nobody", "wonder:land")], ["Authorization: Basic !!!"], ["Authorization: Bearer x"]];
        foreach (var headers in wrong)
        {
            var reply = await front.GetAsync("/e", headers);
            Assert.Equal((401, true), (reply.Status, reply.IsBare));
            Assert.StartsWith("Basic realm=", reply.Header("WWW-Authenticate"), StringComparison.Ordinal);
        }
        Assert.Equal(reached, front.Upstream.Received.Count);
    }

    [Theory]
    [Spec("AUT-108")]
    [InlineData("$2a$")]
    [InlineData("$2b$")]
    [InlineData("$2y$")]
    public async Task Every_spelling_of_bcrypt_is_read(string prefix)
    {
        await using var front = await StartAsync(Users("u", s_alice.Replace("$2a$", prefix, StringComparison.Ordinal)), "{}");

        Assert.Equal((200, 401), ((await front.GetAsync("/e", As("u", "wonder:land"))).Status, (await front.GetAsync("/e", As("u", "x"))).Status));
    }

    [Fact]
    [Spec("AUT-107")]
    public async Task An_endpoints_object_takes_the_place_of_the_services_entirely()
    {
        await using var front = await StartAsync(Users("alice", s_alice), Users("bob", s_bob), """,{"endpoint":"/inherits","extra_config":{"auth/basic":{"@comment":"c"}},"backend":[{"url_pattern":"/b"}]}""");

        Assert.Equal((200, 401), ((await front.GetAsync("/e", As("bob", "builder"))).Status, (await front.GetAsync("/e", As("alice", "wonder:land"))).Status));
        Assert.Equal((401, 200), ((await front.GetAsync("/inherits", As("bob", "builder"))).Status, (await front.GetAsync("/inherits", As("alice", "wonder:land"))).Status));
    }

    [Theory]
    [Spec("AUT-110", "AUT-008")]
    [InlineData("", "{}", "takes the users of the service, which has none")]
    [InlineData("""{"htpasswd_path":"/no/such/htpasswd"}""", "{}", "\"/no/such/htpasswd\" cannot be read")]
    [InlineData("""{"users":{"carol":"plain"}}""", "{}", "the user \"carol\" has no bcrypt hash")]
    [InlineData("{}", """{"users":{"carol":"plain"}}""", "the user \"carol\" has no bcrypt hash")]
    public async Task What_cannot_protect_refuses_the_start(string service, string endpoint, string message)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(service, endpoint));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-110", "AUT-273", "AUT-109")]
    public async Task The_file_is_needed_no_more_and_a_reload_takes_up_new_hashes_at_once()
    {
        using var folder = new PemFolder();
        var file = folder.Write("htpasswd", $"# users\nalice:{s_alice}\nbob:{s_bob}\n");
        var config = Config($$"""{"htpasswd_path":"{{file}}"}""", "{}");
        await using var front = await PluginFront.StartAsync(config, null, s_folder);
        File.Delete(file);

        Assert.Equal((200, 200), ((await front.GetAsync("/e", As("alice", "wonder:land"))).Status, (await front.GetAsync("/e", As("bob", "builder"))).Status));
        await Assert.ThrowsAnyAsync<Exception>(() => front.Gateway.ReloadAsync(config));
        Assert.Equal(200, (await front.GetAsync("/e", As("alice", "wonder:land"))).Status);
        folder.Write("htpasswd", $"alice:{Hash("new")}\n");
        await front.Gateway.ReloadAsync(config);
        Assert.Equal((401, 200, 401), ((await front.GetAsync("/e", As("alice", "wonder:land"))).Status, (await front.GetAsync("/e", As("alice", "new"))).Status, (await front.GetAsync("/e", As("bob", "builder"))).Status));
    }

    [Fact]
    [Spec("AUT-273", "AUT-111")]
    public async Task Many_wrong_passwords_at_once_are_refused_or_postponed_and_those_who_are_known_go_on()
    {
        await using var front = await StartAsync(Users("alice", BcryptHash.Create("wonder:land", 8, Random.Shared.NextBytes)), "{}");
        Assert.Equal(200, (await front.GetAsync("/e", As("alice", "wonder:land"))).Status);

        var attempts = Enumerable.Range(0, 100).Select(i => front.GetAsync("/e", As(i % 2 == 0 ? "alice" : $"nobody{i}", $"guess{i}"))).ToArray();
        var meanwhile = await front.GetAsync("/e", As("alice", "wonder:land"));
        var replies = await Task.WhenAll(attempts);

        Assert.Equal(200, meanwhile.Status);
        Assert.All(replies, static reply => Assert.True(reply.Status is 401 or 503 && reply.IsBare));
        Assert.All(replies.Where(static r => r.Status == 503), static reply => Assert.Equal("1", reply.Header("Retry-After")));
        Assert.Equal(2, front.Upstream.Received.Count);
    }

    [Fact]
    [Spec("AUT-112")]
    public async Task The_old_form_protects_exactly_the_listed_endpoints_in_every_spelling_of_their_paths()
    {
        await using var front = await StartLegacyAsync($$"""{"endpoints":["/private/{id}"],"users":{"alice":"{{s_alice}}"}}""");

        foreach (var path in new[] { "/private/1", "/%70rivate/1", "/private/%2e", "/private/1?x=y" })
            Assert.Equal(HttpStatusCode.Unauthorized, StatusOf(await front.SendRawAsync($"GET {path} HTTP/1.1", "Host: a")));
        Assert.Equal(HttpStatusCode.Unauthorized, StatusOf(await front.SendRawAsync("GET http://a/private/1 HTTP/1.1", "Host: a")));
        foreach (var path in new[] { "//private/1", "/PRIVATE/1", "/private/1/", "/./private/1" })
            Assert.NotEqual(HttpStatusCode.OK, StatusOf(await front.SendRawAsync($"GET {path} HTTP/1.1", "Host: a")));
        Assert.Empty(front.Upstream.Received);

        Assert.Equal((200, 200, 404), ((await front.GetAsync("/private/1", As("alice", "wonder:land"))).Status, (await front.GetAsync("/open")).Status, (await front.GetAsync("/none")).Status));
    }

    [Theory]
    [Spec("AUT-112", "AUT-272")]
    [InlineData("""{"endpoints":["/privat/{id}"],"users":{}}""", "\"/privat/{id}\" is the path of no endpoint; did you mean")]
    [InlineData("""{"users":{}}""", "\"endpoints\" is required")]
    [InlineData("""{"endpoints":[],"users":{"alice":"x"}}""", "the user \"alice\" has no bcrypt hash")]
    [InlineData("null", "the plugin \"basic-auth\" has no settings")]
    public async Task The_old_form_refuses_the_start_when_it_cannot_protect(string settings, string message)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => StartLegacyAsync(settings));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-107")]
    public async Task Http2_and_no_op_and_wildcards_work_as_well()
    {
        await using var front = await StartAsync(Users("alice", s_alice), "{}", """,{"endpoint":"/w/*","output_encoding":"no-op","extra_config":{"auth/basic":{}},"backend":[{"url_pattern":"/w/*","encoding":"no-op"}]}""");
        foreach (var (password, status) in new[] { ("wonder:land", 200), ("wrong", 401) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/w/x/y") { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            request.Headers.TryAddWithoutValidation("Authorization", As("alice", password)["Authorization: ".Length..]);
            using var response = await front.Gateway.Client.SendAsync(request);
            Assert.Equal((2, status), (response.Version.Major, (int)response.StatusCode));
        }
        Assert.Equal("/w/x/y", Assert.Single(front.Upstream.Received).Target);
    }

    [Fact]
    [Spec("AUT-113", "AUT-007")]
    public async Task Rejections_stand_in_the_access_log()
    {
        await using var front = await StartAsync(Users("alice", s_alice), "{}");

        await front.GetAsync("/e");

        await front.Gateway.WaitForLogAsync("| 401 |");
    }

    [Fact]
    public async Task The_example_of_the_readme_works()
    {
        await using var front = await PluginFront.StartAsync(PluginFront.ReadmeExample(s_folder), null, s_folder);

        Assert.Empty(front.Gateway.Diagnostics.All);
        Assert.Equal((500, 401), ((await front.GetAsync("/reports", As("admin", "swordfish"))).Status, (await front.GetAsync("/reports", As("admin", "x"))).Status));
    }

    private static HttpStatusCode StatusOf(string answer) => (HttpStatusCode)int.Parse(answer.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);

    private static string As(string user, string password) => $"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}";

    private static string Hash(string password) => BcryptHash.Create(password, 4, Random.Shared.NextBytes);

    private static string Users(string user, string hash) => $$"""{"users":{"{{user}}":"{{hash}}"}}""";

    private static string Config(string service, string endpoint, string more = "") => $$$"""
        {"version":3,"use_h2c":true,"host":["$UPSTREAM"],"extra_config":{ {{{(service.Length > 0 ? $"\"auth/basic\":{service}" : "")}}} },"endpoints":[
          {"endpoint":"/e","extra_config":{"auth/basic":{{{endpoint}}} },"backend":[{"url_pattern":"/b"}]},
          {"endpoint":"/open","backend":[{"url_pattern":"/open"}]} {{{more}}} ]}
        """;

    private static Task<PluginFront> StartAsync(string service, string endpoint, string more = "") => PluginFront.StartAsync(Config(service, endpoint, more), null, s_folder);

    private static Task<PluginFront> StartLegacyAsync(string settings) => PluginFront.StartAsync($$$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{"plugin/http-server":{"name":["basic-auth"],"basic-auth":{{{settings}}} } },"endpoints":[
          {"endpoint":"/private/{id}","backend":[{"url_pattern":"/b"}]},
          {"endpoint":"/open","backend":[{"url_pattern":"/open"}]} ]}
        """, null, s_folder);
}
