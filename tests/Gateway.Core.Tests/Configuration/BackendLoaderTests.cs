using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;
using static Gateway.Core.Tests.Configuration.Loading;

namespace Gateway.Core.Tests.Configuration;

public sealed class BackendLoaderTests
{
    [Theory]
    [Spec("RTE-058")]
    [InlineData("api.example.com:8080/", "http://api.example.com:8080")]
    [InlineData("http://a", "http://a")]
    [InlineData("https://a_b-c.D9/", "https://a_b-c.D9")]
    [InlineData("10.0.0.1:80", "http://10.0.0.1:80")]
    [InlineData("_https._tcp.svc.local", "http://_https._tcp.svc.local")]
    public void Hosts_are_sanitised(string written, string expected)
    {
        Assert.True(HostGrammar.TrySanitize(written, out var host));
        Assert.Equal(expected, host);
    }

    [Theory]
    [Spec("RTE-059", "RTE-257", "CFG-019")]
    [InlineData("http://a/v1")]
    [InlineData("http://u:p@a")]
    [InlineData("http://[::1]:80")]
    [InlineData("http://a:8")]
    [InlineData("http://a:1234567")]
    [InlineData("http://a:99999")]
    [InlineData("http://a:")]
    [InlineData("amqp://a")]
    [InlineData("HTTP://a")]
    [InlineData("http://")]
    [InlineData("a//")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("")]
    [InlineData("http://{h}.example.com")]
    public void What_is_no_host(string written)
    {
        Assert.False(HostGrammar.TrySanitize(written, out _));
        var error = Errors(OneEndpoint(backend: $"\"host\":[\"http://ok\",\"{written}\"]"));
        Assert.Contains("endpoints[0].backend[0].host[1]: host ", error, StringComparison.Ordinal);
        Assert.Contains(" not valid: invalid host", error, StringComparison.Ordinal);
        Assert.DoesNotContain("u:p", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Hosts_with_the_scheme_of_a_driver_are_explained() =>
        Assert.Contains("write the host without scheme", Warnings(OneEndpoint(backend: "\"host\":\"grpc://h\"")), StringComparison.Ordinal);

    [Fact]
    [Spec("CFG-014", "CFG-035", "RTE-057")]
    public void A_backend_without_hosts_takes_those_of_the_root()
    {
        var json = """
            {"version":3,"host":"root:8080/","endpoints":{"endpoint":"/a","backend":[
              {"url_pattern":"/"},{"url_pattern":"/","host":[]},{"url_pattern":"/","host":"own"},{"url_pattern":"/","disable_host_sanitize":true}]}}
            """;

        var hosts = Clean(json).Endpoints[0].Backends.Select(static b => b.Hosts[0]);

        Assert.Equal(["http://root:8080", "http://root:8080", "http://own", "root:8080/"], hosts);
    }

    [Fact]
    [Spec("RTE-060")]
    public void Verbatim_hosts_stay_as_they_are()
    {
        Assert.Equal(["http://u:p@a/v1"], Clean(OneEndpoint(backend: "\"host\":[\"http://u:p@a/v1\"],\"disable_host_sanitize\":true")).Endpoints[0].Backends[0].Hosts);
        Assert.Equal(["http://a/v1"], Clean("""{"version":3,"host":["http://a/v1"],"endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/","disable_host_sanitize":true}]}]}""").Endpoints[0].Backends[0].Hosts);
    }

    [Fact]
    [Spec("CFG-019", "RTE-060")]
    public void A_bad_root_host_is_reported_once_even_if_nobody_uses_it()
    {
        Assert.Contains("host[0]: host http://a/v1 not valid: invalid host", Errors(Root("\"host\":[\"http://a/v1\"]")), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', Errors(Endpoints("/a", "/b").Replace("http://h", "http://a/v1", StringComparison.Ordinal)));
    }

    [Theory]
    [Spec("RTE-057")]
    [InlineData("", true)]
    [InlineData(",\"extra_config\":{\"backend/lambda\":{}}", false)]
    [InlineData(",\"extra_config\":{\"github.com/devopsfaith/krakend-pubsub/publisher\":{}}", false)]
    [InlineData(",\"extra_config\":{\"backend/amqp/consumer\":{}}", false)]
    [InlineData(",\"extra_config\":{\"workflow\":{}}", false)]
    [InlineData(",\"extra_config\":{\"backend/http\":{}}", true)]
    public void A_backend_without_any_host_stops_the_load_unless_it_calls_none(string members, bool isError) =>
        Assert.Equal(isError, Errors(Root($$$"""
            "endpoints":[{"endpoint":"/a","backend":[{"url_pattern":"/"{{{members}}} }]}]
            """)).Contains("endpoints[0].backend[0].host: no hosts", StringComparison.Ordinal));

    [Theory]
    [Spec("RTE-061", "RTE-062")]
    [InlineData("", "/")]
    [InlineData("foo", "/foo")]
    [InlineData("/a/{id}/b", "/a/|id:id|/b")]
    [InlineData("/{id}{id}", "/|id:id|id:id")]
    [InlineData("/a?x={id}&y=?", "/a|?q=?x=|?q=id:id|?q=&y=?")]
    [InlineData("/{JWT.http://example.com/custom}", "/|claim:JWT.http://example.com/custom")]
    [InlineData("/{resp0_user.id}/{resp12}", "/|resp:resp0_user.id|/|resp:resp12")]
    [InlineData("/{a b}/{}/{", "/{a b}/{}/{")]
    public void Patterns_are_taken_apart(string pattern, string expected)
    {
        var parsed = UrlPatternParser.Parse(pattern, new("GET", "/x/{id}", ["id"], 0), out var error);

        Assert.Null(error);
        Assert.Equal(expected, string.Join('|', parsed!.Parts.Select(static p => (p.InQuery ? "?q=" : "") + p.Kind switch
        {
            UrlPartKind.Parameter => "id:" + p.Text,
            UrlPartKind.Claim => "claim:" + p.Text,
            UrlPartKind.Response => "resp:" + p.Text,
            _ => p.Text,
        })));
        Assert.Equal(parsed.Text, string.Concat(parsed.Parts.Select(static p => p.Kind == UrlPartKind.Literal ? p.Text : $"{{{p.Text}}}")));
    }

    [Theory]
    [Spec("RTE-062", "CFG-019")]
    [InlineData("/{p}", "id", "undefined output param 'p'! endpoint: POST /e, backend: 2. input: [id], output: [p]")]
    [InlineData("/{p}/{resp0_a}", "id b", "undefined output param 'p'! endpoint: POST /e, backend: 2. input: [b id], output: [p resp0_a]")]
    [InlineData("/{b}/{a}", "", "input and output params do not match. endpoint: POST /e, backend: 2. input: [], output: [a b]")]
    [InlineData("/{a}/{b}/{c}", "a", "input and output params do not match. endpoint: POST /e, backend: 2. input: [a], output: [a b c]")]
    [InlineData("/{idd}", "id", "output: [idd]; did you mean \"id\"?")]
    [InlineData("/{JWT_CLAIMS.user_id}", "id", "output: [JWT_CLAIMS.user_id]; a claim is written {JWT.user_id}")]
    [InlineData("/{resp}", "id", "undefined output param 'resp'!")]
    [InlineData("/{JWT.}", "id", "undefined output param 'JWT.'!")]
    public void A_placeholder_without_source_stops_the_load(string pattern, string parameters, string expected)
    {
        var parsed = UrlPatternParser.Parse(pattern, new("POST", "/e", parameters.Split(' ', StringSplitOptions.RemoveEmptyEntries), 2), out var error);

        Assert.Null(parsed);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_response_placeholder_without_sequence_is_a_warning() =>
        Assert.Contains("values of earlier responses are there only with \"sequential\": true", Warnings(OneEndpoint(backend: "\"url_pattern\":\"/{resp0_a}\"")), StringComparison.Ordinal);

    [Fact]
    [Spec("CFG-007")]
    public void Manipulation_settings_keep_their_order()
    {
        var backend = Clean(OneEndpoint(backend: "\"mapping\":{\"z\":\"a\",\"_id\":\"id\",\"@comment\":[]},\"group\":\"g\",\"target\":\"a.b\",\"is_collection\":1")).Endpoints[0].Backends[0];

        Assert.Equal([new("z", "a"), new("_id", "id")], backend.Mapping);
        Assert.Equal(("g", "a.b", true), (backend.Group, backend.Target, backend.IsCollection));
    }

    [Theory]
    [InlineData("\"return_error_code\":true", true, "")]
    [InlineData("\"return_error_code\":true,\"return_error_details\":\"b\"", false, "b")]
    [InlineData("\"return_error_code\":true,\"return_error_details\":\"\"", false, "")]
    public void Error_details_win_over_the_code(string members, bool code, string details)
    {
        var http = Clean(OneEndpoint(backend: $$$"""
            "extra_config":{"backend/http":{ {{{members}}} }}
            """)).Endpoints[0].Backends[0].Http;

        Assert.Equal((code, details), (http.ReturnErrorCode, http.ReturnErrorDetails));
    }

    [Fact]
    public void Client_settings()
    {
        var client = Clean(OneEndpoint(backend: "\"extra_config\":{\"backend/http/client\":{\"proxy_address\":\"http://u:p@proxy:80\",\"no_redirect\":true,\"send_body_on_redirect\":true}}")).Endpoints[0].Backends[0].Client;

        Assert.Equal((new Uri("http://u:p@proxy:80"), true, true), (client.ProxyAddress, client.NoRedirect, client.SendBodyOnRedirect));
    }

    [Theory]
    [Spec("RTE-328")]
    [InlineData("proxy:8080")]
    [InlineData("http://u:hunter2@proxy")]
    [InlineData("http://proxy:0")]
    [InlineData("ftp://proxy:21")]
    [InlineData("http://[::1]")]
    public void A_proxy_address_needs_scheme_and_port(string address)
    {
        var error = Errors(OneEndpoint(backend: $$$"""
            "extra_config":{"backend/http/client":{"proxy_address":"{{{address}}}"}}
            """));

        Assert.Contains("proxy_address: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Theory]
    [Spec("RTE-351")]
    [InlineData("enable_redirect_post", "\"enable_redirect_post\" is no attribute of this place and has no effect")]
    [InlineData("dialer_timeout", "\"dialer_timeout\" is a root attribute")]
    [InlineData("timeout", "a timeout belongs to the endpoint")]
    public void Unknown_client_settings_are_warnings(string name, string expected)
    {
        var result = Load(OneEndpoint(backend: $$$"""
            "extra_config":{"backend/http/client":{"{{{name}}}":true}}
            """));

        Assert.False(result.Config!.Endpoints[0].Backends[0].Client.SendBodyOnRedirect);
        Assert.Contains(expected, result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("consul", "Consul is reached through its DNS interface")]
    [InlineData("eureka", "(static, dns, dns-shared)")]
    public void An_unknown_discovery_is_static_with_a_warning(string sd, string expected)
    {
        var result = Load(OneEndpoint(backend: $"\"sd\":\"{sd}\""));

        Assert.Equal("static", result.Config!.Endpoints[0].Backends[0].Sd);
        Assert.Contains(expected, result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BREW", ConfigSeverity.Warning)]
    [InlineData("GE T", ConfigSeverity.Error)]
    public void Unknown_methods(string method, ConfigSeverity severity) =>
        Assert.Contains("backend[0].method", Load(OneEndpoint(backend: $"\"method\":\"{method}\"")).Findings(severity), StringComparison.Ordinal);
}
