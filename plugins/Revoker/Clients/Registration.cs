using System.Text.Json;
using KrakenPlugins.Sdk.Plugins;
using Microsoft.Extensions.Logging;

namespace KrakenPlugins.Revoker.Clients;

/// <summary>Registers a gateway with the revoke server, at its start and every interval (AUT-079); whatever the server does, the gateway serves.</summary>
internal sealed partial class Registration : IAsyncDisposable
{
    private const int MostAnswer = 64 << 10;
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(15);

    private readonly RevokerSettings _settings;
    private readonly IOutgoingCalls _calls;
    private readonly OutgoingCall _call;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private bool? _isRegistered;

    /// <param name="settings">Settings with the server's address and key.</param>
    /// <param name="instance">Id of this gateway's process.</param>
    /// <param name="context">Log, clock and transport: <c>client_tls</c> says whose certificates of servers are trusted.</param>
    public Registration(RevokerSettings settings, Guid instance, IServiceContext context)
    {
        _settings = settings;
        _logger = context.Logger;
        _time = context.Time;
        _calls = context.Outgoing;
        _call = new OutgoingCall { Method = "POST", Address = settings.PingAddress!, Body = Describe(settings, instance), Timeout = s_time, MaxAnswer = MostAnswer };
        _call.Headers.Add("Content-Type", "application/json");
        _call.Headers.Add("Authorization", $"Bearer {settings.RevokeServerApiKey}");
    }

    /// <summary>Begins.</summary>
    public void Start() => _running = RunAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private static byte[] Describe(RevokerSettings settings, Guid instance)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("instance_id", instance);
            json.WriteString("cluster_id", settings.Filter.ToString());
            json.WriteString("cn", "");
            json.WriteNumber("n", settings.Count);
            json.WriteNumber("p", settings.Probability);
            json.WriteNumber("ttl", settings.Ttl);
            json.WriteString("hash_name", settings.HashName);
            json.WriteString("ip", settings.ListenIp);
            json.WriteNumber("port", settings.Port);
            json.WriteEndObject();
        }
        return text.ToArray();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(_settings.RevokeServerPingInterval, _time);
        try
        {
            do
            {
                await PingAsync().ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The configuration ends.
        }
    }

    private async Task PingAsync()
    {
        var (answer, error) = await _calls.SendAsync(_call, _stop.Token).ConfigureAwait(false);
        if (_stop.IsCancellationRequested)
            return;
        if (answer is null)
            Note(false, error!.Message);
        else if (answer.StatusCode is >= 200 and < 300)
            Note(true, "");
        else
            Note(false, $"it answered {answer.StatusCode}{Reason(answer.StatusCode)}");
    }

    private static string Reason(int status) => status switch
    {
        401 => ": \"revoke_server_api_key\" is not its key",
        404 or 405 => ": \"revoke_server_ping_url\" is not its /instances",
        409 => ": its N, P, TTL or hash_name differ from those of this gateway",
        502 => ": it cannot reach the port of this gateway",
        _ => "",
    };

    // Each change is worth a line, each ping is not.
    private void Note(bool isRegistered, string reason)
    {
        if (_isRegistered == isRegistered)
            return;
        _isRegistered = isRegistered;
        if (isRegistered)
            Log.Registered(_logger, _settings.RevokeServerPingUrl);
        else
            Log.NotRegistered(_logger, _settings.RevokeServerPingUrl, reason, _settings.RevokeServerPingInterval.TotalSeconds);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "[SERVICE: Bloomfilter] Registered with the revoke server {Url}")]
        public static partial void Registered(ILogger logger, string url);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Bloomfilter] Not registered with the revoke server {Url}: {Reason}; trying again every {Seconds} s")]
        public static partial void NotRegistered(ILogger logger, string url, string reason, double seconds);
    }
}
