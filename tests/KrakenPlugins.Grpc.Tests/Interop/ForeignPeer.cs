using System.Diagnostics;
using System.Threading.Channels;
using KrakenPlugins.Grpc.Tests.Testing;

namespace KrakenPlugins.Grpc.Tests.Interop;

/// <summary>A process of another implementation, by lines of its output.</summary>
internal sealed class ForeignPeer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private ForeignPeer(string language, string script, string[] arguments)
    {
        // …/tests/KrakenPlugins.Grpc.Tests/bin/<configuration>/net10.0/
        var peers = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "Peers"));
        var (command, file) = language == "python"
            ? ("/usr/bin/python3", Path.Combine(peers, "python", script + ".py"))
            : ("node", Path.Combine(peers, "js", script + ".js"));
        _process = Process.Start(new ProcessStartInfo(command, [file, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // Else compiled Python would lie beside the sources, and a proxy would be asked for loopback.
            Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1", ["no_proxy"] = "*", ["no_grpc_proxy"] = "*" },
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    public static ForeignPeer Client(string language, string address, params string[] cases) => new(language, "client", [address, .. cases]);

    /// <summary>Starts a server; gives it with its address as our client wants it. The mode is what its script says.</summary>
    public static async Task<(ForeignPeer Peer, string Address)> ServeAsync(string language, string? socket = null, string? mode = null)
    {
        var peer = new ForeignPeer(language, "server", [socket is null ? "127.0.0.1:0" : $"unix:{socket}", .. mode is null ? Array.Empty<string>() : [mode]]);
        var line = await peer.LineAsync();
        return (peer, socket is null ? $"http://127.0.0.1:{line["listening ".Length..]}" : $"unix:{socket}");
    }

    /// <summary>The next line.</summary>
    public async Task<string> LineAsync()
    {
        try
        {
            return await _lines.Reader.ReadAsync().AsTask().InTime();
        }
        catch (ChannelClosedException)
        {
            throw new InvalidOperationException($"the process ended: {await _errors}");
        }
    }

    /// <summary>All lines up to the end of the process.</summary>
    public async Task<IReadOnlyList<string>> LinesAsync()
    {
        await _reading.InTime();
        await _process.WaitForExitAsync().InTime();
        var lines = new List<string>();
        while (_lines.Reader.TryRead(out var line))
            lines.Add(line);
        return _process.ExitCode == 0 ? lines : throw new InvalidOperationException($"exit {_process.ExitCode}: {await _errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _reading;
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            _lines.Writer.TryWrite(line);
        _lines.Writer.Complete();
    }
}
