using System.Text.Json;

namespace Gateway.Commands.Watch;

/// <summary>The files that a load writes itself, and that must not cause the next one (CFG-272).</summary>
internal sealed class RenderedOutput(string folder)
{
    private const int MaxBytes = 1 << 20;

    /// <summary>
    /// Absolute paths: <c>FC_OUT</c>, <c>out.json</c>, and <c>out</c> of the behaviour file. Read anew for every look, because the
    /// behaviour file is one of those that change.
    /// </summary>
    public IReadOnlySet<string> Paths
    {
        get
        {
            var paths = new HashSet<string>(StringComparer.Ordinal) { Path.Combine(folder, "out.json"), Path.GetFullPath("out.json") };
            if (Environment.GetEnvironmentVariable("FC_OUT") is { Length: > 0 } output)
                paths.Add(Path.GetFullPath(output));
            var behaviour = Environment.GetEnvironmentVariable("FC_CONFIG") is { Length: > 0 } named ? named : "flexible_config.json";
            if (OutOf(behaviour) is { Length: > 0 } own)
                paths.Add(Path.GetFullPath(own));
            return paths;
        }
    }

    private static string? OutOf(string behaviour)
    {
        try
        {
            var file = new FileInfo(behaviour);
            if (!file.Exists || file.Length > MaxBytes)
                return null;
            using var document = JsonDocument.Parse(File.ReadAllBytes(behaviour));
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("out", out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            // The wrapped command says what is wrong with it.
            return null;
        }
    }
}
