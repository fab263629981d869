using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Backends;

/// <summary>Calls to backends through an HTTP proxy.</summary>
public sealed class OutgoingProxyTests : IAsyncLifetime
{
    private const string Answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"proxied\":1}\n";
    private RawUpstream _proxy = null!;
    private Upstream _upstream = null!;

    public async Task InitializeAsync()
    {
        _proxy = RawUpstream.Answering(Answer);
        _upstream = await Upstream.StartAsync();
        _upstream.Answer("/a", """{"direct":1}""");
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    [Theory, Spec("RTE-326", "RTE-331")]
    [InlineData("HTTP_PROXY")]
    [InlineData("http_proxy")]
    public async Task The_proxy_of_the_environment_gets_all_calls_and_the_backends_headers_do_not_change(string variable)
    {
        await using var gateway = await StartAsync(new() { [variable] = _proxy.Url }, "http://backend.test:8081");

        Assert.Equal("""{"proxied":1}""", (await gateway.GetAsync("/x")).Body);

        var request = _proxy.Requests.Single();
        Assert.StartsWith("GET http://backend.test:8081/a HTTP/1.1\r\n", request);
        Assert.Contains("\r\nHost: backend.test:8081\r\n", request);
        Assert.DoesNotContain("Proxy-", request);
        Assert.DoesNotContain("Via", request);
    }

    [Theory, Spec("RTE-326")]
    [InlineData("backend.test")]
    [InlineData("other.test,.test")]
    [InlineData("*")]
    [InlineData("backend.test:8081")]
    public async Task Exempt_hosts_are_called_directly(string exempt)
    {
        await using var gateway = await StartAsync(new() { ["HTTP_PROXY"] = _proxy.Url, ["NO_PROXY"] = exempt }, "http://backend.test:8081");

        // There is no such host, so that the direct call fails.
        Assert.Equal(500, (await gateway.GetAsync("/x")).Status);
        Assert.Empty(_proxy.Connections);
    }

    [Fact, Spec("RTE-326")]
    public async Task Exempt_networks_are_called_directly()
    {
        await using var gateway = await StartAsync(new() { ["HTTP_PROXY"] = _proxy.Url, ["NO_PROXY"] = "192.0.2.0/24" }, "http://192.0.2.1", "300ms");

        Assert.Equal(500, (await gateway.GetAsync("/x")).Status);
        Assert.Empty(_proxy.Connections);
    }

    [Theory, Spec("RTE-326")]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task The_own_machine_is_never_called_through_the_environments_proxy(string name)
    {
        await using var gateway = await StartAsync(new() { ["HTTP_PROXY"] = _proxy.Url }, _upstream.Host.Replace("127.0.0.1", name, StringComparison.Ordinal));

        Assert.Equal("""{"direct":1}""", (await gateway.GetAsync("/x")).Body);
        Assert.Empty(_proxy.Connections);
    }

    [Fact, Spec("RTE-326", "RTE-327", "RTE-329")]
    public async Task A_secure_host_is_reached_through_a_tunnel_and_a_proxy_that_refuses_is_a_500()
    {
        await using var refusing = RawUpstream.Answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        await using var gateway = await StartAsync(new() { ["HTTPS_PROXY"] = refusing.Url, ["HTTP_PROXY"] = _proxy.Url }, "https://backend.test");

        var reply = await gateway.GetAsync("/x");

        Assert.Equal((500, "proxyconnect tcp: the proxy answered with status 403"), (reply.Status, reply.Body));
        Assert.StartsWith("CONNECT backend.test:443 HTTP/1.1\r\nHost: backend.test:443\r\n", refusing.Requests.Single());
        Assert.Empty(_proxy.Connections);
    }

    [Fact, Spec("RTE-329")]
    public async Task A_proxy_that_is_not_there_is_a_500()
    {
        await using var gateway = await StartAsync(new() { ["HTTP_PROXY"] = "http://127.0.0.1:10" }, "http://backend.test");

        var reply = await gateway.GetAsync("/x");

        Assert.Equal(500, reply.Status);
        Assert.StartsWith("proxyconnect tcp: ", reply.Body);
    }

    [Fact, Spec("RTE-327", "RTE-348", "RTE-331")]
    public async Task The_proxy_of_one_backend_wins_over_the_environment_and_no_other_backend_uses_it()
    {
        await using var environment = RawUpstream.Answering(Answer);
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"endpoints":[
              {"endpoint":"/own","backend":[{"host":["http://backend.test"],"url_pattern":"/own","extra_config":{"backend/http/client":{"proxy_address":"$PROXY"}}}]},
              {"endpoint":"/local","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a","extra_config":{"backend/http/client":{"proxy_address":"$PROXY"}}}]},
              {"endpoint":"/other","backend":[{"host":["http://backend.test"],"url_pattern":"/other"}]},
              {"endpoint":"/direct","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]}]}
            """.Replace("$PROXY", _proxy.Url, StringComparison.Ordinal), _upstream.Host, new() { Environment = new Dictionary<string, string> { ["HTTP_PROXY"] = environment.Url } });

        foreach (var path in new[] { "/own", "/local", "/other", "/direct" })
            Assert.Equal(200, (await gateway.GetAsync(path)).Status);

        Assert.Equal(["GET http://backend.test/own HTTP/1.1", $"GET {_upstream.Host}/a HTTP/1.1"], _proxy.Requests.Select(FirstLine).Order(StringComparer.Ordinal).Reverse());
        Assert.Equal(["GET http://backend.test/other HTTP/1.1"], environment.Requests.Select(FirstLine));
        Assert.Single(_upstream.Received);
    }

    [Fact, Spec("RTE-328")]
    public async Task Credentials_go_to_the_proxy_only_and_into_no_log()
    {
        await using var gateway = await TestGateway.StartAsync("""
            {"version":3,"extra_config":{"router":{"return_error_msg":true}},"endpoints":[
              {"endpoint":"/x","output_encoding":"no-op","input_headers":["*"],"backend":[
                {"host":["http://backend.test"],"url_pattern":"/x","extra_config":{"backend/http/client":{"proxy_address":"$PROXY"}}}]},
              {"endpoint":"/down","backend":[
                {"host":["http://backend.test"],"url_pattern":"/x","extra_config":{"backend/http/client":{"proxy_address":"http://someone:s3cret@127.0.0.1:10"}}}]}]}
            """.Replace("$PROXY", _proxy.Url.Replace("http://", "http://someone:s3cret@", StringComparison.Ordinal), StringComparison.Ordinal));

        Assert.Equal(200, (await gateway.GetAsync("/x")).Status);
        var down = await gateway.GetAsync("/down");

        Assert.Contains("\r\nProxy-Authorization: Basic c29tZW9uZTpzM2NyZXQ=\r\n", _proxy.Requests.Single());
        Assert.Equal(500, down.Status);
        await gateway.WaitForLogAsync("[ENDPOINT: /down] proxyconnect");
        Assert.DoesNotContain("s3cret", gateway.Log + down.Body);
    }

    [Theory, Spec("RTE-328")]
    [InlineData("proxy:8080")]
    [InlineData("http://proxy")]
    [InlineData("ftp://proxy:21")]
    [InlineData("http://")]
    public async Task An_address_without_scheme_or_port_stops_the_start(string address)
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => TestGateway.StartAsync("""
            {"version":3,"endpoints":[{"endpoint":"/x","backend":[
              {"host":["http://backend.test"],"url_pattern":"/x","extra_config":{"backend/http/client":{"proxy_address":"$PROXY"}}}]}]}
            """.Replace("$PROXY", address, StringComparison.Ordinal)));

        Assert.Contains("proxy_address", refusal.Message);
    }

    private static string FirstLine(string request) => request[..request.IndexOf('\r', StringComparison.Ordinal)];

    private static Task<TestGateway> StartAsync(Dictionary<string, string> environment, string host, string timeout = "10s") => TestGateway.StartAsync("""
        {"version":3,"timeout":"$TIMEOUT","extra_config":{"router":{"return_error_msg":true}},"endpoints":[
          {"endpoint":"/x","backend":[{"host":["$UPSTREAM"],"url_pattern":"/a"}]}]}
        """.Replace("$TIMEOUT", timeout, StringComparison.Ordinal), host, new() { Environment = environment });
}
