using KrakenPlugins.Revoker.Filters;
using KrakenPlugins.Revoker.Port;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Revoker.Server;

/// <summary>
/// Calls to gateways: at most so many at a time, each with its further attempts; who cannot be reached after them is dropped until it registers again
/// (AUT-090).
/// </summary>
internal sealed partial class Pushes(InstanceTable instances, byte[] key, int workers, int retries, ILogger logger, TimeProvider time, CancellationToken closing) : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _workers = new(workers);

    /// <summary>Calls all registered gateways; returns when each was reached or dropped.</summary>
    public Task AllAsync(Func<PortClient, Task> call) => Task.WhenAll(instances.All.Select(instance => ToAsync(instance, call)));

    /// <summary>Calls a registered gateway; <see langword="false"/> when it could not be reached and was dropped.</summary>
    public async Task<bool> ToAsync(Instance instance, Func<PortClient, Task> call)
    {
        if (await TryAsync(instance, call).ConfigureAwait(false) is not { } reason)
            return true;
        if (instances.Remove(instance))
            Log.Dropped(logger, instance.Name, reason);
        return false;
    }

    /// <summary>Calls a gateway; why it failed, or <see langword="null"/>.</summary>
    public async Task<string?> TryAsync(Instance instance, Func<PortClient, Task> call)
    {
        await _workers.WaitAsync(closing).ConfigureAwait(false);
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                var reason = await OnceAsync(instance, call).ConfigureAwait(false);
                if (reason is null || attempt >= retries)
                    return reason;
                await Task.Delay(s_pause, time, closing).ConfigureAwait(false);
            }
        }
        finally
        {
            _workers.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _workers.Dispose();

    private async Task<string?> OnceAsync(Instance instance, Func<PortClient, Task> call)
    {
        try
        {
            var client = await PortClient.ConnectAsync(instance.Address, key, time, closing).ConfigureAwait(false);
            await using (client.ConfigureAwait(false))
                await call(client).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException or PortException || (exception is OperationCanceledException && !closing.IsCancellationRequested))
        {
            return exception is OperationCanceledException ? "it took too long" : exception.Message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Revoker] {Instance} cannot be reached and is dropped until it registers again: {Reason}")]
        public static partial void Dropped(ILogger logger, string instance, string reason);
    }
}
