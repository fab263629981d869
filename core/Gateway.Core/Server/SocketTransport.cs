using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Core.Server;

/// <summary>
/// Kestrel's socket transport with the block pool that a hosted Kestrel has. Built by hand it takes its blocks from the framework's
/// shared pool, which keeps few of them: an answer of 100 KB then allocates as much (measured: 95 KB per request, almost nothing with the
/// block pool). The pool can only be had through the registration of a host, so one is made that does nothing else.
/// </summary>
internal static class SocketTransport
{
    /// <summary>A transport factory.</summary>
    /// <param name="backlog">Connections that may wait to be accepted.</param>
    /// <param name="bind">Makes the socket of an address, bound.</param>
    public static IConnectionListenerFactory Create(int backlog, Func<EndPoint, Socket> bind)
    {
        var services = new ServiceCollection();
        services.AddMetrics();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        new ServiceRegistration(services).UseKestrelCore();
        services.Configure<SocketTransportOptions>(options =>
        {
            options.Backlog = backlog;
            options.CreateBoundListenSocket = bind;
        });
        var provider = services.BuildServiceProvider();
        return new SocketTransportFactory(provider.GetRequiredService<IOptions<SocketTransportOptions>>(), NullLoggerFactory.Instance);
    }

    /// <summary>Takes a host's registrations and hosts nothing.</summary>
    private sealed class ServiceRegistration(IServiceCollection services) : IWebHostBuilder
    {
        public IWebHostBuilder ConfigureServices(Action<IServiceCollection> configureServices)
        {
            configureServices(services);
            return this;
        }

        public IWebHostBuilder ConfigureServices(Action<WebHostBuilderContext, IServiceCollection> configureServices)
        {
            configureServices(new WebHostBuilderContext(), services);
            return this;
        }

        public IWebHostBuilder ConfigureAppConfiguration(Action<WebHostBuilderContext, IConfigurationBuilder> configureDelegate) => this;
        public IWebHostBuilder UseSetting(string key, string? value) => this;
        public string? GetSetting(string key) => null;
#pragma warning disable ASPDEPR008 // Part of the interface; never called.
        public IWebHost Build() => throw new NotSupportedException("this builder only takes registrations");
#pragma warning restore ASPDEPR008
    }
}
