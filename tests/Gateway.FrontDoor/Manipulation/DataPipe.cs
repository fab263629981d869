using System.Net.Http.Headers;
using System.Text;
using Gateway.Testing;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Gateway.FrontDoor.Manipulation;

/// <summary>A gateway and the upstream behind it, for one test.</summary>
internal sealed class DataPipe : IAsyncDisposable
{
    private DataPipe(Upstream upstream, TestGateway gateway)
    {
        Upstream = upstream;
        Gateway = gateway;
    }

    public Upstream Upstream { get; }

    public TestGateway Gateway { get; }

    /// <summary>Starts both; the answers must be there before the configuration is.</summary>
    public static async Task<DataPipe> StartAsync(string json, Action<Upstream> answers, TestGatewayOptions? options = null)
    {
        var upstream = await Upstream.StartAsync();
        answers(upstream);
        try
        {
            return new DataPipe(upstream, await TestGateway.StartAsync(json, upstream.Host, options));
        }
        catch
        {
            await upstream.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// What a client of <c>GET /x</c> sees when the only backend answers with a body.
    /// </summary>
    /// <param name="body">The backend's answer.</param>
    /// <param name="backend">Attributes of the backend, as JSON members.</param>
    /// <param name="endpoint">Attributes of the endpoint.</param>
    /// <param name="root">Attributes of the root; its default shows the texts of errors.</param>
    /// <param name="accept">The client's <c>Accept</c>.</param>
    /// <param name="status">The backend's status.</param>
    public static Task<Answer> OneAsync(
        string body, string backend = "", string endpoint = "", string root = ShowErrors, string? accept = null, int status = 200) =>
        OneAsync(Encoding.UTF8.GetBytes(body), backend, endpoint, root, accept, status);

    /// <inheritdoc cref="OneAsync(string, string, string, string, string?, int)"/>
    public static async Task<Answer> OneAsync(
        byte[] body, string backend = "", string endpoint = "", string root = ShowErrors, string? accept = null, int status = 200)
    {
        await using var pipe = await StartAsync(One(backend, endpoint, root), upstream => upstream.On("/b", Bytes(body, status)));
        return await pipe.GetAsync("/x", accept is null ? [] : [("Accept", accept)]);
    }

    /// <summary>A configuration with one endpoint, <c>/x</c>, and one backend, <c>/b</c>.</summary>
    public static string One(string backend = "", string endpoint = "", string root = ShowErrors) =>
        $$"""{"version":3{{After(root)}},"endpoints":[{"endpoint":"/x"{{After(endpoint)}},"backend":[{"host":["$UPSTREAM"],"url_pattern":"/b"{{After(backend)}}}]}]}""";

    /// <summary>A configuration with one endpoint, <c>/x</c>, and backends <c>/b0</c>, <c>/b1</c>, … with these attributes.</summary>
    public static string Many(string endpoint, params string[] backends) =>
        $$"""{"version":3,{{ShowErrors}},"endpoints":[{"endpoint":"/x"{{After(endpoint)}},"backend":[{{string.Join(',', backends.Select(static (b, i) => $$"""{"host":["$UPSTREAM"],"url_pattern":"/b{{i}}"{{After(b)}}}"""))}}]}]}""";

    public const string ShowErrors = """
        "extra_config":{"router":{"return_error_msg":true}}
        """;

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), headers);

    public async Task<Answer> SendAsync(HttpRequestMessage request, params (string Name, string Value)[] headers)
    {
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Gateway.Client.SendAsync(request);
        return new Answer((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), response.Headers, response.Content.Headers);
    }

    /// <summary>A handler that answers with these bytes.</summary>
    public static Func<HttpContext, Task> Bytes(byte[] body, int status = 200, string contentType = "application/json", string? contentEncoding = null) =>
        async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            if (contentEncoding is not null)
                context.Response.Headers.ContentEncoding = contentEncoding;
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body);
        };

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    private static string After(string attributes) => attributes.Length == 0 ? "" : "," + attributes;
}

/// <summary>What a client received.</summary>
internal sealed record Answer(int Status, byte[] Bytes, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    public string Body => Encoding.UTF8.GetString(Bytes);

    public string? Completed => Header("X-Krakend-Completed");

    public string? CacheControl => Header("Cache-Control");

    public string? ContentType => Header("Content-Type");

    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || ContentHeaders.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    /// <summary>A rendered JSON document, with its status, media type and completeness.</summary>
    public void IsData(string body, bool completed = true)
    {
        Assert.Equal(body, Body);
        Assert.Equal(200, Status);
        Assert.Equal("application/json; charset=utf-8", ContentType);
        Assert.Equal(completed ? "true" : "false", Completed);
        Assert.Equal(Bytes.Length, ContentHeaders.ContentLength);
    }

    /// <summary>A text of <c>output_encoding: string</c>.</summary>
    public void HasText(string text)
    {
        Assert.Equal(text, Body);
        Assert.Equal(200, Status);
        Assert.Equal("text/plain; charset=utf-8", ContentType);
    }

    /// <summary>A rendered XML document.</summary>
    public void HasXml(string document)
    {
        Assert.Equal(document, Body);
        Assert.Equal(200, Status);
        Assert.Equal("application/xml", ContentType);
    }

    /// <summary>An error of the gateway with a text, or with an empty body.</summary>
    public void IsError(string body, int status = 500)
    {
        Assert.Equal(body, Body);
        Assert.Equal(status, Status);
        Assert.Equal(body.Length == 0 ? null : "text/plain; charset=utf-8", ContentType);
        Assert.Equal("false", Completed);
        Assert.Null(CacheControl);
    }
}
