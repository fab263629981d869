namespace Gateway.Tests.Audit;

/// <summary>1.1.1 to 7.3.1: the rules of the reference.</summary>
internal static class ReferenceRows
{
    private const string Endpoint = "endpoints.0.extra_config";
    private const string Backend = "endpoints.0.backend.0.extra_config";
    private const string Exporters = "extra_config.telemetry/opentelemetry.exporters";
    private const string NoTelemetry = "- extra_config.telemetry/opentelemetry";
    private const string Second = """endpoints += {"endpoint":"/b","extra_config":{"auth/validator":{"alg":"RS256","jwk_url":"https://idp.example.com/keys","issuer":"a","audience":["a"]}},"backend":[{"host":["https://b.example.com"],"url_pattern":"/"}]}""";

    public static IReadOnlyList<AuditRow> All { get; } =
    [
        new("1.1.1", "HIGH", ["""extra_config.auth/basic = {"htpasswd_path":".htpasswd"}"""], ["extra_config.auth/revoker = {}"]) { Place = "extra_config.auth/basic" },
        new("1.1.1", "HIGH", [$"{Endpoint}.auth/basic = {{}}"], [$"{Endpoint}.auth/api-keys = {{}}"]) { Place = "endpoints[0].extra_config.auth/basic" },
        new("1.1.1", "HIGH", ["""extra_config.plugin/http-server = {"name":["krakend-basic-auth"]}"""], ["""extra_config.plugin/http-server = {"name":["acme"],"basic-auth":{}}"""]) { Beside = ["7.1.3"] },
        new("1.1.2", "MEDIUM", ["""extra_config.auth/api-keys = {"keys":[]}"""], [$"{Endpoint}.auth/api-keys = {{}}"]),
        new("1.2.1", "HIGH", [$"- {Endpoint}.auth/validator", $"{Endpoint}.auth/api-keys = {{}}"], [Second, $"- {Endpoint}.auth/validator", $"{Endpoint}.auth/api-keys = {{}}"]),
        new("1.2.1", "HIGH", ["endpoints = []"], []) { Beside = ["3.1.3", "5.2.2", "5.2.3"] },
        new("2.1.1", "HIGH", ["""client_tls = {"allow_insecure_connections":true}"""], ["""client_tls = {"allow_insecure_connections":false}"""]) { Place = "client_tls.allow_insecure_connections" },
        new("2.1.1", "HIGH", ["allow_insecure_connections = true"], ["allow_insecure_connections = false"]) { Place = "allow_insecure_connections" },
        new("2.1.2", "HIGH", ["- tls"], ["- tls", """TLS = {"keys":[{"public_key":"a.pem","private_key":"b.pem"}]}"""]),
        new("2.1.3", "CRITICAL", ["tls.disabled = true"], ["tls.disabled = false"]) { Place = "tls.disabled" },
        new("2.1.7", "HIGH", ["- extra_config.security/http"], ["- extra_config.security/http", "extra_config.github_com/devopsfaith/krakend-httpsecure = {}"]),
        new("2.1.8", "HIGH", ["use_h2c = true"], ["use_h2c = false"]),
        new("2.1.8", "HIGH", ["extra_config.router.use_h2c = true"], []),
        new("2.1.9", "LOW", [$$$"""{{{Backend}}}.backend/http/client = {"client_tls":{"allow_insecure_connections":true}}"""], [$$$"""{{{Backend}}}.backend/http/client = {"client_tls":{"ca_certs":["ca.pem"]}}"""]),
        new("2.2.1", "MEDIUM", ["extra_config.router.hide_version_header = false"], []),
        new("2.2.1", "MEDIUM", ["- extra_config.router"], []),
        new("2.2.2", "HIGH", ["- extra_config.security/cors"], []),
        new("2.2.3", "HIGH", ["""endpoints.0.input_headers = ["X-A","*"]"""], ["""endpoints.0.input_headers = ["X-*"]"""]) { Place = "endpoints[0].input_headers" },
        new("2.2.4", "HIGH", ["""endpoints.0.input_query_strings = ["*"]"""], ["""endpoints.0.input_query_strings = ["a"]"""]) { Place = "endpoints[0].input_query_strings" },
        new("2.2.5", "LOW", ["""extra_config.grpc = {"server":{}}"""], ["""extra_config.grpc = {"catalog":["a.pb"]}"""]),
        new("2.2.5", "LOW", ["""extra_config.grpc = {"server":{"services":[]}}"""], ["""extra_config.grpc = {"server":{"services":[{"name":"a"}]}}"""]),
        new("2.3.1", "MEDIUM", [$$"""{{Backend}}.qos/http-cache = {"max_items":10}"""], [$$"""{{Backend}}.qos/http-cache = {"max_items":10,"max_size":1000}"""]),
        new("2.3.1", "MEDIUM", [$$"""{{Backend}}.qos/http-cache = {"max_items":0,"max_size":1000}"""], []),
        new("3.1.1", "LOW", ["- extra_config.security/bot-detector"], []),
        new("3.1.2", "HIGH", ["- extra_config.qos/ratelimit/service"], ["- extra_config.qos/ratelimit/service", $$"""{{Endpoint}}.qos/ratelimit/router = {"max_rate":1}"""]),
        new("3.1.2", "HIGH", ["- extra_config.qos/ratelimit/service"], ["- extra_config.qos/ratelimit/service", $$"""{{Backend}}.qos/ratelimit/proxy = {"max_rate":1,"capacity":1}"""]),
        new("3.1.2", "HIGH", ["- extra_config.qos/ratelimit/service"], ["- extra_config.qos/ratelimit/service", "extra_config.qos/ratelimit/tiered = {}"]),
        new("3.1.2", "HIGH", ["- extra_config.qos/ratelimit/service"], ["- extra_config.qos/ratelimit/service", "extra_config.governance/quota = {}"]),
        new("3.1.2", "HIGH", ["- extra_config.qos/ratelimit/service"], ["- extra_config.qos/ratelimit/service", "extra_config.qos/ratelimit/service/redis = {}"]),
        new("3.1.2", "HIGH", ["- extra_config.qos/ratelimit/service"], ["- extra_config.qos/ratelimit/service", $"{Endpoint}.qos/ratelimit/router/redis = {{}}"]),
        new("3.1.2", "HIGH", ["- extra_config.qos/ratelimit/service"], ["- extra_config.qos/ratelimit/service", """extra_config.plugin/http-server = {"name":["redis-ratelimit"]}"""]),
        new("3.1.2", "HIGH", ["- extra_config.qos/ratelimit/service"], ["- extra_config.qos/ratelimit/service", "extra_config.governance/quota = {}"]),
        new("3.1.3", "HIGH", [$"- {Backend}.qos/circuit-breaker"], [$"- {Backend}.qos/circuit-breaker", $"{Backend}.qos/circuit-breaker/http = {{}}"]),
        new("3.3.1", "LOW", ["""endpoints.0.timeout = "3001ms" """], ["""endpoints.0.timeout = "3s" """]) { Place = "endpoints[0]" },
        new("3.3.1", "LOW", ["""timeout = "4s" """], ["""timeout = "4s" """, """endpoints.0.timeout = "1s" """]),
        new("3.3.2", "MEDIUM", ["""endpoints.0.timeout = "5001ms" """], ["""endpoints.0.timeout = "5s" """]) { Beside = ["3.3.1"] },
        new("3.3.3", "HIGH", ["""endpoints.0.timeout = "31s" """], ["""endpoints.0.timeout = "30s" """]) { Beside = ["3.3.1", "3.3.2"] },
        new("3.3.4", "CRITICAL", ["""endpoints.0.timeout = "61s" """], ["""endpoints.0.timeout = "1m" """]) { Beside = ["3.3.1", "3.3.2", "3.3.3"] },
        new("4.1.1", "MEDIUM", [$"{Exporters}.otlp.0.disable_metrics = true"], [$"{Exporters}.otlp.0.disable_metrics = false"]),
        new("4.1.1", "MEDIUM", [NoTelemetry, "extra_config.telemetry/influx = {}"], [NoTelemetry, "extra_config.telemetry/newrelic = {}"]) { Beside = ["4.2.1", "7.2.4"] },
        new("4.1.2", "MEDIUM", ["- name"], []),
        new("4.1.2", "MEDIUM", ["""name = "" """], []),
        new("4.1.3", "HIGH", ["extra_config.telemetry/metrics = {}"], [$"{Exporters}.otlp.0.disable_metrics = true", "extra_config.telemetry/metrics = {}"]),
        new("4.1.3", "HIGH", [$$"""{{Exporters}}.prometheus = [{"name":"p"}]"""], [$$"""{{Exporters}}.prometheus = [{"name":"p","disable_metrics":true}]"""]),
        new("4.2.1", "MEDIUM", [$"{Exporters}.otlp.0.disable_traces = true"], [$"{Exporters}.otlp.0.disable_traces = false"]),
        new("4.2.1", "MEDIUM", [$"- {Exporters}.otlp", $$"""{{Exporters}}.prometheus = [{"name":"p"}]"""], [NoTelemetry, "extra_config.telemetry/newrelic = {}"]),
        new("4.3.1", "MEDIUM", ["- extra_config.telemetry/logging"], ["- extra_config.telemetry/logging", "extra_config.telemetry/gelf = {}"]),
        new("4.3.1", "MEDIUM", ["- extra_config.telemetry/logging"], ["- extra_config.telemetry/logging", """extra_config.telemetry/logstash = {"enabled":true}"""]),
        new("5.1.1", "LOW", ["disable_rest = true"], ["disable_rest = false"]),
        new("5.1.2", "LOW", ["debug_endpoint = true"], ["debug_endpoint = false"]),
        new("5.1.3", "LOW", ["echo_endpoint = true"], ["echo_endpoint = false"]),
        new("5.1.4", "LOW", ["""endpoints.0.endpoint = "/orders/*" """], ["""endpoints.0.endpoint = "/orders/{star}" """]) { Place = "endpoints[0]" },
        new("5.1.6", "MEDIUM", ["""endpoints.0.method = "POST" """], ["""endpoints.0.method = "POST" """, """endpoints.0.backend.1.method = "GET" """]),
        new("5.1.6", "MEDIUM", ["""endpoints.0.backend.0.method = "DELETE" """, """endpoints.0.backend.1.extra_config = {"backend/grpc":{}}"""], ["""endpoints.0.backend.1.extra_config = {"backend/grpc":{}}"""]),
        new("5.1.7", "MEDIUM", [$$"""{{Endpoint}}.proxy = {"sequential":true}"""], [$$"""{{Endpoint}}.proxy = {"sequential":false}"""]),
        new("5.2.2", "LOW", ["- endpoints.0.backend.1"], [Second]),
        new("5.2.3", "LOW", ["- endpoints.0.backend.1", """endpoints.0.output_encoding = "no-op" """], [Second, """endpoints.1.output_encoding = "no-op" """]) { Beside = ["5.2.2"] },
        new("6.1.1", "LOW", ["sequential_start = true", $"async_agent = [{Agents(10)}]"], ["sequential_start = true", $"async_agent = [{Agents(9)}]"]),
        new("6.1.1", "LOW", ["sequential_start = true", $"async_agent = [{Agents(11)}]"], [$"async_agent = [{Agents(11)}]"]),
        Server("7.1.1", "virtualhost"),
        Server("7.1.2", "static-filesystem"),
        Server("7.1.3", "basic-auth") with { Beside = ["1.1.1"] },
        Server("7.1.4", "wildcard"),
        Client("7.1.5", "http-proxy"),
        Client("7.1.6", "static-filesystem"),
        Client("7.1.7", "no-redirect"),
        Client("7.1.7", "krakend-redirect"),
        new("7.1.8", "HIGH", [$$"""{{Endpoint}}.plugin/req-resp-modifier = {"name":["content-replacer"]}"""], [$$"""{{Endpoint}}.plugin/req-resp-modifier = {"name":["acme"]}"""]),
        new("7.1.8", "HIGH", [$$"""{{Backend}}.plugin/req-resp-modifier = {"name":["content-replacer"]}"""], []),
        new("7.1.9", "HIGH", [$$"""{{Backend}}.plugin/req-resp-modifier = {"name":["acme","response-schema-validator"]}"""], []),
        new("7.2.1", "HIGH", ["extra_config.telemetry/ganalytics = {}"], []) { Beside = ["4.1.3"] },
        new("7.2.2", "HIGH", ["extra_config.telemetry/instana = {}"], []) { Beside = ["4.1.3"] },
        new("7.2.3", "HIGH", ["extra_config.github_com/devopsfaith/krakend-opencensus = {}"], []) { Beside = ["4.1.3"] },
        new("7.2.4", "HIGH", ["extra_config.telemetry/influx = {}"], []) { Place = "extra_config.telemetry/influx" },
        new("7.3.1", "MEDIUM", ["""tls.public_key = "a.pem" """, """tls.private_key = "b.pem" """], []),
    ];

    private static AuditRow Server(string rule, string plugin) => new(
        rule, "HIGH", [$$"""extra_config.plugin/http-server = {"name":["acme","{{plugin}}"]}"""], [$$$"""extra_config.plugin/http-server = {"name":["acme"],"{{{plugin}}}":{}}"""]);

    private static AuditRow Client(string rule, string plugin) => new(
        rule, "HIGH", [$$"""{{Backend}}.plugin/http-client = {"name":"{{plugin}}","proxy_address":"http://proxy:8080"}"""], [$$"""{{Backend}}.plugin/http-client = {"name":"acme"}"""]);

    private static string Agents(int count) => string.Join(',', Enumerable.Repeat(
        """{"name":"a","consumer":{"topic":"t"},"backend":[{"host":["http://stock:8080"],"url_pattern":"/"}],"extra_config":{"async/amqp":{}}}""", count));
}
