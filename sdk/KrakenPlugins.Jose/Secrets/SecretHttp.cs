using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace KrakenPlugins.Jose;

/// <summary>Calls of key services while a configuration is loaded: blocking, bounded, and silent about what they carry.</summary>
internal sealed class SecretHttp(SecretSurroundings surroundings) : IDisposable
{
    private const int MaximumBytes = 256 << 10;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Proxy = new DirectLoopback(HttpClient.DefaultProxy),
        ConnectTimeout = TimeSpan.FromSeconds(3),
    })
    {
        Timeout = s_limit,
        MaxResponseContentBufferSize = MaximumBytes,
    };

    public SecretSurroundings Surroundings { get; } = surroundings;

    public void Dispose() => _client.Dispose();

    /// <summary>Sends a request and reads the answer as JSON.</summary>
    /// <param name="service">What the service is called in messages.</param>
    /// <param name="request">The request; disposed here.</param>
    /// <exception cref="JwkException">There is no answer, or none with a status of success, or no JSON object.</exception>
    public JsonElement Json(string service, HttpRequestMessage request)
    {
        try
        {
            using var document = JsonDocument.Parse(Text(service, request), new JsonDocumentOptions { MaxDepth = 16 });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : throw new JwkException($"{service} answered with something else than a JSON object");
        }
        catch (JsonException)
        {
            // The reader's message may quote the answer, which may be the secret.
            throw new JwkException($"{service} answered with something that is no JSON");
        }
    }

    /// <summary>Sends a request and gives the answer's text.</summary>
    public string Text(string service, HttpRequestMessage request)
    {
        using (request)
        {
            request.RequestUri = Surroundings.Locate(request.RequestUri!);
            try
            {
                using var response = _client.Send(request, HttpCompletionOption.ResponseContentRead);
                using var reader = new StreamReader(response.Content.ReadAsStream(), Encoding.UTF8);
                var text = reader.ReadToEnd();
                return response.StatusCode == HttpStatusCode.OK ? text : throw new JwkException($"{service} answered with status {(int)response.StatusCode}{ReasonOf(text)}");
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException)
            {
                throw new JwkException($"{service} cannot be asked: {exception.Message}");
            }
            catch (OperationCanceledException)
            {
                throw new JwkException($"{service} did not answer within {s_limit.TotalSeconds} s");
            }
        }
    }

    public static HttpRequestMessage Post(string url, string body, string type = "application/json")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Url(url)) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return request;
    }

    /// <summary>A form post (RFC 6749 appendix B).</summary>
    public static HttpRequestMessage Form(string url, params (string Name, string Value)[] fields) =>
        Post(url, string.Join('&', fields.Select(static field => $"{field.Name}={Uri.EscapeDataString(field.Value)}")), "application/x-www-form-urlencoded");

    public static HttpRequestMessage Get(string url) => new(HttpMethod.Get, Url(url));

    /// <summary>A text of an answer, by its path.</summary>
    public static string Member(string service, JsonElement answer, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty(name, out answer))
                throw new JwkException($"{service} answered without \"{name}\"");
        }
        return answer.ValueKind == JsonValueKind.String ? answer.GetString()! : throw new JwkException($"{service} answered without a text \"{path[^1]}\"");
    }

    private static Uri Url(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https" ? parsed : throw new JwkException("the address of a key service is no URL; expected https://host");

    /// <summary>The code of the fault, as services name it; never the rest of the answer.</summary>
    private static string ReasonOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            foreach (var name in (ReadOnlySpan<string>)["__type", "error", "status", "code"])
            {
                if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var code))
                {
                    if (code.ValueKind == JsonValueKind.Object && code.TryGetProperty(code.TryGetProperty("status", out _) ? "status" : "code", out var inner))
                        code = inner;
                    if (code.ValueKind == JsonValueKind.String)
                        return $" ({JwkMembers.Shown(code.GetString()!)})";
                }
            }
        }
        catch (JsonException)
        {
            // Then the status says all there is to say.
        }
        return "";
    }
}
