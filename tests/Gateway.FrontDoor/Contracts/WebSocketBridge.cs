using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using KrakenPlugins.Sdk.Configuration;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.FrontDoor.Contracts;

/// <summary>A connection handler that bridges WebSockets, one upstream connection per client; enough to prove the contract.</summary>
internal sealed class WebSocketBridge(IConnectionContext endpoint) : IConnectionHandler
{
    public static IConnectionHandler Create(ConfigNode config, IConnectionContext context, ConfigDiagnostics diagnostics) => new WebSocketBridge(context);

    public async Task RunAsync(HttpContext context, CancellationToken closing)
    {
        var request = endpoint.CreateRequest(context);
        if (await endpoint.AddressAsync(request, 0) is { } error)
        {
            context.Response.StatusCode = error.StatusCode;
            return;
        }
        using var upstream = new ClientWebSocket();
        foreach (var header in request.Headers.Items.ToArray())
        {
            if (header.Key.StartsWith("X-", StringComparison.Ordinal))
                upstream.Options.SetRequestHeader(header.Key, header.Value);
        }
        var host = request.Host!;
        await upstream.ConnectAsync(new Uri($"{host.Scheme}://{host.Authority}{host.BasePath}{request.Target}"), context.RequestAborted);
        if (await Sockets.AcceptAsync(context) is not { } client)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }
        using (client)
        {
            using var broken = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            var pumps = Task.WhenAll(PumpAsync(client, upstream, broken), PumpAsync(upstream, client, broken));
            // The pumps go on and read what the client answers.
            if (await Task.WhenAny(pumps, Sockets.Fired(closing)) != pumps)
                await client.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "the gateway stops", broken.Token);
            await pumps;
        }
    }

    private static async Task PumpAsync(WebSocket from, WebSocket to, CancellationTokenSource broken)
    {
        try
        {
            await PumpAsync(from, to, broken.Token);
        }
        catch
        {
            await broken.CancelAsync();
            throw;
        }
    }

    private static async Task PumpAsync(WebSocket from, WebSocket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        while (true)
        {
            var message = await from.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (message.MessageType == WebSocketMessageType.Close)
            {
                if (to.State is WebSocketState.Open or WebSocketState.CloseReceived)
                    await to.CloseOutputAsync(from.CloseStatus ?? WebSocketCloseStatus.Empty, from.CloseStatusDescription, cancellationToken);
                return;
            }
            await to.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, cancellationToken);
        }
    }
}

/// <summary>The server's side of a WebSocket handshake, RFC 6455 section 4.2.2.</summary>
internal static class Sockets
{
    public static async Task<WebSocket?> AcceptAsync(HttpContext context)
    {
        var key = context.Request.Headers.SecWebSocketKey.ToString();
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade || key.Length == 0)
            return null;
        // The protocol's own hash; it protects nothing.
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.SecWebSocketAccept = accept;
        var stream = await upgrade.UpgradeAsync();
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
    }

    public static Task Fired(CancellationToken token)
    {
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(fired.SetResult);
        return fired.Task;
    }

    public static async Task<ClientWebSocket> ConnectAsync(int port, string target, string? token = "t")
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("X-User", "ann");
        if (token is not null)
            socket.Options.SetRequestHeader("Authorization", token);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}{target}"), Limit());
        return socket;
    }

    public static async Task<string> AskAsync(this WebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Limit());
        return await socket.ReceiveTextAsync();
    }

    public static async Task<string> ReceiveTextAsync(this WebSocket socket)
    {
        var buffer = new byte[4096];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), Limit());
        return received.MessageType == WebSocketMessageType.Close ? $"closed {(int?)socket.CloseStatus}" : Encoding.UTF8.GetString(buffer, 0, received.Count);
    }

    public static CancellationToken Limit() => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;
}
