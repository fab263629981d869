using System.Text;
using System.Text.Json.Nodes;
using Gateway.Core.Json;
using KrakenPlugins.Sdk.Data;
using KrakenPlugins.Sdk.Proxy;
using Microsoft.AspNetCore.Http;
using JsonValue = System.Text.Json.Nodes.JsonValue;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>The request and the response that components are driven with; each call gets new ones.</summary>
internal sealed class Sample(JsonObject request, JsonObject response)
{
    private readonly byte[] _requestBody = Bytes(request["body"]);
    private readonly byte[] _responseBody = Bytes(response["body"] ?? response["data"] ?? new JsonObject { ["message"] = "hello" });

    /// <summary>Body of the response.</summary>
    public ReadOnlyMemory<byte> ResponseBody => _responseBody;

    private string Method => (Text(request, "method") ?? "GET").ToUpperInvariant();

    private string Url => Text(request, "url") is { Length: > 0 } url ? url : "/test";

    private int Status => response["status"]?.GetValue<int>() ?? 200;

    /// <summary>The request as pipelines see it.</summary>
    /// <param name="isAddressed">Whether host and target are set, as below a backend's stages.</param>
    public ProxyRequest Request(bool isAddressed)
    {
        var query = new NameValueList(ignoreCase: false);
        foreach (var (name, values) in Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(Url.Contains('?', StringComparison.Ordinal) ? Url[Url.IndexOf('?', StringComparison.Ordinal)..] : ""))
        {
            foreach (var value in values)
                query.Add(name, value ?? "");
        }
        return new()
        {
            Method = Method,
            Target = isAddressed ? Url : "",
            Host = isAddressed ? new BackendHost("http", "localhost", 8080) : null,
            Headers = List(request["headers"], ignoreCase: true),
            Query = query,
            Parameters = List(request["params"], ignoreCase: false),
            Body = RequestBody.Of(_requestBody),
            HttpContext = Exchange(),
        };
    }

    /// <summary>The response as pipelines see it: data when its body is a JSON object, otherwise raw.</summary>
    public ProxyResponse Response() => DataJson.TryParse(_responseBody, 100, out var node, out _) && node is DataObject data
        ? new() { Data = new TreePayload(data), IsComplete = true, StatusCode = Status }
        : new() { Raw = Raw(), IsComplete = true, StatusCode = Status };

    /// <summary>The response as a backend sends it.</summary>
    public StoredResponse Raw() => new(Status, List(response["headers"], ignoreCase: true), _responseBody);

    /// <summary>The exchange as HTTP components see it.</summary>
    public DefaultHttpContext Exchange()
    {
        var context = new DefaultHttpContext();
        var split = Url.IndexOf('?', StringComparison.Ordinal);
        context.Request.Method = Method;
        context.Request.Scheme = "http";
        context.Request.Host = new("localhost", 8080);
        context.Request.Path = split < 0 ? Url : Url[..split];
        context.Request.QueryString = new(split < 0 ? "" : Url[split..]);
        context.Request.Body = new MemoryStream(_requestBody, writable: false);
        context.Request.ContentLength = _requestBody.Length > 0 ? _requestBody.Length : null;
        foreach (var (name, value) in Members(request["headers"]))
            context.Request.Headers.Append(name, value);
        context.Response.Body = new MemoryStream();
        return context;
    }

    /// <summary>Answers an exchange with the response.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        foreach (var (name, value) in Members(response["headers"]))
            context.Response.Headers.Append(name, value);
        await context.Response.Body.WriteAsync(_responseBody, context.RequestAborted).ConfigureAwait(false);
    }

    private static NameValueList List(JsonNode? node, bool ignoreCase)
    {
        var list = new NameValueList(ignoreCase);
        foreach (var (name, value) in Members(node))
            list.Add(name, value);
        return list;
    }

    private static IEnumerable<(string Name, string Value)> Members(JsonNode? node)
    {
        foreach (var (name, value) in node as JsonObject ?? [])
        {
            if (value is not JsonArray several)
                yield return (name, value?.ToString() ?? "");
            else
                foreach (var one in several)
                    yield return (name, one?.ToString() ?? "");
        }
    }

    private static string? Text(JsonObject node, string name) => node[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    // A text is the body itself; anything else is the JSON that the body holds.
    private static byte[] Bytes(JsonNode? body) => body is null ? [] : Encoding.UTF8.GetBytes(body is JsonValue value && value.TryGetValue<string>(out var text) ? text : body.ToJsonString());
}

/// <summary>An answer of a backend from memory.</summary>
internal sealed class StoredResponse(int status, NameValueList headers, ReadOnlyMemory<byte> body) : ClientResponse
{
    private int _read;

    public override int StatusCode => status;

    public override long? ContentLength => body.Length;

    public override string? ContentEncoding => null;

    public override string? ContentType => headers.Get("Content-Type");

    public override NameValueList Headers => headers;

    public override string FinalUrl => "http://localhost:8080/test";

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var length = Math.Min(buffer.Length, body.Length - _read);
        body.Slice(_read, length).CopyTo(buffer);
        _read += length;
        return new(length);
    }

    protected override void Dispose(bool disposing)
    {
    }
}
