using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.IpFilter.Tests;

public sealed class ServiceTests
{
    private static readonly string s_folder = PluginFront.Folder("IpFilter", "ip-filter");

    [Fact]
    [Spec("TRF-136", "TRF-138", "TRF-140", "TRF-144")]
    public async Task A_refused_client_gets_403_on_every_path_and_is_logged()
    {
        await using var front = await StartAsync("""{"CIDR":["127.0.0.1"],"allow":false,"client_ip_headers":[]}""");

        foreach (var path in new[] { "/e", "/none", "/__health" })
        {
            var reply = await front.GetAsync(path);
            Assert.Equal((403, "", null, null), (reply.Status, reply.Body, reply.Header("Content-Type"), reply.Header("X-Krakend-Completed")));
            await front.Gateway.WaitForLogAsync($"[PLUGIN: ip-filter] blocking access to endpoint {path} from IP 127.0.0.1");
        }
        Assert.Matches("INFO.*blocking access", front.Gateway.Log);
        Assert.Empty(front.Upstream.Received);
    }

    [Theory]
    [Spec("TRF-138", "TRF-141")]
    [InlineData(true, "X-Forwarded-For: 10.1.1.1", 200)]
    [InlineData(true, "X-Forwarded-For: 11.1.1.1", 403)]
    [InlineData(false, "X-Forwarded-For: 10.1.1.1", 403)]
    [InlineData(false, "X-Forwarded-For: 11.1.1.1", 200)]
    [InlineData(false, "X-Forwarded-For: ::ffff:10.1.1.1", 403)]
    [InlineData(true, "X-Forwarded-For: 10.1.1.1, 9.9.9.9", 200)]
    [InlineData(true, "X-Forwarded-For: unknown|X-Real-IP: 10.1.1.1", 200)]
    [InlineData(true, "X-Forwarded-For: 9.9.9.9|X-Real-IP: 10.1.1.1", 403)]
    [InlineData(true, "X-Appengine-Remote-Addr: 10.1.1.1", 200)]
    [InlineData(true, "X-Other: 10.1.1.1", 403)]
    public async Task Without_trusted_proxies_the_first_header_with_an_address_decides(bool allow, string headers, int status)
    {
        await using var front = await StartAsync($$"""{"CIDR":["10.0.0.0/8"],"allow":{{(allow ? "true" : "false")}} }""");

        Assert.Equal(status, (await front.GetAsync("/e", headers.Split('|'))).Status);
    }

    [Theory]
    [Spec("TRF-141", "TRF-361")]
    [InlineData("X-Forwarded-For: 10.1.1.1, 192.168.0.7", 200)]
    [InlineData("X-Forwarded-For: 10.1.1.1, 9.9.9.9, 192.168.0.7", 403)]
    [InlineData("X-Forwarded-For: 10.1.1.1|X-Forwarded-For: 9.9.9.9", 403)]
    [InlineData("X-Forwarded-For: 9.9.9.9, 10.1.1.1", 200)]
    [InlineData("X-Forwarded-For: 10.1.1.1, x, 192.168.0.7", 403)]
    [InlineData("X-Forwarded-For: x|X-Real-IP: 10.1.1.1", 200)]
    [InlineData("X-Other: 10.1.1.1", 403)]
    public async Task With_trusted_proxies_the_first_address_from_the_right_that_is_none_of_them_decides(string headers, int status)
    {
        await using var front = await StartAsync("""{"CIDR":["10.0.0.0/8"],"allow":true,"trusted_proxies":["127.0.0.0/8","192.168.0.0/16"]}""");

        Assert.Equal(status, (await front.GetAsync("/e", headers.Split('|'))).Status);
        Assert.DoesNotContain("Without \"trusted_proxies\"", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Theory]
    [Spec("TRF-370", "TRF-361")]
    [InlineData("X-Forwarded-For: 10.1.1.1:51544", 403)]
    [InlineData("X-Forwarded-For: 9.9.9.9, [::ffff:10.1.1.1]:51544, 127.0.0.1:80", 403)]
    [InlineData("X-Forwarded-For: 10.1.1.1, 9.9.9.9:80", 200)]
    [InlineData("X-Forwarded-For: 10.1.1.1, fe80::1%eth0", 200)]
    public async Task A_proxy_that_writes_ports_lets_no_denied_client_in(string header, int status)
    {
        await using var front = await StartAsync("""{"CIDR":["10.0.0.0/8"],"allow":false,"trusted_proxies":["127.0.0.0/8"]}""");

        Assert.Equal(status, (await front.GetAsync("/e", header)).Status);
    }

    [Fact]
    [Spec("TRF-361")]
    public async Task Neither_Connection_nor_HTTP_2_nor_a_forged_log_line_gets_a_client_past()
    {
        await using var front = await StartAsync("""{"CIDR":["127.0.0.1"],"allow":false,"client_ip_headers":["X-Real-IP"],"trusted_proxies":["10.0.0.0/8"]}""", "\"use_h2c\":true,");

        Assert.StartsWith("HTTP/1.1 403", await front.SendRawAsync("GET /e HTTP/1.1", "Host: a", "X-Real-IP: 9.9.9.9", "Connection: X-Real-IP, X-Forwarded-For"), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/e%0D%0A%1B%5B31mINFO%20forged") { Version = new(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TryAddWithoutValidation("X-Real-IP", "9.9.9.9");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "9.9.9.9");
        using var response = await front.Gateway.Client.SendAsync(request);

        Assert.Equal((403, 2), ((int)response.StatusCode, response.Version.Major));
        await front.Gateway.WaitForLogAsync("INFO forged");
        Assert.DoesNotContain("\nINFO forged", front.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', front.Gateway.Log);
    }

    [Fact]
    [Spec("TRF-361")]
    public async Task A_peer_that_is_no_trusted_proxy_cannot_choose_its_address()
    {
        await using var front = await StartAsync("""{"CIDR":["10.0.0.0/8"],"allow":true,"trusted_proxies":["192.168.0.0/16"]}""");

        Assert.Equal(403, (await front.GetAsync("/e", "X-Forwarded-For: 10.1.1.1, 192.168.0.7", "X-Real-IP: 10.1.1.1")).Status);
        await front.Gateway.WaitForLogAsync("blocking access to endpoint /e from IP 127.0.0.1");
    }

    [Theory]
    [Spec("TRF-138")]
    [InlineData("""{"CIDR":["10.0.0.0/8"],"client_ip_headers":[]}""", 1)]
    [InlineData("""{"CIDR":["10.0.0.0/8"],"client_ip_headers":[],"allow":false}""", 0)]
    public async Task A_list_that_does_not_say_what_it_is_for_is_told(string settings, int warnings)
    {
        await using var front = await StartAsync(settings);

        Assert.Equal(warnings, front.Gateway.Diagnostics.All.Count(static d => d.Message.Contains("\"allow\" is absent", StringComparison.Ordinal)));
        Assert.Equal(200, (await front.GetAsync("/e")).Status);
    }

    [Theory]
    [Spec("TRF-141")]
    [InlineData("""{"CIDR":["10.0.0.0/8"],"allow":true}""", true)]
    [InlineData("""{"CIDR":["10.0.0.0/8"],"allow":true,"client_ip_headers":[]}""", false)]
    public async Task Headers_that_anybody_can_send_are_worth_a_warning(string settings, bool warns)
    {
        await using var front = await StartAsync(settings);

        if (warns)
            await front.Gateway.WaitForLogAsync("[PLUGIN: ip-filter] Without \"trusted_proxies\" clients choose");
        else
            Assert.DoesNotContain("Without \"trusted_proxies\"", front.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-136")]
    public async Task A_preflight_is_answered_before_the_filter_and_authentication_after_it()
    {
        await using var front = await PluginFront.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"security/cors":{"allow_origins":["https://a.example"]},
              "auth/api-keys":{"keys":[{"key":"k1","roles":["r"]}]},
              "plugin/http-server":{"name":["ip-filter"],"ip-filter":{"CIDR":["10.0.0.0/8"],"allow":true} } },
             "endpoints":[{"endpoint":"/e","extra_config":{"auth/api-keys":{"roles":["r"]} },"backend":[{"url_pattern":"/b"}]}]}
            """, null, s_folder, PluginFront.Folder("Cors", "cors"), PluginFront.Folder("ApiKeys", "api-keys"));

        var preflight = await front.SendAsync(HttpMethod.Options, "/e", "Origin: https://a.example", "Access-Control-Request-Method: GET");
        var refused = await front.GetAsync("/e", "Origin: https://a.example");
        var unknown = await front.GetAsync("/e", "X-Real-IP: 10.0.0.1");

        Assert.True(preflight.Status < 300);
        Assert.Equal((403, "https://a.example", 401), (refused.Status, refused.Header("Access-Control-Allow-Origin"), unknown.Status));
    }

    [Theory]
    [Spec("TRF-145")]
    [InlineData("""{"CIDR":["10.0.0.0/8","10.0.0.0/40"],"allow":true}""", ".CIDR[1]", "\"10.0.0.0/40\" is no block")]
    [InlineData("""{"CIDR":[],"allow":true,"trusted_proxies":["proxy"]}""", ".trusted_proxies[0]", "\"proxy\" is no block")]
    [InlineData("""{"allow":true}""", "", "CIDR")]
    [InlineData("""{"CIDR":["10.0.0.1"],"client_ip_headers":["X Y"]}""", ".client_ip_headers[0]", "\"X Y\" is no name")]
    public async Task What_cannot_be_built_refuses_the_start_at_both_places(string settings, string place, string reason)
    {
        var service = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(settings));
        var endpoint = await Assert.ThrowsAnyAsync<Exception>(() => EndpointTests.StartAsync(settings));

        Assert.All([service.Message, endpoint.Message], message => Assert.Contains(reason, message, StringComparison.Ordinal));
        Assert.Contains($"plugin/http-server.ip-filter{place}", service.Message, StringComparison.Ordinal);
        Assert.Contains($"plugin/req-resp-modifier.ip-filter{place}", endpoint.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-145")]
    public async Task A_filter_without_settings_refuses_the_start()
    {
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => PluginFront.StartAsync("""
            {"version":3,"extra_config":{"plugin/http-server":{"name":["ip-filter"]} },"endpoints":[{"endpoint":"/e","backend":[{"host":["http://127.0.0.1:81"],"url_pattern":"/b"}]}]}
            """, null, s_folder));

        Assert.Contains("\"ip-filter\" has no settings", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Spec("TRF-146")]
    public async Task The_last_name_sees_a_request_first()
    {
        await using var front = await PluginFront.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"extra_config":{"plugin/http-server":{"name":["ip-filter","basic-auth"],
              "ip-filter":{"CIDR":["127.0.0.1"],"allow":false,"client_ip_headers":[]},
              "basic-auth":{"endpoints":["/e"],"users":{"alice":"$2a$04$zVn7Rk9JVGnF2DTSwLtZqOBuXRUiGHzV9GcUAP7V.8sXoWY4cdnP2"} } } },
             "endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}]},{"endpoint":"/o","backend":[{"url_pattern":"/b"}]}]}
            """, null, s_folder, PluginFront.Folder("Basic", "basic"));

        Assert.Equal(401, (await front.GetAsync("/e")).Status);
        Assert.Equal(403, (await front.GetAsync("/o")).Status);
    }

    [Fact]
    [Spec("TRF-147")]
    public async Task The_old_name_and_a_folder_of_plugins_are_accepted()
    {
        await using var front = await PluginFront.StartAsync("""
            {"version":3,"plugin":{"pattern":".so","folder":"/opt/krakend/plugins/"},"host":["$UPSTREAM"],
             "extra_config":{"plugin/http-server":{"name":["krakend-ipfilter"],"krakend-ipfilter":{"CIDR":["127.0.0.1"],"allow":false,"client_ip_headers":[]} } },
             "endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}]}]}
            """, null, s_folder);

        Assert.Equal(403, (await front.GetAsync("/e")).Status);
    }

    private static Task<PluginFront> StartAsync(string settings, string root = "") => PluginFront.StartAsync($$"""
        {"version":3,{{root}}"host":["$UPSTREAM"],"extra_config":{"plugin/http-server":{"name":["ip-filter"],"ip-filter":{{settings}} } },
         "endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/b"}]}]}
        """, null, s_folder);
}
