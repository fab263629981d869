using System.Text;
using Gateway.Core.Configuration;
using Gateway.Testing;
using KrakenPlugins.Sdk.Configuration;
using Xunit;
using static Gateway.Core.Tests.Configuration.Loading;

namespace Gateway.Core.Tests.Configuration;

public sealed class EndpointsLoaderTests
{
    [Fact]
    [Spec("RTE-063", "MAN-058", "MAN-072")]
    public void An_endpoint_takes_its_defaults()
    {
        var endpoint = Clean(OneEndpoint()).Endpoints[0];
        var backend = endpoint.Backends[0];

        Assert.Equal(("/a", "GET", TimeSpan.FromSeconds(2), 1, "json"), (endpoint.Path, endpoint.Method, endpoint.Timeout, endpoint.ConcurrentCalls, endpoint.OutputEncoding));
        Assert.Equal(("GET", "json", "static", "http", false), (backend.Method, backend.Encoding, backend.Sd, backend.SdScheme, backend.IsCollection));
        Assert.Empty(endpoint.InputHeaders);
        Assert.Empty(endpoint.ParameterNames);
    }

    [Theory]
    [Spec("CFG-033", "CFG-034", "CFG-036")]
    [InlineData("", "", 2, 0, "json")]
    [InlineData("\"timeout\":\"5s\",\"cache_ttl\":\"10s\",\"output_encoding\":\"xml\"", "", 5, 10, "xml")]
    [InlineData("\"timeout\":\"5s\",\"cache_ttl\":\"10s\",\"output_encoding\":\"xml\"", "\"timeout\":\"0s\",\"cache_ttl\":\"0s\"", 5, 10, "xml")]
    [InlineData("\"timeout\":\"0\",\"cache_ttl\":\"10s\"", "\"timeout\":\"1s\",\"cache_ttl\":\"3s\",\"output_encoding\":\"string\"", 1, 3, "string")]
    [InlineData("\"timeout\":\"0\"", "", 2, 0, "json")]
    public void Service_values_are_inherited(string root, string endpoint, int timeout, int ttl, string encoding)
    {
        var loaded = Clean(OneEndpoint(endpoint, root: root)).Endpoints[0];

        Assert.Equal((TimeSpan.FromSeconds(timeout), TimeSpan.FromSeconds(ttl), encoding), (loaded.Timeout, loaded.CacheTtl, loaded.OutputEncoding));
    }

    [Fact]
    [Spec("CFG-033", "RTE-065")]
    public void A_timeout_of_a_backend_has_no_effect_and_is_explained()
    {
        var result = Load(OneEndpoint(backend: "\"timeout\": \"9s\""));

        Assert.Equal(TimeSpan.FromSeconds(2), result.Config!.Endpoints[0].Timeout);
        Assert.Contains("endpoints[0].backend[0].timeout: \"timeout\" has no effect here: a timeout belongs to the endpoint", result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
    }

    [Theory]
    [Spec("RTE-002", "RTE-063")]
    [InlineData("\"method\":\"post\"", "", "POST", "POST")]
    [InlineData("\"method\":\"POST\"", "\"method\":\"get\"", "POST", "GET")]
    [InlineData("", "\"method\":\"head\"", "GET", "HEAD")]
    public void Methods_are_upper_case_and_inherited(string endpoint, string backend, string expected, string expectedBackend)
    {
        var loaded = Clean(OneEndpoint(endpoint, backend)).Endpoints[0];

        Assert.Equal((expected, expectedBackend), (loaded.Method, loaded.Backends[0].Method));
    }

    [Fact]
    [Spec("RTE-002", "RTE-021")]
    public void A_path_may_be_declared_once_per_method() => Assert.Equal(2, Clean("""
        {"version":3,"host":"h","endpoints":[
          {"endpoint":"/a/{x}","backend":{"url_pattern":"/"}},
          {"endpoint":"/a/{y}/b","method":"POST","backend":{"url_pattern":"/"}}]}
        """).Endpoints.Count);

    [Fact]
    [Spec("RTE-003")]
    public void An_unsupported_method_is_a_warning_and_the_endpoint_is_left_out()
    {
        var result = Load(OneEndpoint("\"method\":\"options\""));

        Assert.Empty(result.Config!.Endpoints);
        Assert.Contains("endpoints[0].method: Unsupported method OPTIONS;", result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("RTE-006")]
    public void A_missing_leading_slash_is_added_and_nothing_else()
    {
        var paths = Clean(Endpoints("foo", "/A//b", "/a//b", "")).Endpoints.Select(static e => e.Path);

        Assert.Equal(["/foo", "/A//b", "/a//b", "/"], paths);
    }

    [Theory]
    [Spec("RTE-007", "CFG-022", "CFG-019")]
    [InlineData("/__debug")]
    [InlineData("/__debug/x")]
    [InlineData("/__echo/{a}")]
    [InlineData("/__health")]
    [InlineData("/__stats/")]
    [InlineData("/__catchall/x")]
    public void Reserved_paths_are_refused(string path) =>
        Assert.Contains($"endpoints[0].endpoint: ignoring the 'GET {path}' endpoint, since it is invalid!!! (", Errors(Endpoints(path)), StringComparison.Ordinal);

    [Theory]
    [Spec("RTE-007", "CFG-022")]
    [InlineData("/__health", "\"health_path\": \"/ok\"")]
    [InlineData("/__health", "\"disable_health\": true")]
    [InlineData("/__debugger", "\"disable_health\": false")]
    [InlineData("/foo/__health", "\"disable_health\": false")]
    public void Reserved_paths_end_where_their_feature_does(string path, string router) =>
        Assert.Single(Clean(Endpoints(path).Replace("{\"version\":3,", $$$"""{"version":3,"extra_config":{"router":{ {{{router}}} }},""", StringComparison.Ordinal)).Endpoints);

    [Fact]
    [Spec("RTE-007")]
    public void A_renamed_health_path_is_taken() =>
        Assert.Contains("the path is that of the health endpoint", Errors(OneEndpoint(root: "\"extra_config\":{\"router\":{\"health_path\":\"/a\"}}")), StringComparison.Ordinal);

    [Theory]
    [Spec("RTE-008", "RTE-240", "RTE-024", "CFG-019")]
    [InlineData("/abc*", "a \\\"*\\\" may only stand")]
    [InlineData("/*", "the catch-all endpoint")]
    [InlineData("/*/a/*", "a \\\"*\\\" may only stand")]
    [InlineData("/v1/*/foo/*", "a \\\"*\\\" may only stand")]
    [InlineData("/v1/*/foo", "a \\\"*\\\" may only stand")]
    [InlineData("/{foo}/bar/*", "starts with a placeholder")]
    [InlineData("/{foo}/{bar}/*", "starts with a placeholder")]
    [InlineData("/a:b", "a colon is not allowed")]
    [InlineData("/a/:id", "a colon is not allowed")]
    public void Paths_that_cannot_be_served_are_refused(string path, string reason)
    {
        var error = Errors(Endpoints(path));

        Assert.Contains($"ignoring the 'GET {path}' endpoint, since it is invalid!!! (", error, StringComparison.Ordinal);
        Assert.Contains(reason.Replace("\\\"", "\"", StringComparison.Ordinal), error, StringComparison.Ordinal);
    }

    [Theory]
    [Spec("RTE-022", "RTE-023")]
    [InlineData("/user/{id}/x/{a-B_9}", false, "id a-B_9")]
    [InlineData("/v1/{service}/*", false, "service")]
    [InlineData("/{var}/*", false, "var")]
    [InlineData("/file.{ext}", false, "")]
    [InlineData("/{a}.json", false, "")]
    [InlineData("/foo/{var}/file.{extension}", true, "var extension")]
    [InlineData("/file.{ext}.json", true, "ext")]
    [InlineData("/{}/{a b}", true, "")]
    public void Placeholders(string path, bool disableRest, string expected)
    {
        var route = EndpointPath.Parse(path, disableRest);

        Assert.Null(route.Problem);
        Assert.Equal(expected, string.Join(' ', route.Parameters));
    }

    [Theory]
    [Spec("RTE-023")]
    [InlineData("/x.{a}/b")]
    [InlineData("/{a}.{b}")]
    [InlineData("/x.{a}/y.{b}")]
    public void Only_the_last_segment_may_hold_a_part_placeholder(string path) =>
        Assert.NotNull(EndpointPath.Parse(path, disableRest: true).Problem);

    [Fact]
    [Spec("RTE-022")]
    public void A_part_placeholder_is_literal_without_disable_rest()
    {
        var json = """{"version":3,"host":"h","endpoints":[{"endpoint":"/file.{ext}","backend":{"url_pattern":"/x.{ext}"}}]}""";

        Assert.Contains("undefined output param 'ext'! endpoint: GET /file.{ext}, backend: 0. input: [], output: [ext]", Errors(json), StringComparison.Ordinal);
        Assert.Contains("{ext} is taken literally", Warnings(json), StringComparison.Ordinal);
        Assert.Equal(["ext"], Clean(json.Replace("\"host\"", "\"disable_rest\":true,\"host\"", StringComparison.Ordinal)).Endpoints[0].ParameterNames);
    }

    [Theory]
    [Spec("RTE-009", "CFG-019")]
    [InlineData("\"backend\": []")]
    [InlineData("\"backend\": {}")]
    [InlineData("\"backend\": null")]
    [InlineData("\"method\": \"GET\"")]
    public void An_endpoint_needs_a_backend(string member) =>
        Assert.Contains("ignoring the 'GET /a' endpoint, since it has 0 backends defined!", Errors(Root($$$"""
            "endpoints": [{"endpoint": "/a", {{{member}}} }]
            """)), StringComparison.Ordinal);

    [Fact]
    public void An_endpoint_needs_a_path()
    {
        Assert.Contains("endpoints[0]: \"endpoint\" is required", Errors(Root("\"endpoints\": [{\"backend\": []}]")), StringComparison.Ordinal);
    }

    [Theory]
    [Spec("CFG-020", "RTE-005", "RTE-020", "RTE-241")]
    [InlineData("/a", "/a", "both have the same method and path")]
    [InlineData("a", "/a", "both have the same method and path")]
    [InlineData("/v/*", "/v/*", "both have the same method and path")]
    [InlineData("/user/{userid}", "/user/{iduser}/some", "the placeholders {iduser} and {userid} stand at the same position")]
    [InlineData("/v1/foo", "/v1/*", "the wildcard takes the path already")]
    [InlineData("/v1/*", "/v1/foo", "the wildcard takes the path already")]
    [InlineData("/v1/*", "/v1/", "the wildcard takes the path already")]
    [InlineData("/v1/*", "/v1/a/*", "the wildcard takes the path already")]
    public void Endpoints_that_collide_are_named_with_their_places(string first, string second, string reason)
    {
        var error = Errors(Endpoints(first, second));

        Assert.StartsWith("krakend.json:1:", error, StringComparison.Ordinal);
        Assert.Contains($"endpoints[1].endpoint: 'GET /{second.TrimStart('/')}' collides with 'GET /{first.TrimStart('/')}' at krakend.json:1:", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Static_and_placeholder_routes_stand_beside_each_other() =>
        Clean(Endpoints("/f/{a}/{b}", "/f/{a}/x", "/f/known/y", "/{f}/*", "/v1/{service}/*", "/v1", "/v2/*"));

    [Theory]
    [Spec("MAN-073", "MAN-058")]
    [InlineData("\"output_encoding\":\"jsn\"", "", "output_encoding: \"jsn\" is no output encoding, json is used; did you mean \"json\"? (json, fast-json,")]
    [InlineData("", "\"encoding\":\"jsn\"", "backend[0].encoding: \"jsn\" is no encoding, json is used; did you mean \"json\"? (json, safejson,")]
    [InlineData("", "\"encoding\":\"grpc\"", "with the namespace backend/grpc the encoding is not used")]
    public void An_unknown_encoding_is_json_with_a_warning(string endpoint, string backend, string expected)
    {
        var result = Load(OneEndpoint(endpoint, backend));

        Assert.Equal(("json", "json"), (result.Config!.Endpoints[0].OutputEncoding, result.Config.Endpoints[0].Backends[0].Encoding));
        Assert.Contains(expected, result.Findings(ConfigSeverity.Warning), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("RTE-140", "MAN-058")]
    public void A_no_op_endpoint_forces_its_backends()
    {
        Assert.Equal("no-op", Clean(OneEndpoint("\"output_encoding\":\"no-op\"", "\"encoding\":\"xml\"")).Endpoints[0].Backends[0].Encoding);
        Assert.Equal("no-op", Clean(OneEndpoint(backend: "\"encoding\":\"xml\"", root: "\"output_encoding\":\"no-op\"")).Endpoints[0].Backends[0].Encoding);
    }

    [Theory]
    [Spec("MAN-011", "RTE-141", "CFG-019")]
    [InlineData("", true)]
    [InlineData(",\"extra_config\":{\"proxy\":{\"shadow\":true}}", false)]
    public void A_no_op_endpoint_has_one_backend_beside_shadows(string second, bool isError)
    {
        var errors = Errors(Root($$$"""
            "host": "h", "endpoints": [{"endpoint": "/a", "output_encoding": "no-op", "backend": [{"url_pattern": "/"}, {"url_pattern": "/"{{{second}}} }]}]
            """));

        Assert.Equal(isError, errors.Contains("endpoints[0].backend: can not use NoOp encoding with more than one backends connected to the same endpoint", StringComparison.Ordinal));
    }

    [Fact]
    public void Shadows_alone_are_no_error_of_the_load()
    {
        var backend = Clean(OneEndpoint(backend: "\"extra_config\":{\"proxy\":{\"shadow\":true,\"shadow_timeout\":\"1s\"}}")).Endpoints[0].Backends[0];

        Assert.Equal((true, TimeSpan.FromSeconds(1)), (backend.Shadow, backend.ShadowTimeout));
    }

    [Fact]
    [Spec("RTE-079")]
    public void Header_names_are_canonical()
    {
        var endpoint = Clean(OneEndpoint("\"input_headers\":[\"x-SOME-thing\",\"X-Some-Thing\",\"a b\",\"*\"]", "\"input_headers\":[\"\",\"etag\"]")).Endpoints[0];

        Assert.Equal(["X-Some-Thing", "a b", "*"], endpoint.InputHeaders);
        Assert.Equal(["", "Etag"], endpoint.Backends[0].InputHeaders);
    }

    [Fact]
    [Spec("CFG-052")]
    public void Old_attribute_names_count_with_a_notice()
    {
        var json = OneEndpoint("\"headers_to_pass\":[\"x-a\"],\"querystring_params\":[\"q\"]", "\"whitelist\":[\"a\"],\"blacklist\":[\"b\"],\"deny\":[\"c\"]");

        var endpoint = Good(json).Endpoints[0];

        Assert.Equal(["X-A"], endpoint.InputHeaders);
        Assert.Equal(["q"], endpoint.InputQueryStrings);
        Assert.Equal(["a"], endpoint.Backends[0].Allow);
        Assert.Equal(["c"], endpoint.Backends[0].Deny);
        Assert.Equal(4, Notices(json).Split('\n').Length);
        Assert.Equal("", Warnings(json));
        Assert.Equal("/whitelist", Clean(Endpoints("/whitelist")).Endpoints[0].Path);
    }

    [Theory]
    [Spec("RTE-172")]
    [InlineData("\"sequential\":true", true)]
    [InlineData("\"strategy\":\"sequential\"", true)]
    [InlineData("\"strategy\":\"parallel\",\"sequential\":true", false)]
    [InlineData("\"strategy\":\"magic\",\"sequential\":true", false)]
    public void Sequential_proxies(string member, bool expected) =>
        Assert.Equal(expected, Good(OneEndpoint($$$"""
            "extra_config":{"proxy":{ {{{member}}} }}
            """)).Endpoints[0].Proxy.Sequential);

    [Fact]
    public void Propagated_parameters_follow_the_pattern()
    {
        var json = OneEndpoint("\"extra_config\":{\"proxy\":{\"sequential\":true,\"sequential_propagated_params\":[\"resp0\",\"resp1_a.b\",\"nope\"]}}");

        Assert.Equal(["resp0", "resp1_a.b"], Good(json).Endpoints[0].Proxy.SequentialPropagatedParams);
        Assert.Contains("\"nope\" is left out", Warnings(json), StringComparison.Ordinal);
    }

    [Fact]
    [Spec("MAN-055", "MAN-056")]
    public void Flatmap_operations_that_cannot_run_are_left_out_with_a_warning()
    {
        var json = OneEndpoint(backend: """
            "extra_config":{"proxy":{"flatmap_filter":[{"type":"move","args":["a"]},{"type":"mov","args":["a","b"]},{"type":"del","args":"x"},{"type":"append","args":["a","b","c"]},{"type":"del"}]}}
            """);

        var operations = Good(json).Endpoints[0].Backends[0].FlatmapFilter;

        Assert.Equal(["del x", "append a b"], operations.Select(static o => $"{o.Type} {string.Join(' ', o.Args)}"));
        Assert.Contains("flatmap_filter[0].args: \"move\" needs 2 arguments and has 1; the operation is left out", Warnings(json), StringComparison.Ordinal);
        Assert.Contains("flatmap_filter[1].type: \"mov\" is no type of operation, it is left out; did you mean \"move\"?", Warnings(json), StringComparison.Ordinal);
        Assert.Contains("flatmap_filter[4].args: \"del\" needs 1 argument and has 0", Warnings(json), StringComparison.Ordinal);
    }

    [Theory]
    [Spec("MAN-118")]
    [InlineData("""{"strategy":"errored","data":{"a":1}}""", "errored")]
    [InlineData("""{"data":{"a":1}}""", "always")]
    [InlineData("""{"strategy":"sometimes","data":{"a":1}}""", "always")]
    [InlineData("""{"strategy":"always"}""", null)]
    [InlineData("""{"strategy":"always","data":[1]}""", null)]
    public void Static_responses(string written, string? strategy) =>
        Assert.Equal(strategy, Good(OneEndpoint($$$"""
            "extra_config":{"proxy":{"static": {{{written}}} }}
            """)).Endpoints[0].Proxy.Static?.Strategy);

    [Fact]
    [Spec("MAN-117")]
    public void Static_data_on_a_no_op_endpoint_is_a_warning() =>
        Assert.Contains("extra_config.proxy.static: static data is not shown", Warnings(OneEndpoint("\"output_encoding\":\"no-op\",\"extra_config\":{\"proxy\":{\"static\":{\"data\":{\"a\":1}}}}")), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"rate_limit\":{}", "the protection is not active")]
    [InlineData("\"max_rate\":5", "qos/ratelimit/router; the protection is not active")]
    [InlineData("\"url_pattern\":\"/\"", "belongs to each backend")]
    public void Attributes_of_guides_are_explained(string member, string expected) =>
        Assert.Contains(expected, Warnings(OneEndpoint(member)), StringComparison.Ordinal);

    [Theory]
    [Spec("RTE-201", "CFG-015")]
    [InlineData("\"timeout\":\"3\"")]
    [InlineData("\"timeout\":\"-1s\"")]
    [InlineData("\"cache_ttl\":\"1d\"")]
    public void A_bad_duration_stops_the_load(string member) =>
        Assert.Contains("krakend.json:1:", Errors(OneEndpoint(member)), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"output_encoding\":\"yaml\"", "", "", "endpoints[0].output_encoding: no plugin provides the encoding \"yaml\"; install one")]
    [InlineData("", "\"encoding\":\"rss\"", "", "endpoints[0].backend[0].encoding: no plugin provides the encoding \"rss\"; install one")]
    [InlineData("", "\"sd\":\"dns-shared\"", "", "endpoints[0].backend[0].sd: no plugin provides the service discovery \"dns-shared\"; install one")]
    [InlineData("", "\"host\":[\"http://{JWT.x}\"],\"disable_host_sanitize\":true", "", "variables in a host are not supported yet")]
    [InlineData("", "\"url_pattern\":\"/{input_headers.X}\"", "", "headers and query strings of the request in a url_pattern are not supported yet")]
    [InlineData("", "\"url_pattern\":\"/?a={input_query_strings.q.1}\"", "", "are not supported yet")]
    [InlineData("\"extra_config\":{\"proxy\":{\"decompress_gzip\":true}}", "", "", "proxy.decompress_gzip: not supported yet")]
    [InlineData("", "", "\"output_encoding\":\"yaml\"", " output_encoding: no plugin provides")]
    [InlineData("\"endpoint\":\"/__catchall\"", "", "", "endpoints[0].endpoint: not supported yet by this version: the catch-all endpoint")]
    public void What_is_not_supported_yet_refuses(string endpoint, string backend, string root, string expected)
    {
        var errors = Errors(OneEndpoint(endpoint, backend, root));

        Assert.Contains(expected, errors, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', errors);
    }

    [Fact]
    public void Switched_off_or_empty_blocks_of_what_is_not_supported_yet_load() =>
        Clean(OneEndpoint("\"extra_config\":{\"proxy\":{\"decompress_gzip\":false}}", root: "\"async_agent\":[]"));

    [Fact]
    [Spec("CFG-017")]
    public void Five_thousand_endpoints_load()
    {
        var json = new StringBuilder("""{"version":3,"host":["http://h"],"endpoints":[""");
        for (var i = 0; i < 5_000; i++)
        {
            json.Append(i == 0 ? "" : ",").Append(System.Globalization.CultureInfo.InvariantCulture, $$$"""
                {"endpoint":"/group{{{i % 50}}}/item{{{i}}}/{id}","input_headers":["x-a","x-b"],"extra_config":{"auth/validator":{"alg":"RS256"}},
                 "backend":[{"url_pattern":"/x/{id}?q={id}","allow":["a","b"]},{"url_pattern":"/y","extra_config":{"proxy":{"shadow":true}} }]}
                """);
        }

        var config = Good(json.Append("]}").ToString());

        Assert.Equal(5_000, config.Endpoints.Count);
        Assert.Equal(4, config.Endpoints[^1].Backends[0].UrlPattern.Parts.Count);
    }
}
