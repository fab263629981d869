using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using KrakenPlugins.Grpc;
using KrakenPlugins.Grpc.Server;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.FaultySidecar;

/// <summary>The process: its server, its signals, its end.</summary>
internal sealed class FaultyProcess(Greeting greeting, Manifest manifest, ProcessFaults faults) : IHttpApplication<HttpContext>
{
    private const int MostBytes = 512 << 20;

    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RunningCalls _running = new();
    private RequestDelegate _handle = static _ => Task.CompletedTask;

    public async Task<int> RunAsync()
    {
        if (faults.Start == "exit")
            return 7;
        StartChildren();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnTerm);
        new Thread(WatchInput) { IsBackground = true }.Start();
        await Task.Delay(faults.StartDelayMs);
        if (faults.Start == "no-socket")
            return await UntilEndAsync();
        if (faults.Start == "silent-socket")
        {
            using var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            silent.Bind(new UnixDomainSocketEndPoint(greeting.Socket));
            silent.Listen();
            return await UntilEndAsync();
        }
        var wire = new Wire();
        if (faults.Start is "garbage" or "half-frame")
            wire.Spoil(faults.Start == "garbage" ? WireFault.Garbage : WireFault.HalfFrame);
        using var server = await ListenAsync(wire);
        var status = await UntilEndAsync();
        await _running.UntilNoneAsync();
        using var late = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await server.StopAsync(late.Token);
        return status;
    }

    private async Task<KestrelServer> ListenAsync(Wire wire)
    {
        var limits = new GrpcServerOptions { Limits = new() { MaxReceivedMessage = MostBytes, MaxSentMessage = MostBytes } };
        var service = new FaultyService(greeting.Secret, manifest, faults, wire, _running, () => _end.TrySetResult());
        _handle = new GrpcServerBuilder().Add(service).Build(limits).HandleAsync;
        var options = new KestrelServerOptions { AddServerHeader = false };
        limits.ApplyTo(options.Limits);
        options.ListenUnixSocket(greeting.Socket, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next => context => wire.RunAsync(context, next));
        });
        var server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        await server.StartAsync(this, CancellationToken.None);
        return server;
    }

    private async Task<int> UntilEndAsync()
    {
        await _end.Task;
        return 0;
    }

    private void StartChildren()
    {
        for (var i = 0; i < faults.Children; i++)
        {
            using var child = Process.Start("/usr/bin/sleep", "1000");
        }
    }

    private void OnTerm(PosixSignalContext context)
    {
        context.Cancel = true;
        if (!faults.IgnoresTerm)
            _end.TrySetResult();
    }

    private void WatchInput()
    {
        while (Console.In.ReadLine() is not null)
        {
        }
        if (!faults.IgnoresInputEnd)
            Native.Exit(0);
    }

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(HttpContext context) => _handle(context);
}
