using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server;

/// <summary>
/// Servers whose port another one has taken over, until their connections have ended. A connection that waits for its next request is
/// left alone for a while, because closing it might lose a request that is on its way; then it is closed.
/// </summary>
/// <param name="patience">How long connections without a request stay open.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Application log of the configuration that is current.</param>
internal sealed partial class LeavingServers(TimeSpan patience, TimeProvider time, Func<ILogger> logger) : IAsyncDisposable
{
    private readonly object _gate = new();
    private readonly List<Task> _tasks = [];
    private readonly List<GatewayServer> _servers = [];
    // Not disposed: they have no timer, and a stop that is still under way may cut once more.
    private readonly CancellationTokenSource _now = new();
    private readonly CancellationTokenSource _cut = new();

    /// <summary>Takes a server that gets no more connections; owned from here on.</summary>
    public void Add(GatewayServer server)
    {
        lock (_gate)
        {
            _tasks.RemoveAll(static task => task.IsCompleted);
            _servers.Add(server);
            _tasks.Add(EndAsync(server));
        }
    }

    /// <summary>Serves no more requests of those whom new settings may not let in.</summary>
    public void RefuseUnless(ListenerSettings settings)
    {
        lock (_gate)
        {
            foreach (var server in _servers.Where(server => !settings.AdmitsAllOf(server.Settings)))
                server.Refuse();
        }
    }

    /// <summary>Closes connections without a request at once, and returns when the last request has ended; cuts what is left when the token fires.</summary>
    public async Task StopAsync(CancellationToken cut)
    {
        await using var late = cut.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _cut).ConfigureAwait(false);
        await _now.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(All()).ConfigureAwait(false);
    }

    /// <summary>Cuts all of them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _cut.CancelAsync().ConfigureAwait(false);
        await _now.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(All()).ConfigureAwait(false);
    }

    private Task[] All()
    {
        lock (_gate)
            return [.. _tasks];
    }

    private async Task EndAsync(GatewayServer server)
    {
        try
        {
            await using (server.ConfigureAwait(false))
            {
                await server.LeaveAsync().ConfigureAwait(false);
                await Task.Delay(patience, time, _now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await server.StopAsync(_cut.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            Log.Failed(logger(), exception);
        }
        finally
        {
            lock (_gate)
                _servers.Remove(server);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "[SERVICE: Gin] A server whose port was taken over failed while it ended")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
