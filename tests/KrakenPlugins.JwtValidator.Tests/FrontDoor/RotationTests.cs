using System.Diagnostics;
using System.Net;
using Gateway.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;
using static KrakenPlugins.JwtValidator.Tests.Issuer;

namespace KrakenPlugins.JwtValidator.Tests.FrontDoor;

/// <summary>A provider that speaks discovery and key sets over TLS, and rotates its keys under load.</summary>
public sealed class RotationTests
{
    private const int Clients = 64;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("")]
    [InlineData(",\"token_cache\":1000,\"failed_jwk_key_cooldown\":\"1s\",\"failed_jwk_key_limit\":8")]
    [Spec("AUT-030", "AUT-036", "AUT-039", "AUT-040", "AUT-228")]
    public async Task While_keys_rotate_no_valid_token_is_refused_and_withdrawn_keys_end_in_time(string attributes)
    {
        await using var provider = await Provider.StartAsync();
        await using var front = await Front.StartAllAsync(Front.Endpoint("/e", $"\"alg\":\"ES256\",\"jwk_url\":\"{await provider.DiscoverAsync()}\",\"jwk_local_ca\":\"{provider.CaFile}\",\"cache\":true,\"cache_duration\":1{attributes}"));
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(() => CallAsync(front, provider, stop.Token))).ToArray();

        for (var i = 0; i < 5; i++)
        {
            provider.Rotate();
            await Wait.UntilAsync(() => front.Calls.Count > (i + 1) * 100, static () => "the clients stand still");
        }
        await provider.RetiredAsync(s_lifetime + TimeSpan.FromSeconds(1));
        await stop.CancelAsync();
        var faults = (await Task.WhenAll(clients)).Where(static f => f is not null).ToArray();

        Assert.Empty(faults);
    }

    [Fact]
    [Spec("AUT-030", "AUT-031")]
    public async Task Keys_come_only_from_a_server_that_can_be_trusted()
    {
        await using var provider = await Provider.StartAsync();
        var url = await provider.DiscoverAsync();
        await using var front = await Front.StartAllAsync(string.Join(',',
            Front.Endpoint("/trusted", $"\"alg\":\"ES256\",\"jwk_url\":\"{url}\",\"jwk_local_ca\":\"{provider.CaFile}\""),
            Front.Endpoint("/unknown", $"\"alg\":\"ES256\",\"jwk_url\":\"{url}\",\"operation_debug\":true"),
            Front.Endpoint("/insecure", $"\"alg\":\"ES256\",\"jwk_url\":\"{url}\",\"disable_jwk_security\":true,\"cache\":true"),
            Front.Endpoint("/pinned", $"\"alg\":\"ES256\",\"jwk_url\":\"{url}\",\"jwk_local_ca\":\"{provider.CaFile}\",\"jwk_fingerprints\":[\"{provider.Pin}\"]"),
            Front.Endpoint("/otherpin", $"\"alg\":\"ES256\",\"jwk_url\":\"{url}\",\"jwk_local_ca\":\"{provider.CaFile}\",\"jwk_fingerprints\":[\"{Convert.ToBase64String(new byte[32])}\"]")));
        var token = provider.Issue().Token;
        (string Path, int Expected)[] cases = [("/insecure", 200), ("/trusted", 200), ("/unknown", 401), ("/pinned", 200), ("/otherpin", 401)];

        foreach (var (path, expected) in cases)
            Assert.Equal((path, expected), (path, await front.StatusAsync(token, path)));
        await front.Gateway.WaitForLogAsync("[ENDPOINT: /unknown][JWTValidator] the key set is not available: ");
    }

    // What a client may expect: a token of a key that is published passes; one of a key that was withdrawn longer ago than the cache lasts does not.
    private static async Task<string?> CallAsync(Front front, Provider provider, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var (token, key) = provider.Issue();
            if (await front.StatusAsync(token) is not 200 and var status && !provider.IsWithdrawn(key, TimeSpan.Zero))
                return $"a token of the published key {key.Id} got {status}";
            if (provider.Old is not { } old)
                continue;
            var wasOver = provider.IsWithdrawn(old, s_lifetime + TimeSpan.FromSeconds(1));
            if (await front.StatusAsync(Good(key: old)) == 200 && wasOver)
                return $"a token of the key {old.Id} passed although it was withdrawn long ago";
        }
        return null;
    }

    /// <summary>A small OpenID provider.</summary>
    private sealed class Provider : IAsyncDisposable
    {
        private readonly Lock _gate = new();
        private readonly PemFolder _files = new();
        private readonly TestAuthority _authority = new();
        private readonly Dictionary<TestKey, long> _withdrawn = [];
        private readonly List<TestKey> _published = [TestKey.Ec("r0")];
        private WebApplication _server = null!;
        private string _host = "";
        private int _count;

        public string CaFile { get; private set; } = "";

        public string Pin { get; private set; } = "";

        /// <summary>The key that was withdrawn first.</summary>
        public TestKey? Old { get; private set; }

        public static async Task<Provider> StartAsync()
        {
            var provider = new Provider();
            var certificate = provider._authority.Issue(new TestCertificate { Purposes = [TestAuthority.ForServers] });
            provider.CaFile = provider._files.Write("ca.pem", provider._authority.Pem);
            provider.Pin = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
            provider._server = builder.Build();
            provider._server.Run(provider.ServeAsync);
            await provider._server.StartAsync();
            provider._host = provider._server.Urls.First();
            return provider;
        }

        /// <summary>The URL of the keys, as a client of OpenID finds it.</summary>
        public async Task<string> DiscoverAsync()
        {
            using var client = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true });
            using var document = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync($"{_host}/.well-known/openid-configuration"));
            return document.RootElement.GetProperty("jwks_uri").GetString()!;
        }

        /// <summary>A token of the newest key.</summary>
        public (string Token, TestKey Key) Issue()
        {
            lock (_gate)
                return (Good(key: _published[^1]), _published[^1]);
        }

        /// <summary>Publishes a new key and withdraws the one before the last.</summary>
        public void Rotate()
        {
            lock (_gate)
            {
                _published.Add(TestKey.Ec($"r{++_count}"));
                if (_published.Count <= 2)
                    return;
                Old ??= _published[0];
                _withdrawn[_published[0]] = Stopwatch.GetTimestamp();
                _published.RemoveAt(0);
            }
        }

        public bool IsWithdrawn(TestKey key, TimeSpan longer)
        {
            lock (_gate)
                return _withdrawn.TryGetValue(key, out var since) && Stopwatch.GetElapsedTime(since) > longer;
        }

        /// <summary>Waits until the first key has been withdrawn for longer than a time.</summary>
        public Task RetiredAsync(TimeSpan time) => Wait.UntilAsync(() => IsWithdrawn(Old!, time + TimeSpan.FromMilliseconds(300)), static () => "no key was withdrawn");

        public async ValueTask DisposeAsync()
        {
            await _server.StopAsync();
            await _server.DisposeAsync();
            _authority.Dispose();
            _files.Dispose();
        }

        private Task ServeAsync(HttpContext context)
        {
            string text;
            lock (_gate)
                text = context.Request.Path == "/keys" ? Set(_published) : $$"""{"issuer":"idp","jwks_uri":"{{_host}}/keys"}""";
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(text);
        }
    }
}
