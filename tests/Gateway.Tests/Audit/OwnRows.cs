namespace Gateway.Tests.Audit;

/// <summary>From 8.1.1: rules of our own, on values.</summary>
internal static class OwnRows
{
    private const string Validator = "endpoints.0.extra_config.auth/validator";
    private const string Backend = "endpoints.0.backend.0";
    private const string Extra = Backend + ".extra_config";
    private const string Bcrypt = "$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC";
    private const string Open = """endpoints += {"endpoint":"/open","method":"POST","backend":[{"host":["http://stock:8080"],"url_pattern":"/","allow":["id"]}]}""";

    public static IReadOnlyList<AuditRow> All { get; } =
    [
        new("8.1.1", "HIGH", [$"""{Validator}.jwk_url = "http://idp.internal/keys" """], [$"""{Validator}.jwk_url = "http://localhost:9876" """]) { Place = "endpoints[0].extra_config.auth/validator.jwk_url" },
        new("8.1.2", "HIGH", [$"{Validator}.disable_jwk_security = true"], [$"{Validator}.disable_jwk_security = true", $"""{Validator}.jwk_url = "http://127.0.0.1:9876" """]),
        new("8.1.3", "MEDIUM", [$"- {Validator}.audience"], []),
        new("8.1.3", "MEDIUM", [$"{Validator}.audience = []"], []),
        new("8.1.4", "MEDIUM", [$"- {Validator}.issuer"], []),
        new("8.1.1", "HIGH", [$"- {Validator}.issuer", $"- {Validator}.jwk_url", $$"""{{Validator}}.issuers = [{"issuer":"a","jwk_url":"https://a"},{"issuer":"b","jwk_url":"http://idp.internal/keys"}]"""],
            [$"- {Validator}.issuer", $"- {Validator}.jwk_url", $"- {Validator}.audience", $$"""{{Validator}}.issuers = [{"issuer":"a","jwk_url":"https://a","audience":["s"]}]"""]) { Place = "endpoints[0].extra_config.auth/validator.issuers" },
        new("8.1.2", "HIGH", [$"- {Validator}.issuer", $$"""{{Validator}}.issuers = [{"issuer":"a","jwk_url":"https://a","disable_jwk_security":true}]"""], []),
        new("8.1.3", "MEDIUM", [$"- {Validator}.issuer", $"- {Validator}.audience", $$"""{{Validator}}.issuers = [{"issuer":"a","jwk_url":"https://a","audience":["s"]},{"issuer":"b","jwk_url":"https://b"}]"""], []),
        new("8.1.6", "HIGH", [$"- {Validator}.issuer", $"- {Validator}.jwk_url", $"""{Validator}.alg = "HS256" """, $$"""{{Validator}}.issuers = [{"issuer":"a","jwk_url":"https://a"}]"""], []),
        new("8.1.5", "CRITICAL", [$"""{Validator}.alg = "none" """], [$"""{Validator}.alg = "EdDSA" """]),
        new("8.1.6", "HIGH", [$"""{Validator}.alg = "HS256" """], [$"""{Validator}.alg = "HS256" """, $"- {Validator}.jwk_url", $"""{Validator}.jwk_local_path = "keys.json" """]),
        new("8.1.7", "LOW", [$"{Validator}.operation_debug = true"], [$"{Validator}.operation_debug = false"]),
        new("8.1.8", "HIGH", ["""extra_config.auth/basic = {"users":{"ann":"5f4dcc3b5aa765d61d8327deb882cf99"}}"""], [$$$"""extra_config.auth/basic = {"users":{"ann":"{{{Bcrypt}}}"}}"""]) { Beside = ["1.1.1"] },
        new("8.1.8", "HIGH", ["""extra_config.plugin/http-server = {"name":["basic-auth"],"basic-auth":{"users":{"ann":"secret"}}}"""], []) { Beside = ["1.1.1", "7.1.3"] },
        new("8.1.9", "HIGH", [Credentials("http://idp.internal/token")], [Credentials("https://idp.internal/token")]),
        new("8.1.9", "HIGH", [Credentials("http://idp.internal/token")], [Credentials("http://localhost/token")]),
        new("8.1.10", "MEDIUM", ["""endpoints.0.extra_config.auth/api-keys = {"roles":[],"strategy":"query_string"}"""], ["""endpoints.0.extra_config.auth/api-keys = {"roles":[],"strategy":"header"}"""]),
        new("8.1.11", "LOW", [Open], [Open, """endpoints.1.extra_config = {"auth/api-keys":{"roles":[]}}"""]) { Place = "endpoints[1]" },
        new("8.1.11", "LOW", [Open], [Open, """endpoints.1.extra_config = {"auth/signer":{}}"""]),
        new("8.1.11", "LOW", [Open], [Open, """endpoints.1.extra_config = {"modifier/lua-endpoint":{}}"""]),
        new("8.1.11", "LOW", [Open], [Open, """endpoints.1.method = "GET" """]),
        new("8.1.11", "LOW", [Open], [Open, "tls.enable_mtls = true"]),
        new("8.2.1", "HIGH", ["""extra_config.security/cors = {"allow_credentials":true}"""], ["extra_config.security/cors = {}"]),
        new("8.2.1", "HIGH", ["""endpoints.0.extra_config.security/cors = {"allow_credentials":true,"allow_origins":["https://a.example.com","*"]}"""], ["extra_config.security/cors.allow_credentials = true"]),
        new("8.2.1", "HIGH", ["""extra_config.security/cors = {"allow_credentials":true,"allow_origins":["https://*"]}"""], ["""extra_config.security/cors = {"allow_credentials":true,"allow_origins":["https://*.example.com"]}"""]),
        new("8.2.2", "LOW", ["""extra_config.security/cors.allow_headers = ["*"]"""], ["""extra_config.security/cors.allow_headers = ["X-A"]"""]),
        new("8.2.3", "LOW", [Open, "- endpoints.1.backend.0.allow", """endpoints.1.method = "GET" """], [Open, """endpoints.1.method = "GET" """]) { Place = "endpoints[1].backend[0]" },
        new("8.2.3", "LOW", [Open, "- endpoints.1.backend.0.allow", """endpoints.1.method = "GET" """], [Open, "- endpoints.1.backend.0.allow", """endpoints.1.method = "GET" """, """endpoints.1.backend.0.deny = ["password"]"""]),
        new("8.2.3", "LOW", [Open, "- endpoints.1.backend.0.allow", """endpoints.1.method = "GET" """], [Open, "- endpoints.1.backend.0.allow", """endpoints.1.method = "GET" """, """endpoints.1.extra_config = {"modifier/jmespath":{"expr":"a"}}"""]),
        new("8.2.3", "LOW", [Open, "- endpoints.1.backend.0.allow", """endpoints.1.method = "GET" """], [Open, "- endpoints.1.backend.0.allow", """endpoints.1.method = "GET" """, """endpoints.1.output_encoding = "no-op" """]),
        new("8.2.4", "LOW", ["extra_config.router.return_error_msg = true"], ["extra_config.router.return_error_msg = false"]),
        new("8.2.4", "LOW", [$$"""{{Extra}}.backend/http = {"return_error_details":"orders"}"""], [$$"""{{Extra}}.backend/http = {"return_error_code":true}"""]),
        new("8.2.5", "MEDIUM", ["""extra_config.router.trusted_proxies = ["10.0.0.0/8","0.0.0.0/0"]"""], ["""extra_config.router.trusted_proxies = ["10.0.0.0/8"]"""]),
        new("8.2.5", "MEDIUM", ["""extra_config.router.trusted_proxies = ["::/0"]"""], []),
        new("8.2.6", "MEDIUM", ["""extra_config.server/static-filesystem = {"directory_listing":true}"""], ["extra_config.server/static-filesystem = {}"]),
        new("8.2.6", "MEDIUM", [$$"""{{Extra}}.backend/static-filesystem = {"directory_listing":true}"""], []),
        new("8.2.7", "MEDIUM", ["extra_config.security/http.is_development = true"], []),
        new("8.3.1", "HIGH", ["""tls.min_version = "TLS11" """], ["""tls.min_version = "TLS12" """]) { Place = "tls.min_version" },
        new("8.3.1", "HIGH", ["""client_tls = {"min_version":"TLS10"}"""], ["""client_tls = {"min_version":"TLS13"}"""]),
        new("8.3.1", "HIGH", ["""extra_config.redis = {"connection_pools":[{"name":"a","tls":{"min_version":"SSL3.0"}}]}"""], []) { Place = "extra_config.redis.connection_pools[0].tls.min_version" },
        new("8.3.2", "MEDIUM", ["tls.cipher_suites = [49199, 47]"], ["tls.cipher_suites = [49199]"]),
        new("8.3.3", "HIGH", ["tls.enable_mtls = true"], ["tls.enable_mtls = true", "tls.disable_system_ca_pool = true"]),
        new("8.3.4", "LOW", [$"""{Backend}.host = ["http://orders.example.com"]"""], [$"""{Backend}.host = ["http://10.1.2.3:80"]"""]) { Place = "endpoints[0].backend[0].host" },
        new("8.3.4", "LOW", [$"""{Backend}.host = ["8.8.8.8"]"""], [$"""{Backend}.host = ["orders.shop.svc.cluster.local"]"""]),
        new("8.3.4", "LOW", [$"- {Backend}.host", """host = ["http://orders.example.com"]"""], [$"""{Backend}.host = ["http://orders.example.com"]""", $"""{Backend}.sd = "dns" """]) { Place = "host" },
        new("8.3.5", "HIGH", ["""extra_config.redis = {"connection_pools":[{"name":"a","tls":{"allow_insecure_connections":true}}]}"""], []),
        new("8.4.1", "HIGH", [Secret("hush")], [Secret("{{ env \\\"SECRET\\\" }}")]) { Place = "endpoints[0].backend[0].extra_config.auth/client-credentials.client_secret" },
        new("8.4.1", "HIGH", [Secret("hush")], [Secret("${SECRET}")]),
        new("8.4.1", "HIGH", [Secret("hush")], [Secret("")]),
        new("8.4.1", "HIGH", ["""extra_config.redis = {"connection_pools":[{"name":"a","password":"hush"}]}"""], ["""extra_config.redis = {"connection_pools":[{"name":"a","user_name":"ann"}]}"""]),
        new("8.4.1", "HIGH", ["""extra_config.auth/api-keys = {"keys":[{"key":"4d2c61e1"}]}"""], ["""extra_config.auth/api-keys = {"keys":[{"key":"4d2c61e1"}],"hash":"sha256"}"""]) { Beside = ["1.1.2"] },
        new("8.4.1", "HIGH", [Martian("Authorization", "Basic YTpi")], [Martian("X-Tenant", "a")]),
        new("8.4.1", "HIGH", [$"""{Validator}.secret_url = "base64key://c2VjcmV0" """], [$"""{Validator}.secret_url = "awskms://key" """]),
        new("8.4.1", "HIGH", [$$$"""{{{Extra}}}.auth/gcp = {"credentials_json":{"private_key":"-----BEGIN PRIVATE KEY-----"}}"""], [$$"""{{Extra}}.auth/gcp = {"credentials_file":"key.json"}"""]),
        new("8.4.1", "HIGH", [Workflow("""{"auth/ntlm":{"user":"a","password":"hush"}}""")], [Workflow("""{"auth/ntlm":{"user":"a","password":"$PASSWORD"}}""")]),
        new("8.4.2", "HIGH", ["""extra_config.telemetry/influx = {"address":"https://ann:hush@influx:8086"}"""], ["""extra_config.telemetry/influx = {"address":"https://ann@influx:8086"}"""]) { Beside = ["7.2.4"] },
        new("8.4.2", "HIGH", [$"""{Backend}.host = ["https://ann:hush@orders.example.com"]""", $"{Backend}.disable_host_sanitize = true"], []) { Place = "endpoints[0].backend[0].host[0]" },
        new("8.5.1", "MEDIUM", ["""endpoints.0.extra_config.modifier/lua-proxy = {"allow_open_libs":true}"""], ["endpoints.0.extra_config.modifier/lua-proxy = {}"]),
        new("8.5.2", "LOW", [$$"""{{Extra}}.modifier/lua-backend = {"live":true}"""], [$$"""{{Extra}}.modifier/lua-backend = {"live":false}"""]),
        new("8.5.3", "LOW", ["""extra_config.telemetry/logging.level = "debug" """], ["""extra_config.telemetry/logging.level = "WARNING" """]),
    ];

    private static string Credentials(string url) => $$"""{{Extra}}.auth/client-credentials = {"client_id":"a","client_secret":"$SECRET","token_url":"{{url}}"}""";

    private static string Secret(string secret) => $$"""{{Extra}}.auth/client-credentials = {"client_id":"a","client_secret":"{{secret}}","token_url":"https://idp.example.com/token"}""";

    private static string Martian(string name, string value) => $$$"""{{{Extra}}}.modifier/martian = {"header.Modifier":{"scope":["request"],"name":"{{{name}}}","value":"{{{value}}}"}}""";

    private static string Workflow(string extra) => $$"""{{Extra}}.workflow = {"endpoint":"/w","backend":[{"extra_config":{{extra}},"host":["http://stock:8080"],"url_pattern":"/"}]}""";
}
