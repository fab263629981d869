using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using KrakenPlugins.Dns.Protocol;

namespace KrakenPlugins.Dns.Resolving;

/// <summary>
/// Asks name servers for SRV records: over UDP from a new port and with a random number each time, over TCP when the answer does not
/// fit. What answers another question, or comes from elsewhere, is not looked at.
/// </summary>
/// <param name="settings">The system's settings, asked for each time.</param>
/// <param name="time">Clock of the limits.</param>
internal sealed class SrvResolver(Func<ResolverSettings> settings, TimeProvider time)
{
    private const int MaxForeign = 32;

    /// <summary>The records of a name; empty when it exists and has none. Throws <see cref="DnsException"/>.</summary>
    public async Task<IReadOnlyList<SrvRecord>> ResolveAsync(string name, CancellationToken cancellationToken)
    {
        var system = settings();
        var exists = false;
        string? failure = null;
        foreach (var candidate in system.Candidates(name))
        {
            if (!DnsName.IsValid(candidate))
                continue;
            try
            {
                var (outcome, records) = await AskAsync(system, candidate, cancellationToken).ConfigureAwait(false);
                if (records.Count > 0)
                    return records;
                exists |= outcome == SrvOutcome.Answered;
            }
            catch (DnsException exception)
            {
                failure = exception.Message;
            }
        }
        if (failure is not null || !exists)
            throw new DnsException(failure ?? $"lookup {name}: no such host");
        return [];
    }

    private async Task<(SrvOutcome Outcome, List<SrvRecord> Records)> AskAsync(ResolverSettings system, string name, CancellationToken cancellationToken)
    {
        var reason = "no answer";
        for (var attempt = 0; attempt < system.Attempts; attempt++)
        {
            foreach (var server in system.Servers)
            {
                try
                {
                    var answer = await AskServerAsync(system, server, name, cancellationToken).ConfigureAwait(false);
                    if (answer.Outcome is SrvOutcome.Answered or SrvOutcome.NoSuchName)
                        return answer;
                    reason = $"{server} refused to answer";
                }
                catch (SocketException exception)
                {
                    reason = $"{server}: {exception.Message}";
                }
                catch (EndOfStreamException)
                {
                    reason = $"{server}: the connection ended before the answer";
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    reason = $"{server}: i/o timeout";
                }
            }
        }
        throw new DnsException($"lookup {name}: {reason}");
    }

    private async Task<(SrvOutcome Outcome, List<SrvRecord> Records)> AskServerAsync(ResolverSettings system, IPEndPoint server, string name, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(system.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        if (system.UsesTcp)
            return await AskOverTcpAsync(server, name, either.Token).ConfigureAwait(false);
        var answer = await AskOverUdpAsync(server, name, hasExtension: true, either.Token).ConfigureAwait(false);
        if (answer.Outcome == SrvOutcome.NoExtension)
            answer = await AskOverUdpAsync(server, name, hasExtension: false, either.Token).ConfigureAwait(false);
        return answer.Outcome == SrvOutcome.Truncated
            ? await AskOverTcpAsync(server, name, either.Token).ConfigureAwait(false)
            : answer;
    }

    private static async Task<(SrvOutcome Outcome, List<SrvRecord> Records)> AskOverUdpAsync(IPEndPoint server, string name, bool hasExtension, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        // Connected: the system takes datagrams of this server only, and gives a port that nobody can foresee.
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        var id = NewId();
        var buffer = new byte[Math.Max(4096, SrvMessage.MaxQuestion)];
        var length = SrvMessage.WriteQuestion(id, name, hasExtension, buffer);
        await socket.SendAsync(buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < MaxForeign; i++)
        {
            length = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            var outcome = SrvMessage.Read(buffer.AsSpan(0, length), id, name, out var records);
            if (outcome != SrvOutcome.Foreign)
                return (outcome, records);
        }
        return (SrvOutcome.Refused, []);
    }

    private static async Task<(SrvOutcome Outcome, List<SrvRecord> Records)> AskOverTcpAsync(IPEndPoint server, string name, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        await using var stream = new NetworkStream(socket);
        var id = NewId();
        var buffer = new byte[2 + SrvMessage.MaxQuestion];
        var length = SrvMessage.WriteQuestion(id, name, hasExtension: false, buffer.AsSpan(2));
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)length);
        try
        {
            await stream.WriteAsync(buffer.AsMemory(0, 2 + length), cancellationToken).ConfigureAwait(false);
            await stream.ReadExactlyAsync(buffer.AsMemory(0, 2), cancellationToken).ConfigureAwait(false);
            var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(buffer)];
            await stream.ReadExactlyAsync(answer, cancellationToken).ConfigureAwait(false);
            var outcome = SrvMessage.Read(answer, id, name, out var records);
            return outcome is SrvOutcome.Answered or SrvOutcome.NoSuchName ? (outcome, records) : (SrvOutcome.Refused, []);
        }
        catch (IOException exception) when (exception.InnerException is SocketException inner)
        {
            throw inner;
        }
    }

    private static ushort NewId() => (ushort)RandomNumberGenerator.GetInt32(1 << 16);
}
