using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Bench;

/// <summary>
/// Load whose every answer is looked at, which wrk does not do: connections that send one request after the other and open anew when the
/// server says that it closes.
/// </summary>
internal sealed class CheckedLoad(int port, int connections)
{
    private const int BufferSize = 16 << 10;
    private static readonly byte[] Request = "GET /a HTTP/1.1\r\nHost: bench\r\n\r\n"u8.ToArray();
    private static readonly byte[] EndOfHead = "\r\n\r\n"u8.ToArray();

    /// <summary>Runs until the token fires.</summary>
    public async Task<CheckedResult> RunAsync(CancellationToken stop)
    {
        long begin = Stopwatch.GetTimestamp();
        var callers = Enumerable.Range(0, connections).Select(_ => Task.Run(() => CallAsync(stop), CancellationToken.None)).ToArray();
        CheckedResult[] results = await Task.WhenAll(callers);
        return CheckedResult.Of(results, Stopwatch.GetElapsedTime(begin));
    }

    private async Task<CheckedResult> CallAsync(CancellationToken stop)
    {
        var result = new CheckedResult();
        var buffer = new byte[BufferSize];
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
                result.Connections++;
                while (!stop.IsCancellationRequested && await AskAsync(socket, buffer, result))
                {
                }
            }
            catch (SocketException e)
            {
                result.Note($"{e.SocketErrorCode}", isReset: e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown);
            }
        }
        return result;
    }

    // False when the connection ends.
    private static async Task<bool> AskAsync(Socket socket, byte[] buffer, CheckedResult result)
    {
        long begin = Stopwatch.GetTimestamp();
        await socket.SendAsync(Request);
        int have = 0, need = -1;
        while (need < 0 || have < need)
        {
            int read = await socket.ReceiveAsync(buffer.AsMemory(have));
            if (read == 0)
            {
                result.Note("the connection ended without a whole answer", isReset: true);
                return false;
            }
            have += read;
            if (need < 0)
                need = Length(buffer.AsSpan(0, have));
        }
        result.Ticks.Add(Stopwatch.GetTimestamp() - begin);
        string answer = Encoding.ASCII.GetString(buffer, 0, have);
        if (!answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
            result.Note(answer[..answer.IndexOf('\r', StringComparison.Ordinal)], isReset: false);
        else if (StampVersions.VersionOf(answer) is { } version)
            result.Versions.Add(version);
        else
            result.Mixed++;
        return !answer.Contains("Connection: close", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Bytes of the whole answer, or -1 as long as its head is not complete.</summary>
    internal static int Length(ReadOnlySpan<byte> answer)
    {
        int end = answer.IndexOf(EndOfHead);
        if (end < 0)
            return -1;
        foreach (string line in Encoding.ASCII.GetString(answer[..end]).Split("\r\n"))
        {
            if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                return end + EndOfHead.Length + int.Parse(line.AsSpan("Content-Length:".Length), System.Globalization.CultureInfo.InvariantCulture);
        }
        throw new BenchException($"an answer without Content-Length: {Encoding.ASCII.GetString(answer[..end])}");
    }
}

/// <summary>What came of a load.</summary>
internal sealed class CheckedResult
{
    /// <summary>Of each answer.</summary>
    public List<long> Ticks { get; } = [];

    /// <summary>Versions that were seen.</summary>
    public HashSet<string> Versions { get; } = [];

    /// <summary>Connections that were opened.</summary>
    public int Connections { get; set; }

    /// <summary>Answers of two versions at once.</summary>
    public int Mixed { get; set; }

    /// <summary>Requests without a good answer.</summary>
    public int Failures { get; private set; }

    /// <summary>Of them, those whose connection broke off.</summary>
    public int Resets { get; private set; }

    /// <summary>What the first of them was.</summary>
    public string? FirstFailure { get; private set; }

    /// <summary>Of the whole run.</summary>
    public TimeSpan Duration { get; private init; }

    public double RequestsPerSecond => Ticks.Count / Duration.TotalSeconds;

    public void Note(string failure, bool isReset)
    {
        Failures++;
        Resets += isReset ? 1 : 0;
        FirstFailure ??= failure;
    }

    /// <summary>Milliseconds that a share of the answers took at most.</summary>
    /// <param name="share">0 to 1.</param>
    public double Percentile(double share) =>
        Ticks.Count == 0 ? 0 : Stopwatch.GetElapsedTime(0, Ticks[Math.Min(Ticks.Count - 1, (int)(Ticks.Count * share))]).TotalMilliseconds;

    /// <summary>Several as one.</summary>
    public static CheckedResult Of(IReadOnlyList<CheckedResult> parts, TimeSpan duration)
    {
        var all = new CheckedResult { Duration = duration };
        foreach (CheckedResult part in parts)
        {
            all.Ticks.AddRange(part.Ticks);
            all.Versions.UnionWith(part.Versions);
            all.Connections += part.Connections;
            all.Mixed += part.Mixed;
            all.Failures += part.Failures;
            all.Resets += part.Resets;
            all.FirstFailure ??= part.FirstFailure;
        }
        all.Ticks.Sort();
        return all;
    }
}
