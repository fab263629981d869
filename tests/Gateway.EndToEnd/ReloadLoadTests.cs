using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Gateway.Testing;
using Xunit;

namespace Gateway.EndToEnd;

/// <summary>
/// Reloads under load: nothing is lost, and every answer is of one configuration. <c>TEST_FULL=1</c> runs them for longer and looks at the
/// memory; what they cost is measured by <c>bench reload</c>.
/// </summary>
public sealed class ReloadLoadTests : IDisposable
{
    private static readonly bool s_isFull = Environment.GetEnvironmentVariable("TEST_FULL") == "1";
    private static readonly int s_connections = s_isFull ? 64 : 16;
    private static readonly int s_reloads = s_isFull ? 200 : 12;

    private readonly Folder _folder = new();
    private readonly PluginSmith _smith = new();

    public void Dispose()
    {
        _smith.Dispose();
        _folder.Dispose();
    }

    [Fact, Spec("CFG-347", "CFG-153")]
    public async Task No_request_fails_and_none_is_served_by_two_configurations()
    {
        Write("A");
        await using var gateway = await RunningGateway.RunAsync(_folder, Json("A"), "--plugins", _smith.Folder);
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, s_connections).Select(_ => CallAsync(gateway.Port, stop.Token)).ToArray();

        long middle = 0;
        for (var i = 1; i <= s_reloads; i++)
        {
            var version = i % 2 == 0 ? "A" : "B";
            Write(version);
            gateway.Send(PosixSignal.SIGHUP);
            await gateway.WaitForLogAsync("Reloaded: 1 endpoints", i);
            if (i == s_reloads / 2)
                middle = ResidentKilobytes(gateway.Id);
        }
        await stop.CancelAsync();
        var seen = await Task.WhenAll(callers);

        Assert.Contains(seen, static answers => answers.Contains("A") && answers.Contains("B"));
        Assert.DoesNotContain("ERROR", gateway.Out, StringComparison.Ordinal);
        // A hundred reloads that each left their plugin's code or their pools behind would show.
        if (s_isFull)
            Assert.InRange(ResidentKilobytes(gateway.Id), 0, middle * 5 / 4);
    }

    private static long ResidentKilobytes(int process) => long.Parse(
        File.ReadLines($"/proc/{process}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    // The listener differs too, so that connections move from server to server.
    private static string Json(string version) => $$"""
        {"version":3,"idle_timeout":"{{(version == "A" ? "30s" : "40s")}}","extra_config":{"router":{"disable_access_log":true} },"endpoints":[{"endpoint":"/a","extra_config":{"stamp/stamp":{ },
          "proxy":{"static":{"strategy":"always","data":{ "first":"{{version}}"} } } },"backend":[{"host":["http://127.0.0.1:9999"],"url_pattern":"/x"}]}]}
        """;

    private void Write(string version)
    {
        _smith.Make("stamp", PluginSmith.ProxyPlugin("stamp/stamp", $$"""
            await Task.Yield();
            return new ProxyResponse { StatusCode = 200, IsComplete = true, Data = new TreePayload(new DataObject { ["second"] = new DataString("{{version}}") }) };
            """), ["endpoint/proxy stamp/stamp"]);
        _folder.Write("krakend.json", Json(version));
    }

    // One connection after the other: a server that is replaced ends it with an answer that says so.
    private static async Task<HashSet<string>> CallAsync(int port, CancellationToken stop)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (!stop.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync("127.0.0.1", port, CancellationToken.None);
            var isOpen = true;
            while (isOpen && !stop.IsCancellationRequested)
            {
                await socket.SendAsync("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
                var answer = await ReadAsync(socket);
                isOpen = !answer.Contains("Connection: close", StringComparison.OrdinalIgnoreCase);
                seen.Add(Stamp(answer));
            }
        }
        return seen;
    }

    private static string Stamp(string answer)
    {
        foreach (var version in new[] { "A", "B" })
        {
            if (answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) && answer.EndsWith($$"""{"first":"{{version}}","second":"{{version}}"}""", StringComparison.Ordinal))
                return version;
        }
        throw new InvalidOperationException($"an answer of no one configuration:\n{answer}");
    }

    private static async Task<string> ReadAsync(Socket socket)
    {
        var buffer = new byte[4096];
        var text = new StringBuilder();
        while (!text.ToString().EndsWith('}'))
        {
            var read = await socket.ReceiveAsync(buffer);
            if (read == 0)
                throw new InvalidOperationException($"the connection ended within an answer:\n{text}");
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }
        return text.ToString();
    }
}
