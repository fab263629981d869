using KrakenPlugins.Resp;
using KrakenPlugins.Sdk.Plugins;

namespace KrakenPlugins.RateLimit.Redis.Legacy;

/// <summary>The connection of a limit that names its server itself; kept over reloads that leave the server's name as it is.</summary>
internal sealed class PrivatePool(RespAddress address) : IAsyncDisposable
{
    private readonly RespClient _client = RespClient.Connect(address, new RespOptions { Name = address.ToString() });

    /// <summary>The connection.</summary>
    public IRedisPool Pool => _client;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
