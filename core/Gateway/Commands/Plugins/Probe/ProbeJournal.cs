using System.Text.Json.Nodes;

namespace Gateway.Commands.Plugins.Probe;

/// <summary>What a probe finds, a JSON object per line, on disk before anything else happens.</summary>
internal sealed class ProbeJournal(string path) : IDisposable
{
    private readonly StreamWriter _writer = new(path) { AutoFlush = true };

    /// <summary>Says what comes next.</summary>
    public void Step(string step) => Write(new() { ["step"] = step });

    /// <summary>Records a result.</summary>
    public void Write(JsonObject record)
    {
        lock (_writer)
            _writer.WriteLine(record.ToJsonString());
    }

    public void Dispose() => _writer.Dispose();
}
