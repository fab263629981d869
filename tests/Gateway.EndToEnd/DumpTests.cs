using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Command check", what <c>-d</c> prints.</summary>
public sealed class DumpTests : IDisposable
{
    private const string Json = """
        {
          "version": 3,
          "name": "shop",
          "host": ["http://127.0.0.1:99"],
          "timeout": "90s",
          "cache_ttl": "1h",
          "extra_config": {
            "router": { "hide_version_header": true },
            "auth/api-keys": { "salt": "grain", "keys": [{ "key": "letmein", "roles": ["a", "b"] }] },
            "telemetry/metrics": { "collection_time": "60s" }
          },
          "endpoints": [
            {
              "endpoint": "/example/{id}",
              "timeout": "1500ms",
              "input_query_strings": ["q", "page"],
              "input_headers": ["x-header"],
              "extra_config": { "proxy": { "sequential": true, "max_payload": 100, "static": { "data": { "client_secret": "swordfish", "url": "amqp://guest:pleaseopen@mq" } } } },
              "backend": [
                { "url_pattern": "/a/{id}?fixed=1", "group": "backend1", "deny": ["x", "y.z"], "mapping": { "b": "c", "a": "d" }, "method": "POST" },
                { "url_pattern": "/b/{resp0_user.id}", "encoding": "xml", "is_collection": true, "allow": ["collection"], "host": ["https://user:hunter2@b:8443"], "disable_host_sanitize": true,
                  "extra_config": { "backend/http": { "return_error_code": true } } }
              ]
            }
          ]
        }
        """;

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Spec("CFG-229", "CFG-232")]
    public async Task One_d_shows_what_is_served_and_from_where()
    {
        var dump = await DumpAsync("-d");

        Assert.Equal("""
            Global settings
            	Name: shop
            	Version: 3
            	Address: all
            	Port: 8080
            	Default backend hosts: [http://127.0.0.1:99]
            2 global component configuration(s):
            - auth/api-keys
            - router
            1 API endpoints:
            	- GET /example/:id
            	Timeout: 1.5s
            	QueryString: [q page]
            	1 endpoint component configuration(s):
            	- proxy
            	Connecting to 2 backend(s):
            		[+] POST /a/{{.Id}}?fixed=1
            		Timeout: 1.5s
            		Hosts: [http://127.0.0.1:99]

            		[+] GET /b/{{.Resp0_user.id}}
            		Timeout: 1.5s
            		Hosts: [https://***@b:8443]
            		1 backend component configuration(s):
            		- backend/http
            0 async agent(s):
            """, dump);
    }

    [Fact, Spec("TRF-204")]
    public async Task One_d_lists_what_limits_filters_and_breaks_under_its_scope()
    {
        var dump = await DumpOfAsync("""
            {"version":3,"host":["http://127.0.0.1:99"],
             "extra_config":{
               "qos/ratelimit/service":{"max_rate":100},
               "security/bot-detector":{"deny":["a"]},
               "plugin/http-server":{"name":["ip-filter"],"ip-filter":{"CIDR":["10.0.0.0/8"],"allow":true,"client_ip_headers":[]} } },
             "endpoints":[{"endpoint":"/e",
               "extra_config":{
                 "qos/ratelimit/router":{"max_rate":10},
                 "security/bot-detector":{"deny":["b"]},
                 "plugin/req-resp-modifier":{"name":["ip-filter"],"ip-filter":{"CIDR":["10.0.0.0/8"],"allow":true} } },
               "backend":[
                 {"url_pattern":"/b","extra_config":{"qos/circuit-breaker":{"interval":60,"timeout":10,"max_errors":1},"qos/ratelimit/proxy":{"max_rate":1,"capacity":1} } },
                 {"url_pattern":"/c","extra_config":{"qos/circuit-breaker/http":{"interval":60,"timeout":10,"max_errors":1,"valid_status_codes":[200]} } }]}]}
            """, "-d");

        Assert.Contains("3 global component configuration(s):\n- plugin/http-server\n- qos/ratelimit/service\n- security/bot-detector\n", dump, StringComparison.Ordinal);
        Assert.Contains("3 endpoint component configuration(s):\n\t- plugin/req-resp-modifier\n\t- qos/ratelimit/router\n\t- security/bot-detector\n", dump, StringComparison.Ordinal);
        Assert.Contains("2 backend component configuration(s):\n\t\t- qos/circuit-breaker\n\t\t- qos/ratelimit/proxy\n", dump, StringComparison.Ordinal);
        Assert.Contains("1 backend component configuration(s):\n\t\t- qos/circuit-breaker/http\n", dump, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-230")]
    public async Task Two_d_show_the_content_of_everything()
    {
        var dump = await DumpAsync("-dd");

        foreach (var line in new[]
        {
            "\tDefault cache TTL: 1h0m0s", "\tDefault timeout: 1m30s", "\tNo TLS section defined", "\tNo Client TLS section defined", "\tNo Plugin section defined",
            "- router\n\thide_version_header: true",
            "\tCacheTTL: 1h0m0s", "\tHeaders to pass: [X-Header]", "\tOutputEncoding: json", "\tConcurrent calls: 1",
            "\t- proxy\n\t\tsequential: true\n\t\tmax_payload: 100\n\t\tstatic: map[data:map[client_secret:*** url:amqp://***@mq]]",
            "\t\tConcurrent calls: 1\n\t\tHost sanitization disabled: false\n\t\tTarget:\n\t\tDeny: [x y.z], Allow: []\n\t\tMapping: map[a:d b:c]\n\t\tGroup: backend1\n\t\tEncoding: json\n\t\tIs collection: false\n\t\tSD: static",
            "\t\tDeny: [], Allow: [collection]", "\t\tEncoding: xml\n\t\tIs collection: true",
            "\t\t- backend/http\n\t\t\treturn_error_code: true",
        })
        {
            Assert.Contains(line + "\n", dump, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("Read timeout", dump, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-231")]
    public async Task Three_d_show_every_timer_and_limit()
    {
        var dump = await DumpAsync("-ddd");

        foreach (var line in new[]
        {
            "Read timeout: 0s", "Write timeout: 0s", "Idle timeout: 0s", "Read header timeout: 0s", "Idle connection timeout: 0s",
            "Response header timeout: 0s", "Expect continue timeout: 0s", "Dialer timeout: 0s", "Dialer fallback delay: 300ms", "Dialer keep alive: 15s",
            "Disable keep alives: false", "Disable compression: false", "Max idle connections: 0", "Max idle connections per host: 250",
            "Max header bytes: 1048576", "Sequential start: false", "Echo endpoint: false", "Debug endpoint: false", "Disable REST: false",
            "Default output encoding: json", "Use h2c: false", "Allow insecure connections: false", "DNS cache TTL: 30s",
        })
        {
            Assert.Contains("\t" + line + "\n", dump, StringComparison.Ordinal);
        }
        Assert.Equal(dump, await DumpAsync("-dddd"));
    }

    [Theory, Spec("CFG-232")]
    [InlineData("-d")]
    [InlineData("-dd")]
    [InlineData("-ddd")]
    public async Task Secrets_are_masked(string flag)
    {
        var dump = await DumpAsync(flag);

        foreach (var secret in new[] { "hunter2", "letmein", "grain", "swordfish", "pleaseopen" })
            Assert.DoesNotContain(secret, dump, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-229", "CFG-230", "CFG-231")]
    [InlineData("-d", "\tTLS: disabled, 2 key pair(s), mutual TLS: true\n")]
    [InlineData("-dd", "\tTLS: disabled, 2 key pair(s), mutual TLS: true\n\t\tVersions: TLS12 to TLS13\n\t\tCA certificates: [ca.pem]\n\t\tDisable system CA pool: false\n")]
    [InlineData("-ddd", "\t\tCipher suites: [4865 4866 4867 49199 49195 49200 49196 52392 52393]\n\t\tCurve preferences: [23]\n")]
    public async Task The_listeners_tls_is_shown(string flag, string expected)
    {
        var file = _folder.Write("krakend.json", """
            {"version":3,"tls":{"disabled":true,"enable_mtls":true,"min_version":"TLS12","curve_preferences":[23],"ca_certs":["ca.pem"],
             "keys":[{"public_key":"a","private_key":"b"},{"public_key":"c","private_key":"d"}]}}
            """);

        var run = await Executable.RunAsync("check", flag, "-c", file);

        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-229", "CFG-230")]
    public async Task Agents_are_shown_with_their_consumer_connection_and_backends()
    {
        var file = _folder.Write("krakend.json", """
            {"version":3,"async_agent":[{"name":"orders","consumer":{"topic":"a.*","workers":3,"timeout":"1500ms","max_rate":0.5},
             "connection":{"max_retries":7,"backoff_strategy":"linear","health_interval":"5s"},
             "extra_config":{"async/amqp":{"host":"amqp://me:pleaseopen@mq","name":"q"}},"backend":[{"host":["http://a"],"url_pattern":"/in"}]}]}
            """);

        var one = await Executable.RunAsync("check", "--allow-missing", "*", "-dc", file);
        var two = await Executable.RunAsync("check", "--allow-missing", "*", "-ddc", file);

        Assert.Contains("1 async agent(s):\n\t- orders\n\tConsumer timeout: 1.5s\n\t0 agent component configuration(s):\n\tConnecting to 1 backend(s):\n\t\t[+] GET /in\n\t\tTimeout: 1.5s\n\t\tHosts: [http://a]\n", one.Error, StringComparison.Ordinal);
        Assert.Contains("\tConsumer topic: a.*\n\tConsumer workers: 3\n\tConsumer max rate: 0.5\n\tConnection max retries: 7\n\tConnection backoff strategy: linear\n\tConnection health interval: 5s\n", two.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("pleaseopen", two.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-232")]
    public async Task Keys_in_the_query_of_a_pattern_are_masked()
    {
        var file = _folder.Write("krakend.json", """{"version":3,"endpoints":[{"endpoint":"/a/{key}","backend":[{"host":["http://a"],"url_pattern":"/x?page=1&api_key=hunter2&token={key}"}]}]}""");

        var run = await Executable.RunAsync("check", "-dc", file);

        Assert.Contains("[+] GET /x?page=1&api_key=***&token={{.Key}}\n", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-232", "TRF-074")]
    public async Task Credentials_of_redis_are_masked()
    {
        var file = _folder.Write("krakend.json", """
            {"version":3,"extra_config":{"redis":{"connection_pools":[{"name":"shared","address":"127.0.0.1:1","user_name":"pelican","password":"swordfish"}]}},"endpoints":[]}
            """);

        var run = await Executable.RunAsync("check", "-ddd", "--allow-missing", "*", "-c", file);

        Assert.Equal(0, run.Status);
        Assert.Contains("name:shared", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("pelican", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("swordfish", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-232")]
    public async Task The_values_are_those_that_take_effect()
    {
        var file = _folder.Write("krakend.json", """{"version":3,"port":7000,"timeout":"1s","endpoints":[{"endpoint":"/a","backend":[{"host":["a"],"url_pattern":"x"}]}]}""");

        var run = await Executable.RunInAsync(_folder.Path, new Dictionary<string, string> { ["KRAKEND_PORT"] = "7001", ["KRAKEND_TIMEOUT"] = "3s" }, "check", "-ddc", file);

        Assert.Contains("\tPort: 7001\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("\tDefault timeout: 3s\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("\t\t[+] GET /x\n\t\tTimeout: 3s\n\t\tHosts: [http://a]\n", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-233")]
    public async Task The_indentation_can_be_chosen()
    {
        var tabs = await DumpAsync("-dd");
        var hashes = await DumpAsync("-dd", "-i", "#");

        Assert.Equal(tabs.Replace("\t", "#", StringComparison.Ordinal), hashes);
    }

    [Fact, Spec("CFG-217")]
    public async Task The_dump_stands_between_the_file_and_the_result()
    {
        var run = await Executable.RunAsync("check", "-dc", _folder.Write("krakend.json", """{"version":3}"""));

        Assert.Matches("^Parsing configuration file: .*\nGlobal settings\n(.*\n)*\nSyntax OK!\n$", run.Error);
    }

    private Task<string> DumpAsync(params string[] flags) => DumpOfAsync(Json, flags);

    private async Task<string> DumpOfAsync(string json, params string[] flags)
    {
        var run = await Executable.RunAsync(["check", "--allow-missing", "*", "-c", _folder.Write("krakend.json", json), .. flags]);

        Assert.Equal(0, run.Status);
        var from = run.Error.IndexOf("Global settings", StringComparison.Ordinal);
        return run.Error[from..run.Error.LastIndexOf("\n\n", StringComparison.Ordinal)];
    }
}
