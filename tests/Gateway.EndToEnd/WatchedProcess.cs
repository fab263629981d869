using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Gateway.EndToEnd;

/// <summary>A <c>gateway watch</c> with what it and its command have printed so far.</summary>
internal sealed class WatchedProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _text = new();

    public WatchedProcess(string folder, IReadOnlyDictionary<string, string>? environment, params string[] args)
    {
        _process = Executable.Start(Executable.Path, folder, environment, ["watch", .. args]);
        _process.OutputDataReceived += (_, e) => Append(e.Data);
        _process.ErrorDataReceived += (_, e) => Append(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Both streams so far.</summary>
    public string Text
    {
        get
        {
            lock (_text)
                return _text.ToString();
        }
    }

    /// <summary>How often a text was printed.</summary>
    public int Count(string text) => Text.Split(text).Length - 1;

    /// <summary>Waits until a text was printed a number of times.</summary>
    public Task WaitForAsync(string text, int times = 1) =>
        RunningGateway.WaitUntilAsync(() => Count(text) >= times, () => $"it did not print {times}x {text}:\n{Text}");

    /// <summary>Sends a signal by the name that <c>kill</c> knows.</summary>
    public async Task SendAsync(string signal)
    {
        using var kill = Executable.Start("kill", null, null, $"-{signal}", Id.ToString(CultureInfo.InvariantCulture));
        await Executable.FinishAsync(kill);
    }

    /// <summary>Waits for the end and gives the exit status.</summary>
    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Append(string? line)
    {
        lock (_text)
            _text.Append(line).Append('\n');
    }
}
