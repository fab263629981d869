using Gateway.Core.Configuration;
using Microsoft.Extensions.Logging;

namespace Gateway.Admin;

/// <summary>
/// The admin listener of a running gateway, which a reload may add, move or take away. That of the command line wins over the
/// configuration's and stays.
/// </summary>
/// <param name="fixedConfig">The listener of the command line, or <see langword="null"/>.</param>
/// <param name="logger">Application log.</param>
internal sealed partial class AdminListener(AdminConfig? fixedConfig, Func<ILogger> logger) : IAsyncDisposable
{
    private readonly List<Task> _ending = [];
    private AdminServer? _server;

    /// <summary>What it does for its callers; set before the first <see cref="PrepareAsync"/>.</summary>
    public AdminActions Actions { get; set; } = null!;

    /// <summary>Where it listens, or <see langword="null"/>.</summary>
    public AdminAddress? Address => _server?.Address;

    /// <summary>Gets ready what a configuration asks for, beside what is there. Throws <see cref="AdminException"/>.</summary>
    /// <param name="config">The listener of the configuration, or <see langword="null"/>.</param>
    public async Task<AdminChange> PrepareAsync(AdminConfig? config)
    {
        if ((fixedConfig ?? config) is not { } wanted)
            return new AdminChange(this, null, null);
        var token = AdminToken.Of(wanted);
        if (_server?.Address == wanted.Listen)
            return new AdminChange(this, _server, token);
        var server = new AdminServer(wanted.Listen, token, Actions);
        try
        {
            await server.StartAsync().ConfigureAwait(false);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        return new AdminChange(this, server, token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Replace(null);
        await Task.WhenAll(_ending).ConfigureAwait(false);
    }

    // The request that asked for the reload may be one of the listener that goes, so nobody waits for its end.
    private void Replace(AdminServer? next)
    {
        var before = _server;
        _server = next;
        _ending.RemoveAll(static task => task.IsCompletedSuccessfully);
        if (before == next)
            return;
        if (before is not null)
            _ending.Add(before.DisposeAsync().AsTask());
        if (next is not null)
            Log.Listening(logger(), next.Address.ToString());
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Gateway] Admin listener on {Address}")]
        public static partial void Listening(ILogger logger, string address);
    }

    /// <summary>A listener that is ready; disposing of it without <see cref="Apply"/> leaves everything as it was.</summary>
    internal sealed class AdminChange(AdminListener owner, AdminServer? server, AdminToken? token) : IAsyncDisposable
    {
        private bool _isApplied;

        /// <summary>Makes it the listener.</summary>
        public void Apply()
        {
            _isApplied = true;
            if (server is not null && token is not null)
                server.Token = token;
            owner.Replace(server);
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => _isApplied || server is null || server == owner._server ? ValueTask.CompletedTask : server.DisposeAsync();
    }
}
