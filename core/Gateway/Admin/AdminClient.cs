using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Core.Configuration;

namespace Gateway.Admin;

/// <summary>Calls the admin listener of a gateway on this machine.</summary>
/// <param name="address">Where it listens.</param>
/// <param name="token">What it knows callers by.</param>
internal sealed class AdminClient(AdminAddress address, string token)
{
    // A reload waits for plugins that take their time, each step of one up to ten seconds.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private const int MostBytes = 64 << 20;

    /// <summary>
    /// The document of an answer with one of the statuses that the caller understands. Throws <see cref="AdminException"/> for any other, and when
    /// nobody answers.
    /// </summary>
    public async Task<(HttpStatusCode Status, JsonObject Document)> CallAsync(HttpMethod method, string path, params HttpStatusCode[] understood)
    {
        if (address.Socket is { } file && !File.Exists(file))
            throw new AdminException($"cannot call the gateway at {address}: there is no such socket");
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ConnectCallback = ConnectAsync };
        using var client = new HttpClient(handler) { Timeout = s_limit, MaxResponseContentBufferSize = MostBytes };
        using var request = new HttpRequestMessage(method, new Uri($"http://{address.Ip?.ToString() ?? "localhost"}{path}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await client.SendAsync(request).ConfigureAwait(false);
            var text = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
            var document = JsonNode.Parse(text) as JsonObject ?? throw new AdminException($"{address}: the answer is none of a gateway's");
            if (understood.Contains(response.StatusCode))
                return (response.StatusCode, document);
            throw new AdminException($"{address}: {(string?)document["error"] ?? $"status {(int)response.StatusCode}"}");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new AdminException($"{address}: the answer is none of a gateway's");
        }
        catch (HttpRequestException exception)
        {
            throw new AdminException($"cannot call the gateway at {address}: {exception.GetBaseException().Message}");
        }
        catch (TaskCanceledException)
        {
            throw new AdminException($"the gateway at {address} has not answered within {s_limit.TotalSeconds} s");
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        EndPoint endpoint = address.Socket is { } path ? new UnixDomainSocketEndPoint(path) : address.Ip!;
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
