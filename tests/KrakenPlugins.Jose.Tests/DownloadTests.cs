using System.Net;
using System.Security.Cryptography;
using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace KrakenPlugins.Jose.Tests;

public sealed class DownloadTests
{
    private static readonly string s_set = $$"""{"keys":[{{Tokens.PrivateJson(JwsAlgorithm.HS256)}}]}""";

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JWK-Set+JSON")]
    [Spec("AUT-028")]
    public async Task A_set_is_downloaded_with_the_gateways_user_agent(string type)
    {
        await using var upstream = await ServeAsync(s_set, type);

        var result = await GetAsync(new JwkOrigin { JwkUrl = upstream.Host + "/keys?x=1", DisableJwkSecurity = true });

        Assert.Null(result.Failure);
        Assert.Equal("k", Assert.Single(result.Set!.Keys).KeyId);
        Assert.Equal(s_set, Encoding.UTF8.GetString(result.Json.Span));
        var request = Assert.Single(upstream.Received);
        Assert.Equal(("GET", "/keys?x=1"), (request.Method, request.Target));
        Assert.StartsWith("KrakenD Version ", request.Header("User-Agent"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/html; application/json")]
    [InlineData("")]
    [Spec("AUT-028")]
    public async Task An_answer_of_another_type_is_a_failure(string type)
    {
        await using var upstream = await ServeAsync(s_set, type);

        Assert.Equal("the answer is of a wrong Content-Type; expected application/json or application/jwk-set+json", (await GetAsync(upstream)).Failure);
    }

    [Theory]
    [InlineData("""{"keys":[]}""", "the list \"keys\" has 0 members; expected 1 to 1000")]
    [InlineData("""{"kty":"oct","k":"AAAA"}""", "there is no list \"keys\"; expected {\"keys\": [...]}, and no lone key")]
    [InlineData("<html>", "the key set is no JSON (line 1, byte 1)")]
    [InlineData("", "the key set is no JSON (line 1, byte 1)")]
    [Spec("AUT-028")]
    public async Task An_answer_that_is_no_key_set_is_a_failure(string body, string failure)
    {
        await using var upstream = await ServeAsync(body);

        Assert.Equal(failure, (await GetAsync(upstream)).Failure);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(204)]
    public async Task Another_status_than_200_is_a_failure(int status)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        Assert.Equal($"the server answered with status {status}", (await GetAsync(upstream)).Failure);
    }

    [Fact]
    [Spec("AUT-202")]
    public async Task An_endless_answer_ends_at_a_megabyte()
    {
        await using var upstream = await Upstream.StartAsync();
        var block = new byte[64 << 10];
        Array.Fill(block, (byte)' ');
        upstream.OnAny(async context =>
        {
            context.Response.ContentType = "application/json";
            for (var i = 0; i < 1600 && !context.RequestAborted.IsCancellationRequested; i++)
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
        });

        Assert.Equal("the answer is longer than 1048576 bytes", (await GetAsync(upstream)).Failure);
    }

    [Fact]
    public async Task An_answer_that_is_announced_with_a_hundred_megabytes_is_not_read()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = 100 << 20;
            await context.Response.Body.WriteAsync(" "u8.ToArray());
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });

        Assert.Equal("the answer is longer than 1048576 bytes", (await GetAsync(upstream)).Failure);
    }

    [Fact]
    [Spec("AUT-030")]
    public async Task A_server_that_hangs_is_left_after_the_limit()
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default));
        using var download = new JwkDownload(new JwkOrigin { JwkUrl = upstream.Host, DisableJwkSecurity = true }, static _ => { }, new JwkDownloadOptions { Limit = TimeSpan.FromMilliseconds(200) });

        Assert.Equal("the key set did not come within 0.2 s", (await download.GetAsync(default)).Failure);
        Assert.Equal(TimeSpan.FromSeconds(10), new JwkDownloadOptions().Limit);
    }

    [Fact]
    public async Task Who_asks_may_stop_asking()
    {
        await using var upstream = await Upstream.StartAsync();
        using var asking = new CancellationTokenSource();
        upstream.OnAny(async context =>
        {
            await asking.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        });
        using var download = new JwkDownload(new JwkOrigin { JwkUrl = upstream.Host, DisableJwkSecurity = true }, static _ => { });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await download.GetAsync(asking.Token));
    }

    [Fact]
    [Spec("AUT-202")]
    public async Task Redirects_are_followed_but_not_for_ever()
    {
        await using var upstream = await ServeAsync(s_set);
        upstream.On("/a", static context => Redirect(context, "/b"));
        upstream.On("/b", static context => Redirect(context, "keys"));
        upstream.On("/loop", static context => Redirect(context, "/loop"));
        upstream.On("/nowhere", static context => Redirect(context, ""));

        Assert.NotNull((await GetAsync(new JwkOrigin { JwkUrl = upstream.Host + "/a", DisableJwkSecurity = true })).Set);
        Assert.Equal("the server redirects more than 5 times", (await GetAsync(new JwkOrigin { JwkUrl = upstream.Host + "/loop", DisableJwkSecurity = true })).Failure);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "the server redirects to file:, which is not followed")]
    [InlineData("ftp://127.0.0.1/keys", "the server redirects to ftp:, which is not followed")]
    [InlineData("http://169.254.169.254/latest/meta-data/", "the URL points to a link-local address, which is not called")]
    [InlineData("http://[fe80::1]/keys", "the URL points to a link-local address, which is not called")]
    [InlineData("http://[::ffff:169.254.169.254]/keys", "the URL points to a link-local address, which is not called")]
    [InlineData("http://[fd00:ec2::254]/keys", "the URL points to a link-local address, which is not called")]
    [InlineData("http://[fd00:ec2::23]/v1/credentials", "the URL points to a link-local address, which is not called")]
    [InlineData("http://[fd20:ce::254]/computeMetadata/v1/", "the URL points to a link-local address, which is not called")]
    [InlineData("http://[64:ff9b::a9fe:a9fe]/latest/meta-data/", "the URL points to a link-local address, which is not called")]
    [InlineData("http://[::169.254.169.254]/latest/meta-data/", "the URL points to a link-local address, which is not called")]
    [InlineData("http://[2002:a9fe:a9fe::1]/latest/meta-data/", "the URL points to a link-local address, which is not called")]
    [InlineData("http://168.63.129.16/machine?comp=goalstate", "the URL points to a link-local address, which is not called")]
    [InlineData("http://100.100.100.200/latest/meta-data/", "the URL points to a link-local address, which is not called")]
    [InlineData("http://0251.0376.0251.0376/latest/meta-data/", "the URL points to a link-local address, which is not called")]
    [InlineData("http://2852039166/keys", "the URL points to a link-local address, which is not called")]
    [Spec("AUT-202")]
    public async Task A_redirect_does_not_lead_to_files_or_to_the_metadata_of_a_cloud(string location, string failure)
    {
        await using var upstream = await Upstream.StartAsync();
        upstream.OnAny(context => Redirect(context, location));

        Assert.Equal(failure, (await GetAsync(upstream)).Failure);
    }

    [Fact]
    [Spec("AUT-202")]
    public async Task A_name_that_moves_to_a_metadata_address_between_two_look_ups_is_not_called_there()
    {
        await using var upstream = await ServeAsync(s_set);
        upstream.On("/again", static context => Redirect(context, $"http://other.example:{context.Connection.LocalPort}/"));
        var asked = new List<string>();
        using var download = new JwkDownload(new JwkOrigin { JwkUrl = upstream.Host.Replace("127.0.0.1", "keys.example", StringComparison.Ordinal), DisableJwkSecurity = true }, static _ => { }, Resolving(asked, "127.0.0.1", "169.254.169.254"));

        Assert.NotNull((await download.GetAsync(default)).Set);
        Assert.Equal(["keys.example"], asked);

        using var moved = new JwkDownload(new JwkOrigin { JwkUrl = upstream.Host.Replace("127.0.0.1", "keys.example", StringComparison.Ordinal) + "/again", DisableJwkSecurity = true }, static _ => { }, Resolving(asked, "127.0.0.1", "169.254.169.254"));
        Assert.StartsWith("the host has only link-local addresses, which are not called", (await moved.GetAsync(default)).Failure, StringComparison.Ordinal);
        Assert.Equal(["keys.example", "keys.example", "other.example"], asked);
    }

    [Theory]
    [InlineData("169.254.169.254 127.0.0.1", true)]
    [InlineData("fd00:ec2::254%1 fe80::1 64:ff9b::a9fe:a9fe ::ffff:169.254.169.254 127.0.0.1", true)]
    [InlineData("fd00:ec2::254%1", false)]
    [InlineData("fd00:ec2::23 fd20:ce::254 168.63.129.16 100.100.100.200 192.0.0.192 ::ffff:0:169.254.169.254 2002:a9fe:a9fe::", false)]
    [Spec("AUT-202")]
    public async Task Of_the_addresses_of_a_name_only_allowed_ones_are_called(string addresses, bool isServed)
    {
        await using var upstream = await ServeAsync(s_set);
        var options = new JwkDownloadOptions { Resolve = (_, _) => Task.FromResult(Array.ConvertAll(addresses.Split(' '), IPAddress.Parse)) };
        using var download = new JwkDownload(new JwkOrigin { JwkUrl = upstream.Host.Replace("127.0.0.1", "keys.example", StringComparison.Ordinal), DisableJwkSecurity = true }, static _ => { }, options);

        var result = await download.GetAsync(default);

        Assert.Equal(isServed, result.Set is not null);
        Assert.StartsWith(isServed ? "" : "the host has only link-local addresses, which are not called", result.Failure ?? "", StringComparison.Ordinal);
    }

    [Fact]
    [Spec("AUT-028")]
    public async Task Proxies_are_used_except_towards_this_machine()
    {
        await using var proxy = await ServeAsync(s_set);
        await using var direct = await ServeAsync(s_set);
        var options = new JwkDownloadOptions { Proxy = new WebProxy(proxy.Host) };
        using var far = new JwkDownload(new JwkOrigin { JwkUrl = "http://keys.example/set", DisableJwkSecurity = true }, static _ => { }, options);
        using var near = new JwkDownload(new JwkOrigin { JwkUrl = direct.Host, DisableJwkSecurity = true }, static _ => { }, options);

        Assert.NotNull((await far.GetAsync(default)).Set);
        Assert.NotNull((await near.GetAsync(default)).Set);

        Assert.Equal("keys.example", Assert.Single(proxy.Received).Header("Host"));
        Assert.Single(direct.Received);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_failure()
    {
        string host;
        await using (var upstream = await Upstream.StartAsync())
            host = upstream.Host;

        Assert.NotNull((await GetAsync(new JwkOrigin { JwkUrl = host, DisableJwkSecurity = true })).Failure);
    }

    [Theory]
    [InlineData("ftp://x/keys")]
    [InlineData("/keys")]
    [InlineData("https://")]
    [InlineData(null)]
    [Spec("AUT-026")]
    public void A_url_that_is_none_is_fatal(string? url) =>
        Assert.Equal("jwk_url", Assert.Throws<JwkException>(() => new JwkDownload(new JwkOrigin { JwkUrl = url }, static _ => { })).Attribute);

    [Fact]
    [Spec("AUT-026")]
    public void Fingerprints_and_authorities_that_cannot_be_read_are_fatal()
    {
        Assert.Equal("jwk_fingerprints", Refusal(new JwkOrigin { JwkUrl = "https://x", JwkFingerprints = ["?"] }).Attribute);
        Assert.Equal("jwk_fingerprints", Refusal(new JwkOrigin { JwkUrl = "https://x", JwkFingerprints = ["AAAA"] }).Attribute);
        Assert.Equal("jwk_local_ca", Refusal(new JwkOrigin { JwkUrl = "https://x", JwkLocalCa = "/nowhere.pem" }).Attribute);
        Assert.Equal("cipher_suites", Refusal(new JwkOrigin { JwkUrl = "https://x", CipherSuites = [1_000_000] }).Attribute);

        static JwkException Refusal(JwkOrigin origin) => Assert.Throws<JwkException>(() => new JwkDownload(origin, static _ => { }));
    }

    [Theory]
    [InlineData("http://keys.example", false, true)]
    [InlineData("http://keys.example", true, false)]
    [InlineData("https://keys.example", false, false)]
    [InlineData("HTTPS://keys.example", false, false)]
    [InlineData(null, false, true)]
    [Spec("AUT-024")]
    public void Plain_http_is_refused_unless_it_is_allowed(string? url, bool isAllowed, bool isRefused) =>
        Assert.Equal(isRefused, new JwkOrigin { JwkUrl = url, DisableJwkSecurity = isAllowed }.IsRefused);

    [Fact]
    [Spec("AUT-025")]
    public void A_file_is_not_refused() => Assert.False(new JwkOrigin { JwkLocalPath = "/keys.json", JwkUrl = "http://x" }.IsRefused);

    internal static async Task<Upstream> ServeAsync(string body, string type = "application/json")
    {
        var upstream = await Upstream.StartAsync();
        upstream.OnAny(context =>
        {
            if (type.Length > 0)
                context.Response.ContentType = type;
            return context.Response.WriteAsync(body);
        });
        return upstream;
    }

    // One address for each look-up.
    private static JwkDownloadOptions Resolving(List<string> asked, params string[] addresses)
    {
        var next = 0;
        return new JwkDownloadOptions
        {
            Resolve = (name, _) =>
            {
                asked.Add(name);
                return Task.FromResult<IPAddress[]>([IPAddress.Parse(addresses[next++])]);
            },
        };
    }

    private static Task Redirect(HttpContext context, string location)
    {
        context.Response.StatusCode = 302;
        context.Response.Headers.Location = location;
        return Task.CompletedTask;
    }

    private static Task<JwkResult> GetAsync(Upstream upstream) => GetAsync(new JwkOrigin { JwkUrl = upstream.Host, DisableJwkSecurity = true });

    private static async Task<JwkResult> GetAsync(JwkOrigin origin)
    {
        using var download = new JwkDownload(origin, static _ => { });
        return await download.GetAsync(default);
    }
}
