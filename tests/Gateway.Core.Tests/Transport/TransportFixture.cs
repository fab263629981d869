using System.IO.Pipelines;
using System.Text;
using Gateway.Core.Configuration;
using Gateway.Core.Transport;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Gateway.Core.Tests.Transport;

/// <summary>A transport and short ways to call through it.</summary>
internal sealed class TransportFixture : IDisposable
{
    public const string Agent = "KrakenD Version 2.9.0";
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    public TransportFixture(TransportConfig? config = null, ProxyEnvironment? proxies = null, TransportLimits? limits = null, TimeProvider? time = null)
    {
        Transport = new HttpTransport(config ?? new(), Agent, NullLogger.Instance, time ?? TimeProvider.System, proxies ?? ProxyEnvironment.None, limits ?? TransportLimits.Default);
        Handler = Transport.CreateHandler(new BackendHttpClientConfig());
    }

    public HttpTransport Transport { get; }

    public ClientHandler Handler { get; set; }

    public static BackendHost Host(string url) => HostParser.TryParse(url, out var host) ? host : throw new ArgumentException(url);

    public static ProxyRequest Request(string url, string method = "GET", string target = "/", params (string Name, string Value)[] headers)
    {
        var list = new NameValueList(ignoreCase: true);
        foreach (var (name, value) in headers)
            list.Add(name, value);
        return new ProxyRequest
        {
            Method = method,
            Target = target,
            Host = Host(url),
            Headers = list,
            Query = new NameValueList(false),
            Parameters = new NameValueList(false),
            Body = RequestBody.Empty,
        };
    }

    public static RequestBody Body(string text) => RequestBody.Of(Encoding.UTF8.GetBytes(text));

    public static RequestBody Streaming(Pipe pipe, long? length) => RequestBody.Streaming(pipe.Reader, length, 1 << 20);

    public async Task<ClientResult> SendAsync(ProxyRequest request, CancellationToken cancellationToken = default) =>
        await Handler(request, cancellationToken).AsTask().WaitAsync(Deadline);

    public Task<ClientResult> GetAsync(string url, string target = "/", params (string Name, string Value)[] headers) =>
        SendAsync(Request(url, "GET", target, headers));

    /// <summary>Sends, expects an answer, reads its body and disposes it.</summary>
    public async Task<string> TextAsync(ProxyRequest request)
    {
        var result = await SendAsync(request);
        Assert.Null(result.Error);
        using var response = result.Response!;
        return await TextAsync(response);
    }

    public Task<string> GetTextAsync(string url, string target = "/") => TextAsync(Request(url, "GET", target));

    public static async Task<string> TextAsync(ClientResponse response)
    {
        using var bytes = await response.ReadAllAsync(64 << 20, CancellationToken.None).AsTask().WaitAsync(Deadline);
        return Encoding.Latin1.GetString(bytes.Span);
    }

    public async Task<GatewayError> ErrorAsync(ProxyRequest request, CancellationToken cancellationToken = default)
    {
        var result = await SendAsync(request, cancellationToken);
        Assert.Null(result.Response);
        return result.Error!;
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        while (!condition())
            await Task.Delay(5, deadline.Token);
    }

    public void Dispose() => Transport.Dispose();
}
