using System.Net;
using Microsoft.Extensions.Logging;

namespace Gateway.Core.Server.Tls;

/// <summary>Why a handshake failed, as far as the log tells failures apart.</summary>
internal enum HandshakeFault
{
    /// <summary>The client speaks no TLS.</summary>
    ClearText,
    /// <summary>No version in common.</summary>
    Version,
    /// <summary>The client's certificate is missing or not trusted.</summary>
    Certificate,
    /// <summary>The time was up.</summary>
    Timeout,
    /// <summary>The client left.</summary>
    Closed,
    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>
/// Logs failed handshakes (CFG-182), at most one of a kind each second: whoever can connect can make them fail as often as he likes.
/// </summary>
internal sealed partial class HandshakeLog(TimeProvider time, Func<ILogger> logger)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly long[] _last = new long[6];
    private readonly long[] _dropped = new long[6];

    public void Failed(HandshakeFault fault, EndPoint? remote, string reason)
    {
        long dropped;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            ref var last = ref _last[(int)fault];
            if (last != 0 && time.GetElapsedTime(last, now) < s_pause)
            {
                _dropped[(int)fault]++;
                return;
            }
            last = now;
            dropped = _dropped[(int)fault];
            _dropped[(int)fault] = 0;
        }
        if (dropped == 0)
            Log.Failed(logger(), Text(remote), reason);
        else
            Log.FailedAgain(logger(), Text(remote), reason, dropped);
    }

    /// <summary>A connection that ended before its first byte, which is what probes of a port do.</summary>
    public void ClosedUnused(EndPoint? remote) => Log.Unused(logger(), Text(remote));

    private static string Text(EndPoint? remote) => remote is IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped
        ? new IPEndPoint(mapped.Address.MapToIPv4(), mapped.Port).ToString()
        : remote?.ToString() ?? "";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Gin] http: TLS handshake error from {Remote}: {Reason}")]
        public static partial void Failed(ILogger logger, string remote, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "[SERVICE: Gin] http: TLS handshake error from {Remote}: {Reason} ({Count} more of this kind since the last one logged)")]
        public static partial void FailedAgain(ILogger logger, string remote, string reason, long count);

        [LoggerMessage(Level = LogLevel.Debug, Message = "[SERVICE: Gin] http: TLS handshake error from {Remote}: EOF")]
        public static partial void Unused(ILogger logger, string remote);
    }
}
