using System.Text.Json;
using Gateway.Testing;
using Xunit;

namespace KrakenPlugins.IpFilter.Tests;

public sealed class EndpointTests
{
    private const string Loopback = """{"CIDR":["127.0.0.1"],"allow":false}""";

    private static readonly string s_folder = PluginFront.Folder("IpFilter", "ip-filter");

    [Theory]
    [Spec("TRF-137", "TRF-140")]
    [InlineData("", 500)]
    [InlineData(""","extra_config":{"backend/http":{"return_error_code":true}}""", 403)]
    [InlineData(""","extra_config":{"backend/http":{"return_error_code":false}}""", 500)]
    public async Task A_refusal_is_a_failure_and_calls_no_backend(string backend, int status)
    {
        await using var front = await StartAsync(Loopback, backend: backend);

        var reply = await front.GetAsync("/e");

        Assert.Equal((status, "", "false"), (reply.Status, reply.Body, reply.Header("X-Krakend-Completed")));
        Assert.Equal(200, (await front.GetAsync("/open")).Status);
        Assert.Single(front.Upstream.Received);
        await front.Gateway.WaitForLogAsync("[PLUGIN: ip-filter] blocking access to endpoint /e from IP 127.0.0.1");
    }

    [Fact]
    [Spec("TRF-137")]
    public async Task Several_backends_give_500_and_static_data_masks_the_refusal()
    {
        await using var several = await StartAsync(Loopback, backend: ""","extra_config":{"backend/http":{"return_error_code":true}}},{"url_pattern":"/c" """);
        await using var masked = await StartAsync(Loopback, extra: ""","proxy":{"static":{"strategy":"errored","data":{"stub":1}}}""");

        Assert.Equal(500, (await several.GetAsync("/e")).Status);
        var reply = await masked.GetAsync("/e");
        Assert.Equal((200, """{"stub":1}""", "false"), (reply.Status, reply.Body, reply.Header("X-Krakend-Completed")));
        Assert.Empty(masked.Upstream.Received);
    }

    [Theory]
    [Spec("TRF-138", "TRF-142")]
    [InlineData("", "", "X-Forwarded-For: 10.0.0.1", 500)]
    [InlineData("", "", "X-Real-IP: 10.0.0.1", 500)]
    [InlineData("", ""","input_headers":["X-Real-IP","X-Forwarded-For"]""", "X-Real-IP: 10.0.0.1", 500)]
    [InlineData(""","client_ip_headers":["X-Real-IP"]""", "", "X-Real-IP: 10.0.0.1", 500)]
    [InlineData(""","client_ip_headers":["X-Real-IP"]""", ""","input_headers":["X-Real-IP"]""", "X-Real-IP: 10.0.0.1", 200)]
    [InlineData(""","client_ip_headers":["X-Real-IP"],"trusted_proxies":["10.9.9.9"]""", ""","input_headers":["X-Real-IP"]""", "X-Real-IP: 10.0.0.1", 500)]
    [InlineData(""","client_ip_headers":["X-Real-IP"],"trusted_proxies":["127.0.0.1"]""", ""","input_headers":["X-Real-IP"]""", "X-Real-IP: 10.0.0.1, 127.0.0.1", 200)]
    public async Task The_gateways_own_address_counts_and_other_headers_only_when_they_are_let_through(string settings, string endpoint, string header, int status)
    {
        await using var front = await StartAsync($$"""{"CIDR":["10.0.0.0/8"],"allow":true{{settings}} }""", endpoint);

        Assert.Equal(status, (await front.GetAsync("/e", header)).Status);
    }

    [Fact]
    [Spec("TRF-142")]
    public async Task Behind_trusted_proxies_of_the_router_the_address_is_the_clients()
    {
        await using var front = await StartAsync("""{"CIDR":["10.0.0.0/8"],"allow":true}""", service: "\"router\":{\"forwarded_by_client_ip\":true,\"trusted_proxies\":[\"127.0.0.0/8\"]}");

        Assert.Equal(200, (await front.GetAsync("/e", "X-Forwarded-For: 10.0.0.1")).Status);
        Assert.Equal(500, (await front.GetAsync("/e", "X-Forwarded-For: 10.0.0.1, 11.0.0.1")).Status);
    }

    [Fact]
    [Spec("TRF-143")]
    public async Task Both_places_have_to_let_a_client_in()
    {
        const string Both = "\"plugin/http-server\":{\"name\":[\"ip-filter\"],\"ip-filter\":{\"CIDR\":[\"10.0.0.0/8\",\"127.0.0.1\"],\"allow\":true}},\"router\":{\"forwarded_by_client_ip\":true,\"trusted_proxies\":[\"127.0.0.1\"]}";
        await using var front = await StartAsync("""{"CIDR":["10.1.0.0/16"],"allow":false}""", service: Both);

        var statuses = new List<int>();
        foreach (var address in new[] { "11.0.0.1", "10.1.0.1", "10.2.0.1" })
            statuses.Add((await front.GetAsync("/e", $"X-Forwarded-For: {address}")).Status);

        Assert.Equal([403, 500, 200], statuses);
    }

    [Theory]
    [Spec("TRF-139")]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_client_without_address_passes_unless_only_those_listed_do(bool allow, bool passes)
    {
        await using var host = Sdk.Testing.PluginTestHost.Create<IpFilterPlugin>();
        var modifier = host.RequestModifier(IpFilterPlugin.Name, $$"""{"ip-filter":{"CIDR":["0.0.0.0/0","::/0"],"allow":{{(allow ? "true" : "false")}} } }""");
        var request = new Sdk.Proxy.ProxyRequest
        {
            Method = "GET",
            Headers = new(ignoreCase: true),
            Query = new(ignoreCase: false),
            Parameters = new(ignoreCase: false),
            Body = Sdk.Proxy.RequestBody.Empty,
        };
        request.Headers.Add("X-Forwarded-For", "somebody");

        Assert.Equal(passes, await modifier.ModifyAsync(request, CancellationToken.None) is null);
    }

    [Fact]
    [Spec("TRF-137")]
    public async Task A_backend_may_have_a_filter_too()
    {
        await using var front = await PluginFront.StartAsync($$"""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e","backend":[{"url_pattern":"/a"},
              {"url_pattern":"/b","extra_config":{"plugin/req-resp-modifier":{"name":["ip-filter"],"ip-filter":{{Loopback}} } } }]}]}
            """, null, s_folder);

        var reply = await front.GetAsync("/e");

        Assert.Equal((200, "false"), (reply.Status, reply.Header("X-Krakend-Completed")));
        Assert.Equal("/a", Assert.Single(front.Upstream.Received).Target);
    }

    [Theory]
    [Spec("TRF-370", "TRF-142")]
    [InlineData("\"X-A\"")]
    [InlineData("")]
    public async Task A_backend_that_gets_no_address_is_filtered_all_the_same(string headers)
    {
        await using var front = await PluginFront.StartAsync($$"""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e","input_headers":["X-A"],"backend":[
              {"url_pattern":"/b","input_headers":[{{headers}}],"extra_config":{"plugin/req-resp-modifier":{"name":["ip-filter"],"ip-filter":{{Loopback}} } } }]}]}
            """, null, s_folder);

        Assert.Equal(500, (await front.GetAsync("/e", "X-A: 1", "Connection: X-Forwarded-For")).Status);
        Assert.Empty(front.Upstream.Received);
    }

    [Fact]
    [Spec("TRF-146")]
    public async Task Modifiers_run_in_the_order_of_their_names()
    {
        await using var front = await PluginFront.StartAsync("""
            {"version":3,"host":["$UPSTREAM"],"endpoints":[{"endpoint":"/e","input_headers":["X-Real-IP"],"backend":[{"url_pattern":"/a"}],
              "extra_config":{"plugin/req-resp-modifier":{"name":["set-address","ip-filter"],"ip-filter":{"CIDR":["10.0.0.1"],"allow":true,"client_ip_headers":["X-Real-IP"]} } } }]}
            """, new() { Plugins = SettingAddress() }, s_folder);

        Assert.Equal(200, (await front.GetAsync("/e", "X-Real-IP: 9.9.9.9")).Status);
    }

    [Fact]
    public async Task The_readmes_example_works_and_is_valid()
    {
        await using var front = await PluginFront.StartAsync(PluginFront.ReadmeExample(s_folder), null, s_folder);

        Assert.Equal(404, (await front.GetAsync("/none")).Status);
        var schema = JsonSchema.JsonSchema.Compile(JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(s_folder, "ip-filter.schema.json"))).RootElement);
        Assert.Empty(schema.Validate(JsonDocument.Parse("""{"CIDR":["::1","10.0.0.0/8"],"allow":true,"@c":1}""").RootElement));
        Assert.NotEmpty(schema.Validate(JsonDocument.Parse("""{"CIDR":["nowhere"],"allow":true}""").RootElement));
        Assert.NotEmpty(schema.Validate(JsonDocument.Parse("""{"CIDR":["::1"]}""").RootElement));
    }

    internal static Task<PluginFront> StartAsync(string settings, string endpoint = "", string backend = "", string extra = "", string service = "") => PluginFront.StartAsync($$"""
        {"version":3,"host":["$UPSTREAM"],"extra_config":{ {{service}} },"endpoints":[
          {"endpoint":"/e","extra_config":{"plugin/req-resp-modifier":{"name":["ip-filter"],"ip-filter":{{settings}} } {{extra}} } {{endpoint}},"backend":[{"url_pattern":"/b" {{backend}} }]},
          {"endpoint":"/open","backend":[{"url_pattern":"/b"}]} ]}
        """, null, s_folder);

    private static Gateway.Core.Plugins.PluginRegistry SettingAddress()
    {
        var registry = new Gateway.Core.Plugins.PluginRegistry();
        registry.RequestModifier("set-address", static (_, _, _) => new AddressSetter());
        return registry;
    }

    private sealed class AddressSetter : Sdk.Plugins.IRequestModifier
    {
        public ValueTask<Sdk.Proxy.GatewayError?> ModifyAsync(Sdk.Proxy.ProxyRequest request, CancellationToken cancellationToken)
        {
            request.Headers.Set("X-Real-IP", "10.0.0.1");
            return default;
        }
    }
}
