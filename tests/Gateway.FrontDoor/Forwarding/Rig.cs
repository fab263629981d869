using System.Globalization;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace Gateway.FrontDoor.Forwarding;

/// <summary>
/// A gateway in front of one upstream that answers every path with <c>{"target":…}</c>, the request target that it received. Requests
/// go out as raw bytes, so that no client library normalises them.
/// </summary>
internal sealed class Rig : IAsyncDisposable
{
    private Rig(Upstream upstream, TestGateway gateway)
    {
        Upstream = upstream;
        Gateway = gateway;
    }

    public Upstream Upstream { get; }

    public TestGateway Gateway { get; }

    /// <summary>The last request that the upstream received.</summary>
    public ReceivedRequest Last => Upstream.Received[^1];

    /// <summary>A gateway with these endpoint objects; the upstream is the root <c>host</c>.</summary>
    /// <param name="endpoints">Objects of <c>endpoints</c>, separated by commas.</param>
    /// <param name="root">Further root members, without final comma.</param>
    /// <param name="options">How the gateway is started.</param>
    public static async Task<Rig> StartAsync(string endpoints, string root = "\"$comment\":0", TestGatewayOptions? options = null)
    {
        var upstream = await Upstream.StartAsync();
        upstream.OnAny(static async context =>
        {
            context.Response.ContentType = "application/json";
            var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
            var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { target });
            await context.Response.Body.WriteAsync(body);
        });
        try
        {
            var gateway = await TestGateway.StartAsync($$"""{"version":3,"host":["$UPSTREAM"],{{root}},"endpoints":[{{endpoints}}]}""", upstream.Host, options);
            return new Rig(upstream, gateway);
        }
        catch
        {
            await upstream.DisposeAsync();
            throw;
        }
    }

    /// <summary>The root member that sets router options.</summary>
    public static string Router(string options) => $"\"extra_config\":{{\"router\":{options}}}";

    /// <summary>Why a configuration with these endpoint objects does not load.</summary>
    public static async Task<string> RefusalAsync(string endpoints, string root = "\"$comment\":0")
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await (await StartAsync(endpoints, root)).DisposeAsync());
        return refusal.Message;
    }

    public Task<RawReply> GetAsync(string target, params string[] headers) => SendAsync("GET", target, headers);

    /// <summary>Sends a request on a connection of its own.</summary>
    /// <param name="method">Method.</param>
    /// <param name="target">Request target as it stands.</param>
    /// <param name="headers">Header lines without line end.</param>
    /// <param name="body">Body as it goes over the wire.</param>
    /// <param name="declare">Whether a body gets its <c>Content-Length</c>.</param>
    public async Task<RawReply> SendAsync(string method, string target, string[]? headers = null, string body = "", bool declare = true)
    {
        var lines = string.Concat((headers ?? []).Select(static h => h + "\r\n"));
        var length = body.Length > 0 && declare ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n") : "";
        var reply = await Gateway.SendRawAsync($"{method} {target} HTTP/1.1\r\nHost: gw.example:8000\r\nConnection: close\r\n{length}{lines}\r\n{body}", TimeSpan.FromSeconds(10));
        return RawReply.Parse(reply);
    }

    /// <summary>The target that the upstream received for a GET, which must succeed.</summary>
    public async Task<string> TargetOfAsync(string target, params string[] headers)
    {
        var reply = await GetAsync(target, headers);
        Assert.Equal(200, reply.Status);
        return Last.Target;
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}

/// <summary>A response as it came over the wire, its body without chunk framing.</summary>
internal sealed record RawReply(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    /// <summary>The value of a header, several joined by <c>", "</c>; <see langword="null"/> when absent.</summary>
    public string? this[string name]
    {
        get
        {
            var values = Headers.Where(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static h => h.Value).ToArray();
            return values.Length == 0 ? null : string.Join(", ", values);
        }
    }

    public static RawReply Parse(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        Assert.True(end > 0, $"no response: {text}");
        var lines = text[..end].Split("\r\n");
        var headers = lines.Skip(1).Select(static line => KeyValuePair.Create(line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()));
        var reply = new RawReply(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), [.. headers], text[(end + 4)..]);
        return reply["Transfer-Encoding"] is null ? reply : reply with { Body = WithoutChunks(reply.Body) };
    }

    private static string WithoutChunks(string text)
    {
        var body = new StringBuilder();
        while (true)
        {
            var line = text.IndexOf("\r\n", StringComparison.Ordinal);
            var size = int.Parse(text[..line], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (size == 0)
                return body.ToString();
            body.Append(text, line + 2, size);
            text = text[(line + 4 + size)..];
        }
    }
}
