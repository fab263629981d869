using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Client;
using KrakenPlugins.Grpc.Server;
using KrakenPlugins.Grpc.Services;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Micro;

/// <summary>
/// gRPC calls on a warm channel over a Unix socket, client and server in this process, beside a bare HTTP/2 exchange of the same bytes on the
/// same Kestrel and SocketsHttpHandler: what is left is ours.
/// </summary>
internal sealed class GrpcMicro : IHttpApplication<HttpContext>
{
    private const int Calls = 5_000;
    private const int Rounds = 12;

    private static readonly GrpcMethod<PooledPayload, PooledPayload> s_call = new(GrpcMethodKind.Unary, "micro.Echo", "Call", RawMarshaller.Pooled, RawMarshaller.Pooled);
    private static readonly GrpcMethod<ReadOnlySequence<byte>, ReadOnlySequence<byte>> s_served = new(GrpcMethodKind.Unary, "micro.Echo", "Call", RawMarshaller.Lent, RawMarshaller.Lent);
    private static readonly GrpcMethod<ReadOnlySequence<byte>, ReadOnlySequence<byte>> s_talk = new(GrpcMethodKind.Duplex, "micro.Echo", "Talk", RawMarshaller.Lent, RawMarshaller.Lent);

    private readonly GrpcServer _server = new GrpcServerBuilder()
        .Add(new HealthService())
        .Unary(s_served, static (bytes, _) => new(bytes))
        .Duplex(s_talk, static async (requests, responses, _) =>
        {
            while (await requests.ReadAsync().ConfigureAwait(false) is { HasMessage: true } read)
                await responses.WriteAsync(read.Message).ConfigureAwait(false);
            return GrpcStatus.Ok;
        })
        .Build();

    public static void Run() => new GrpcMicro().RunAsync().GetAwaiter().GetResult();

    public HttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        // As a hosted Kestrel does: a context lives as long as its stream's place.
        var context = contextFeatures is IHostContextContainer<HttpContext> { HostContext: DefaultHttpContext kept } ? kept : new DefaultHttpContext();
        if (contextFeatures is IHostContextContainer<HttpContext> container)
            container.HostContext = context;
        context.Initialize(contextFeatures);
        return context;
    }

    public void DisposeContext(HttpContext context, Exception? exception) => ((DefaultHttpContext)context).Uninitialize();

    public Task ProcessRequestAsync(HttpContext context) => context.Request.Path == "/bare" ? BareAsync(context) : _server.HandleAsync(context);

    private async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("micro");
        var socket = Path.Combine(folder.FullName, "s");
        var options = new KestrelServerOptions { AddServerHeader = false };
        _server.Options.ApplyTo(options.Limits);
        options.ListenUnixSocket(socket, static listen => listen.Protocols = HttpProtocols.Http2);
        using var kestrel = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        await kestrel.StartAsync(this, CancellationToken.None).ConfigureAwait(false);
        using (var channel = new GrpcChannel(new GrpcChannelOptions { Address = $"unix:{socket}" }))
        using (var bare = Bare(socket))
        {
            Console.WriteLine($"{"call",-44} {"us",7} {"bytes",7} {"1/s, 50 callers",16}");
            await PrintAsync("HTTP/2, 100 bytes each way, no gRPC", () => BareCallAsync(bare)).ConfigureAwait(false);
            using var small = PooledPayload.Copy(new ReadOnlySequence<byte>(new byte[100]));
            using var large = PooledPayload.Copy(new ReadOnlySequence<byte>(new byte[100_000]));
            await PrintAsync("unary, bytes, 100 each way", () => EchoAsync(channel, small)).ConfigureAwait(false);
            await PrintAsync("unary, bytes, 100, with a deadline", () => EchoAsync(channel, small, new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(5) })).ConfigureAwait(false);
            await PrintAsync("unary, typed (health check)", () => CheckAsync(channel)).ConfigureAwait(false);
            await PrintAsync("unary, bytes, 100,000 each way", () => EchoAsync(channel, large), Calls / 20).ConfigureAwait(false);
            await TalkAsync(channel).ConfigureAwait(false);
        }
        await kestrel.StopAsync(CancellationToken.None).ConfigureAwait(false);
        folder.Delete(recursive: true);
    }

    private static async Task TalkAsync(GrpcChannel channel)
    {
        var call = channel.Open(s_talk);
        await using (call.ConfigureAwait(false))
        {
            var message = new ReadOnlySequence<byte>(new byte[100]);
            await PrintAsync("message and answer on one stream, 100 bytes", async () =>
            {
                await call.WriteAsync(message).ConfigureAwait(false);
                return (await call.ReadAsync().ConfigureAwait(false)).HasMessage;
            }, callers: 1).ConfigureAwait(false);
        }
    }

    private static async Task<bool> EchoAsync(GrpcChannel channel, PooledPayload payload, GrpcCallOptions options = default)
    {
        var reply = await channel.CallAsync(s_call, payload, options).ConfigureAwait(false);
        reply.Message?.Dispose();
        return reply.Status.IsOk;
    }

    private static async Task<bool> CheckAsync(GrpcChannel channel) =>
        (await channel.CallAsync(HealthService.Check, "").ConfigureAwait(false)).Message == ServingStatus.Serving;

    private static async Task PrintAsync(string name, Func<Task<bool>> call, int calls = Calls, int callers = 50)
    {
        var (best, least) = (double.MaxValue, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            var (before, began) = (GC.GetTotalAllocatedBytes(true), Stopwatch.GetTimestamp());
            await LoopAsync(call, calls).ConfigureAwait(false);
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMicroseconds / calls);
            least = Math.Min(least, (double)(GC.GetTotalAllocatedBytes(true) - before) / calls);
        }
        var rate = 0.0;
        for (var round = 0; round < 3 && callers > 1; round++)
        {
            var began = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => LoopAsync(call, calls / 10)))).ConfigureAwait(false);
            rate = Math.Max(rate, callers * (calls / 10) / Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-44} {best,7:F1} {least,7:F0} {(rate > 0 ? rate.ToString("F0", CultureInfo.InvariantCulture) : ""),16}"));
    }

    private static async Task LoopAsync(Func<Task<bool>> call, int calls)
    {
        for (var i = 0; i < calls; i++)
        {
            if (!await call().ConfigureAwait(false))
                throw new InvalidOperationException("a call failed");
        }
    }

    private static HttpMessageInvoker Bare(string socket) => new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        UseCookies = false,
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var connection = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
            await connection.ConnectAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(socket), cancellationToken).ConfigureAwait(false);
            return new System.Net.Sockets.NetworkStream(connection, ownsSocket: true);
        },
    });

    private static readonly Uri s_bare = new("http://localhost/bare");
    private static readonly byte[] s_bytes = new byte[105];

    private static async Task<bool> BareCallAsync(HttpMessageInvoker invoker)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, s_bare)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(s_bytes),
        };
        using var response = await invoker.SendAsync(request, CancellationToken.None).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync().ConfigureAwait(false);
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        var (total, count) = (0, 0);
        while ((count = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            total += count;
        ArrayPool<byte>.Shared.Return(buffer);
        return total == s_bytes.Length && response.TrailingHeaders.NonValidated.Contains("end");
    }

    private static async Task BareAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        ReadResult result;
        while (!(result = await body.ReadAsync().ConfigureAwait(false)).IsCompleted)
            body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        await context.Response.StartAsync().ConfigureAwait(false);
        foreach (var part in result.Buffer)
            context.Response.BodyWriter.Write(part.Span);
        body.AdvanceTo(result.Buffer.End);
        context.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers["end"] = "0";
    }
}
