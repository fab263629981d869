// The yardstick of tools/bench: the least a .NET process can do to pass a request to an upstream and its answer back.
//   passthrough AUTHORITY [PORT]      AUTHORITY is host:port of the upstream; PORT 0 or none picks a free one
using System.Net;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Passthrough;

if (args.Length is 0 or > 2)
{
    Console.Error.WriteLine("usage: passthrough AUTHORITY [PORT]");
    return 2;
}

var kestrel = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
kestrel.Listen(IPAddress.Loopback, args.Length == 2 ? int.Parse(args[1]) : 0);
var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
using var server = new KestrelServer(Options.Create(kestrel), sockets, NullLoggerFactory.Instance);
using var client = new HttpMessageInvoker(new SocketsHttpHandler
{
    UseProxy = false,
    UseCookies = false,
    AllowAutoRedirect = false,
    AutomaticDecompression = DecompressionMethods.None,
    ActivityHeadersPropagator = null,
    PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
});

await server.StartAsync(new Forwarder(client, args[0]), CancellationToken.None);
string address = server.Features.Get<IServerAddressesFeature>()!.Addresses.Single();
Console.WriteLine($"listening {new Uri(address).Port}");
await Task.Delay(Timeout.Infinite);
return 0;
