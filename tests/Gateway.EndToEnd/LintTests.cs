using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>"Command check", its linter.</summary>
public sealed class LintTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, Spec("CFG-222", "CFG-223", "CFG-217")]
    [InlineData("-l")]
    [InlineData("-n")]
    [InlineData("--lint")]
    [InlineData("--lint-no-network")]
    public async Task A_document_that_keeps_to_the_schema_passes_whatever_schema_it_names(string flag)
    {
        var file = _folder.Write("krakend.json", """
            {"$schema":"https://unreachable.invalid/v2.13/krakend.json","version":3,"host":["http://a"],"timeout":"1500ms","tls":{"disabled":true},
             "endpoints":[{"endpoint":"/a/{id}","method":"POST","backend":[{"url_pattern":"/{id}","method":"HEAD","encoding":"no-op"}]}]}
            """);

        var run = await Executable.RunAsync("check", flag, "-c", file);

        Assert.Equal(new Finished(0, "", $"Parsing configuration file: {file}\nSyntax OK!\n"), run);
    }

    [Theory, Spec("CFG-225", "CFG-226", "CFG-228", "CFG-051", "CFG-041")]
    [InlineData("\"port\": \"8080\"", "3:9 port: \"port\" must be an integer, not a string (rule \"type\" at /port)")]
    [InlineData("\"Name\": \"x\"", "3:1 Name: unknown property \"Name\"; did you mean \"name\"? (rule \"additionalProperties\" at /Name)")]
    [InlineData("\"timeout\": \"1h30m\"", "expected: A number and its unit, such as 500ms, 2s, 1m or 1h (rule \"pattern\" at /timeout)")]
    [InlineData("\"cache_ttl\": 3600", "3:14 cache_ttl: 3600 without a unit counts nanoseconds; write a duration such as \"3s\" (rule \"type\" at /cache_ttl)")]
    [InlineData("\"host\": \"http://a\"", "3:9 host: \"host\" must be an array, not a string (rule \"type\" at /host)")]
    [InlineData("\"output_encoding\": \"jsn\"", "(rule \"enum\" at /output_encoding)")]
    [InlineData("\"allow_insecure_connections\": true", "(rule \"additionalProperties\" at /allow_insecure_connections)")]
    [InlineData("\"extra_config\": {\"modifier/martian\": {}}", "3:18 extra_config.modifier/martian: \"modifier/martian\" has no effect at the service; it belongs to the extra_config of a backend (rule \"additionalProperties\" at /extra_config/modifier~1martian)")]
    [InlineData("\"extra_config\": {\"github_com/luraproject/lura/router/gin\": {}}", "is the old name of \"router\"; rename it (rule \"additionalProperties\" at /extra_config/github_com~1luraproject~1lura~1router~1gin)")]
    [InlineData("\"extra_config\": {\"router\": {\"return_eror_msg\": true}}", "did you mean \"return_error_msg\"? (rule \"additionalProperties\" at /extra_config/router/return_eror_msg)")]
    [InlineData("\"extra_config\": {\"github_com/devopsfaith/krakend-websocket\": {}}", "is the old name of \"websocket\"; rename it; \"websocket\" has no effect at the service; it belongs to the extra_config of an endpoint (rule \"additionalProperties\" at ")]
    [InlineData("\"extra_config\": {\"router\": {\"use_h2c\": true}}", "(rule \"additionalProperties\" at /extra_config/router/use_h2c)")]
    public async Task What_run_takes_with_leniency_fails_the_lint_with_place_and_rule(string attribute, string expected)
    {
        var file = _folder.Write("krakend.json", $"{{\n\"version\": 3,\n{attribute}\n}}");

        var lint = await Executable.RunAsync("check", "-n", "-c", file);
        var check = await Executable.RunAsync("check", "-c", file);

        Assert.Equal((1, 0), (lint.Status, check.Status));
        Assert.StartsWith($"Parsing configuration file: {file}\nERROR linting the configuration file: {file}:3:", lint.Error, StringComparison.Ordinal);
        Assert.Contains(expected, lint.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Syntax OK!", lint.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", lint.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-225", "CFG-226")]
    public async Task Every_violation_is_listed_once_in_the_order_of_the_document()
    {
        var file = _folder.Write("krakend.json", """
            {
              "version": 3,
              "endpoints": [{
                "endpoint": "/a", "method": "get", "headers_to_pass": ["*"],
                "backend": [{ "host": ["http://a"], "timeout": "1s", "encoding": "jsn" }]
              }]
            }
            """);

        var run = await Executable.RunAsync("check", "-l", "-c", file);

        var lines = run.Error.Split('\n').Where(static l => l.Contains("(rule ", StringComparison.Ordinal)).ToArray();
        Assert.Equal(
            [
                $"{file}:4:33 endpoints[0].method: \"method\" must be one of \"GET\", \"POST\", \"PUT\", \"PATCH\", \"DELETE\", not \"get\"; did you mean \"GET\"? (rule \"enum\" at /endpoints/0/method)",
                $"{file}:4:40 endpoints[0].headers_to_pass: \"headers_to_pass\" is the old name of \"input_headers\"; rename it (rule \"additionalProperties\" at /endpoints/0/headers_to_pass)",
                $"{file}:5:17 endpoints[0].backend[0]: \"backend[0]\" must have the property \"url_pattern\" (rule \"required\" at /endpoints/0/backend/0)",
                $"{file}:5:41 endpoints[0].backend[0].timeout: \"timeout\" has no effect here: a timeout belongs to the endpoint, and holds for all its backends (rule \"additionalProperties\" at /endpoints/0/backend/0/timeout)",
            ],
            lines[..4]);
        Assert.StartsWith($"{file}:5:70 endpoints[0].backend[0].encoding: \"jsn\" is no encoding", Assert.Single(lines[4..]), StringComparison.Ordinal);
        Assert.StartsWith($"Parsing configuration file: {file}\nERROR linting the configuration file: 5 errors\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("WARNING", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-007", "CFG-226")]
    public async Task Comments_pass_everywhere()
    {
        var file = _folder.Write("krakend.json", """
            {"version":3,"$schema":5,"@a":{},"_b":[],"#c":1,"extra_config":{"@x":1,"router":{"#y":{},"error_body":{"_z":1}}},
             "endpoints":[{"endpoint":"/a","$e":1,"extra_config":{"proxy":{"@f":1,"static":{"strategy":"always","data":{},"_":0}}},
               "backend":[{"host":["http://a"],"url_pattern":"/","_g":1,"mapping":{"@h":{},"a":"b"}}]}]}
            """);

        var run = await Executable.RunAsync("check", "-n", "-c", file);

        Assert.Equal((0, true), (run.Status, run.Error.EndsWith("Syntax OK!\n", StringComparison.Ordinal)));
    }

    [Fact, Spec("CFG-008")]
    public async Task Of_two_members_with_one_name_the_last_one_is_linted()
    {
        var good = _folder.Write("good.json", """{"version":3,"port":"8080","port":8080,"extra_config":{"router":{"health_path":1}},"extra_config":{}}""");
        var bad = _folder.Write("bad.json", """{"version":3,"port":8080,"port":"8080"}""");

        Assert.Equal(0, (await Executable.RunAsync("check", "-n", "-c", good)).Status);
        Assert.Equal(1, (await Executable.RunAsync("check", "-n", "-c", bad)).Status);
    }

    [Fact, Spec("CFG-061", "CFG-218")]
    public async Task The_document_is_linted_as_it_is_written_and_what_follows_is_left_out()
    {
        var file = _folder.Write("krakend.json", """{"version":3,"port":"8080"}""");

        var run = await Executable.RunInAsync(null, new Dictionary<string, string> { ["KRAKEND_PORT"] = "9000" }, "check", "-ntdc", file);

        Assert.Equal(1, run.Status);
        Assert.Contains("ERROR linting the configuration file: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Global settings", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-218", "CFG-225")]
    public async Task Errors_of_the_load_of_the_lint_and_of_a_plugins_schema_make_one_sorted_list()
    {
        using var smith = new PluginSmith();
        var plugin = smith.Make("acme.login", "public sealed class P : GatewayPlugin { public override void Register(IPluginRegistry registry) { } }", ["service/service acme/login"], edit: static m => m["namespaces"]![0]!["schema"] = "s.json");
        File.WriteAllText(Path.Combine(plugin, "s.json"), """{"properties":{"level":{"enum":["low","high"]}}}""");
        var file = _folder.Write("krakend.json", """
            {
              "version": 3,
              "extra_config": { "acme/login": { "level": "medium" } },
              "timeout": "3 parsecs",
              "endpoints": [
                { "endpoint": "/a", "methd": "GET", "backend": [{ "host": ["http://a"], "url_pattern": "/{id}" }] },
                { "endpoint": "/b", "backend": [{ "host": "http://a", "url_pattern": "/", "sd": "consul" }] }
              ],
              "sequential_start": true
            }
            """);

        var run = await Executable.RunAsync("check", "-n", "--plugins", smith.Folder, "-c", file);

        Assert.Equal(1, run.Status);
        Assert.StartsWith($"Parsing configuration file: {file}\nERROR parsing the configuration file: 7 errors\n", run.Error, StringComparison.Ordinal);
        var places = run.Error.Split('\n').Where(l => l.StartsWith(file, StringComparison.Ordinal)).Select(l => l[(file.Length + 1)..].Split(' ')[0]).ToArray();
        Assert.Equal(["3:46", "4:14", "6:25", "6:92", "7:47", "7:85", "9:23"], places);
        Assert.Equal(7, run.Error.Split('\n').Count(static l => l.TrimEnd().EndsWith('^')));
        foreach (var said in new[] { "(rule \"enum\" at /extra_config/acme~1login/level)", "expected a duration", "did you mean \"method\"?", "undefined output param 'id'!", "(rule \"type\" at /endpoints/1/backend/0/host)", "Consul is reached", "(rule \"hint\")" })
            Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Syntax OK!", run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-309")]
    [InlineData(""", "backend": [{"host":["http://a"],"url_pattern":"/","timeout":"1s"}]""", "a timeout belongs to the endpoint")]
    [InlineData(""", "extra_config": {"backend/websocket":{}}, "backend": [{"host":["http://a"],"url_pattern":"/"}]""", "the namespace is \"websocket\"")]
    [InlineData(""", "backend": [{"host":["http://a"],"url_pattern":"/","extra_config":{"qos/circuit-breaker":{"fallback_response":{}}}}]""", "data for a failed call is \"static\"")]
    [InlineData(""", "backend": [{"host":["http://a"],"url_pattern":"/","extra_config":{"modifier/martian":{"query.Modifier":{"scope":["request"],"name":"a","value":"b"}}}}]""", "the modifier is called \"querystring.Modifier\"")]
    [InlineData(""", "backend": [{"host":["http://a"],"url_pattern":"/","extra_config":{"modifier/martian":{"header.Modifier":{"scope":["request"],"name":"a","value":"b"},"body.Modifier":{"scope":["request"],"body":""}}}}]""", "wrap several in \"fifo.Group\"")]
    [InlineData(""", "backend": [{"host":["grpc://a"],"url_pattern":"/"}]""", "write the host without scheme")]
    public async Task What_run_only_advises_about_fails_the_lint_with_the_same_words(string members, string advice)
    {
        var file = _folder.Write("krakend.json", $$"""{"version": 3, "port": {{RunningGateway.FreePort()}}, "endpoints": [{"endpoint": "/a"{{members}} }]}""");
        var missing = new[] { "--allow-missing", "*", "-c", file };

        var lint = await Executable.RunAsync(["check", "-n", .. missing]);
        var check = await Executable.RunAsync(["check", .. missing]);
        var served = await Executable.RunAsync(["check", "-t", .. missing]);
        var strict = await Executable.RunAsync(["check", "--strict", .. missing]);

        Assert.Equal((1, 0, 0, 1), (lint.Status, check.Status, served.Status, strict.Status));
        foreach (var run in new[] { lint, check, served, strict })
            Assert.Equal(1, run.Error.Split(advice).Length - 1);
        Assert.Equal(1, check.Error.Split('\n').Count(l => l.StartsWith("WARNING ", StringComparison.Ordinal) && l.Contains(advice, StringComparison.Ordinal)));
        Assert.Equal(check.Error, served.Error);
    }

    [Fact, Spec("CFG-218", "CFG-219", "CFG-054")]
    public async Task A_document_of_another_version_is_not_linted()
    {
        var file = _folder.Write("krakend.json", """{"version":2,"port":"8080"}""");

        var run = await Executable.RunAsync("check", "-n", "-c", file);

        Assert.Equal(1, run.Status);
        Assert.Contains("ERROR parsing the configuration file: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("linting", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-225")]
    public async Task Values_of_secrets_are_not_shown()
    {
        using var smith = new PluginSmith();
        var plugin = smith.Make("acme.login", "public sealed class P : GatewayPlugin { public override void Register(IPluginRegistry registry) { } }", ["service/service acme/login"], edit: static m => m["namespaces"]![0]!["schema"] = "s.json");
        File.WriteAllText(Path.Combine(plugin, "s.json"), """{"properties":{"password":{"enum":["a"]},"url":{"type":"string","pattern":"^amqp:"}}}""");
        var file = _folder.Write("krakend.json", """{"version":3,"extra_config":{"acme/login":{"password":"hunter2","url":"http://me:hunter3@a"}}}""");

        var run = await Executable.RunAsync("check", "-n", "--plugins", smith.Folder, "-c", file);

        Assert.Equal(1, run.Status);
        Assert.Contains("extra_config.acme/login.password: \"password\" has a value that it cannot have (rule \"enum\" at ", run.Error, StringComparison.Ordinal);
        Assert.Contains("extra_config.acme/login.url: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-224", "CFG-227")]
    public async Task An_own_schema_may_refer_to_files_beside_it()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "rules"));
        _folder.Write("rules/house.json", """{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"name":{"$ref":"names.json#/definitions/ours"},"port":{"format":"ipv4"}}}""");
        _folder.Write("rules/names.json", """{"definitions":{"ours":{"pattern":"^shop-"}}}""");
        _folder.Write("good.json", """{"version":3,"name":"shop-a","unknown":1}""");
        _folder.Write("bad.json", """{"version":3,"name":"a"}""");

        var good = await Executable.RunInAsync(_folder.Path, null, "check", "-s", "./rules/house.json", "-c", "good.json");
        var bad = await Executable.RunInAsync(_folder.Path, null, "check", "--lint-schema=rules/house.json", "-c", "bad.json");

        Assert.Equal((0, 1), (good.Status, bad.Status));
        Assert.Contains("bad.json:1:21 name: \"name\" must match the pattern ^shop-, not \"a\" (rule \"pattern\" at /name)", bad.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-227")]
    [InlineData("http://json-schema.org/draft-04/schema#", """{"properties":{"port":{"minimum":8080,"exclusiveMinimum":true}}}""")]
    [InlineData("http://json-schema.org/draft-06/schema#", """{"properties":{"port":{"exclusiveMinimum":8080}}}""")]
    [InlineData("https://json-schema.org/draft/2019-09/schema", """{"dependentRequired":{"port":["name"]}}""")]
    [InlineData("https://json-schema.org/draft/2020-12/schema", """{"properties":{"host":{"prefixItems":[{"const":"http://b"}]}}}""")]
    [InlineData(null, """{"properties":{"host":{"prefixItems":[{"const":"http://b"}]}}}""")]
    public async Task An_own_schema_is_read_by_its_dialect(string? dialect, string schema)
    {
        var file = _folder.Write("krakend.json", """{"version":3,"port":8080,"host":["http://a"]}""");
        var own = _folder.Write("own.json", dialect is null ? schema : $"{{\"$schema\":\"{dialect}\",{schema[1..]}");

        var run = await Executable.RunAsync("check", "-s", own, "-c", file);

        Assert.Equal(1, run.Status);
        Assert.Contains("ERROR linting the configuration file: ", run.Error, StringComparison.Ordinal);
    }

    [Theory, Spec("CFG-224")]
    [InlineData("none.json", "none.json: no such file or directory")]
    [InlineData("text.json", "text.json: this is no JSON")]
    [InlineData("list.json", "a schema must be an object or a boolean")]
    [InlineData("type.json", "objekt")]
    [InlineData("lost.json", "missing.json: no such file or directory")]
    [InlineData("", "--lint-schema needs a file or an address")]
    [InlineData("https://", "https://: this is no valid address")]
    public async Task A_schema_that_cannot_be_used_fails_the_check(string schema, string reason)
    {
        _folder.Write("krakend.json", """{"version":3}""");
        _folder.Write("text.json", "schema");
        _folder.Write("list.json", "[]");
        _folder.Write("type.json", """{"type":"objekt"}""");
        _folder.Write("lost.json", """{"$ref":"missing.json"}""");

        var run = await Executable.RunInAsync(_folder.Path, null, "check", $"--lint-schema={schema}", "-c", "krakend.json");

        Assert.Equal(1, run.Status);
        Assert.StartsWith("Parsing configuration file: krakend.json\nERROR compiling the schema: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Syntax OK!", run.Error, StringComparison.Ordinal);
    }

    [Fact, Spec("CFG-224")]
    public async Task An_own_schema_is_downloaded_with_what_lies_beside_it()
    {
        await using var site = await Upstream.StartAsync();
        site.Answer("/schemas/house.json", """{"properties":{"name":{"$ref":"names.json"}}}""");
        site.Answer("/schemas/names.json", """{"pattern":"^shop-"}""");
        var good = _folder.Write("good.json", """{"version":3,"name":"shop-a"}""");
        var bad = _folder.Write("bad.json", """{"version":3,"name":"a"}""");

        Assert.Equal(0, (await Executable.RunAsync("check", "-s", site.Host + "/schemas/house.json", "-c", good)).Status);
        Assert.Equal(1, (await Executable.RunAsync("check", "-s", site.Host + "/schemas/house.json", "-c", bad)).Status);
    }

    [Fact, Spec("CFG-224")]
    public async Task A_download_that_fails_or_reaches_for_files_fails_the_check()
    {
        await using var site = await Upstream.StartAsync();
        var secret = _folder.Write("secret.json", "{}");
        site.Answer("/curious.json", $$"""{"$ref":"{{new Uri(secret).AbsoluteUri}}"}""");
        site.On("/large.json", static async context =>
        {
            var block = new byte[1 << 20];
            block.AsSpan().Fill((byte)' ');
            for (var i = 0; i < 17 && !context.RequestAborted.IsCancellationRequested; i++)
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
        });
        var file = _folder.Write("krakend.json", """{"version":3}""");

        var missing = await Executable.RunAsync("check", "-s", site.Host + "/none.json", "-c", file);
        var curious = await Executable.RunAsync("check", "-s", site.Host + "/curious.json", "-c", file);
        var large = await Executable.RunAsync("check", "-s", site.Host + "/large.json", "-c", file);
        var closed = await Executable.RunAsync("check", "-s", $"http://127.0.0.1:{RunningGateway.FreePort()}/a.json", "-c", file);

        Assert.All([missing, curious, large, closed], static run => Assert.Equal(1, run.Status));
        Assert.Contains($"ERROR compiling the schema: {site.Host}/none.json: expected status 200, not 404\n", missing.Error, StringComparison.Ordinal);
        Assert.Contains("secret.json", curious.Error, StringComparison.Ordinal);
        Assert.Contains("large.json: it is larger than 16 MiB\n", large.Error, StringComparison.Ordinal);
        Assert.Contains("Connection refused", closed.Error, StringComparison.Ordinal);
    }
}
