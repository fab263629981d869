using System.Net.Http.Headers;
using Gateway.Testing;

namespace Gateway.FrontDoor.Backends;

/// <summary>What a client sees of an answer, read to its end.</summary>
internal sealed record Reply(int Status, string Body, HttpResponseHeaders Headers, HttpContentHeaders Content)
{
    /// <summary><c>X-Krakend-Completed</c>, or <see langword="null"/>.</summary>
    public string? Completed => Header("X-Krakend-Completed");

    /// <summary>Values of a header joined with a bar; <see langword="null"/> when absent.</summary>
    public string? Header(string name) =>
        Headers.TryGetValues(name, out var values) || Content.TryGetValues(name, out values) ? string.Join(" | ", values) : null;
}

internal static class TestGatewayReplies
{
    /// <summary>Gets a path.</summary>
    public static Task<Reply> GetAsync(this TestGateway gateway, string path) => gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Posts a text to a path.</summary>
    public static Task<Reply> PostAsync(this TestGateway gateway, string path, string body) =>
        gateway.SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body) });

    /// <summary>Sends a request.</summary>
    public static async Task<Reply> SendAsync(this TestGateway gateway, HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await gateway.Client.SendAsync(request);
            return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
        }
    }
}
