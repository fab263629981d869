using System.Net;

namespace KrakenPlugins.Grpc.Tests.Testing;

/// <summary>Requests as bytes over HTTP/2, so that a test can say what no client would.</summary>
internal sealed class WireCall : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler());

    /// <summary>Posts a body; headers as <c>name: value</c>.</summary>
    public async Task<WireAnswer> PostAsync(string address, string path, byte[] body, params string[] headers) =>
        await SendAsync(HttpMethod.Post, address, path, body, "application/grpc", headers);

    public async Task<WireAnswer> SendAsync(HttpMethod method, string address, string path, byte[] body, string contentType, params string[] headers)
    {
        using var request = new HttpRequestMessage(method, address + path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (method != HttpMethod.Get)
            request.Content = new ByteArrayContent(body) { Headers = { { "Content-Type", contentType } } };
        request.Headers.Add("te", "trailers");
        foreach (var header in headers)
            request.Headers.TryAddWithoutValidation(header[..header.IndexOf(": ", StringComparison.Ordinal)], header[(header.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
        using var response = await _client.SendAsync(request).InTime();
        var content = await response.Content.ReadAsByteArrayAsync().InTime();
        return new WireAnswer((int)response.StatusCode, content, Flat(response.Headers), Flat(response.TrailingHeaders));
    }

    public void Dispose() => _client.Dispose();

    private static Dictionary<string, string> Flat(System.Net.Http.Headers.HttpResponseHeaders headers) =>
        headers.ToDictionary(static header => header.Key, static header => string.Join('|', header.Value), StringComparer.OrdinalIgnoreCase);
}

/// <summary>What came back.</summary>
internal sealed record WireAnswer(int Http, byte[] Body, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Trailers)
{
    /// <summary>The status, wherever it stands.</summary>
    public int Status => int.Parse(Headers.GetValueOrDefault("grpc-status") ?? Trailers["grpc-status"]);

    public string? Message => Headers.GetValueOrDefault("grpc-message") ?? Trailers.GetValueOrDefault("grpc-message");
}
