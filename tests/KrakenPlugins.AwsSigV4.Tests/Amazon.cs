using System.Net;
using Gateway.Core;
using Gateway.Core.Plugins;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;

namespace KrakenPlugins.AwsSigV4.Tests;

/// <summary>A gateway with the plugin in front of a service, and a fake of what AWS hands credentials out with.</summary>
internal sealed class Amazon : IAsyncDisposable
{
    public const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    public static readonly Dictionary<string, string> Keys = new() { ["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE", ["AWS_SECRET_ACCESS_KEY"] = Secret };

    private Amazon(Upstream service, Upstream server)
    {
        Service = service;
        Server = server;
    }

    public Upstream Service { get; }

    /// <summary>Metadata, containers and the security token service.</summary>
    public Upstream Server { get; }

    public TestGateway Gateway { get; private set; } = null!;

    public ShiftedTime Time { get; } = new();

    public ReceivedRequest Last => Service.Received[^1];

    public static async Task<Amazon> StartAsync(
        Func<Amazon, Dictionary<string, string>> environment,
        string ns = """{"service":"execute-api","region":"us-east-1"}""",
        string endpoint = "\"endpoint\":\"/e\",",
        string backend = "\"url_pattern\":\"/b\",",
        Action<Amazon>? prepare = null,
        PluginRegistry? plugins = null,
        string root = "",
        string more = "",
        Limits? limits = null)
    {
        var amazon = new Amazon(await Upstream.StartAsync(), await Upstream.StartAsync());
        amazon.Service.OnAny(static context =>
        {
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync("{}");
        });
        prepare?.Invoke(amazon);
        var variables = environment(amazon);
        variables.TryAdd("HOME", "/does/not/exist");
        variables.TryAdd("AWS_EC2_METADATA_DISABLED", "true");
        plugins ??= new PluginRegistry();
        new AwsSigV4Plugin(name => variables.TryGetValue(name, out var value) ? value : null).Register(plugins);
        amazon.Gateway = await TestGateway.StartAsync(
            $$$"""{"version":3,{{{root}}}"host":["$UPSTREAM"],"endpoints":[{{{{endpoint}}}"backend":[{{{{backend}}}"extra_config":{{{{more}}}"auth/aws-sigv4":{{{ns}}}}}]}]}""",
            amazon.Service.Host,
            new() { Plugins = plugins, Time = amazon.Time, Limits = limits ?? new() });
        return amazon;
    }

    public async Task<HttpStatusCode> GetAsync(string path = "/e", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Gateway.Client.SendAsync(request);
        return response.StatusCode;
    }

    /// <summary>Credentials as metadata services and containers answer.</summary>
    public static string Document(string id, DateTimeOffset end) =>
        $$"""{"Code":"Success","AccessKeyId":"{{id}}","SecretAccessKey":"{{Secret}}","Token":"session-{{id}}","Expiration":"{{end:yyyy-MM-ddTHH:mm:ssZ}}"}""";

    public async ValueTask DisposeAsync()
    {
        if (Gateway is not null)
            await Gateway.DisposeAsync();
        await Service.DisposeAsync();
        await Server.DisposeAsync();
    }
}
