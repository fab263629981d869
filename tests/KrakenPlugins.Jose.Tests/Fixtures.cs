using System.Runtime.CompilerServices;
using System.Text.Json;

namespace KrakenPlugins.Jose.Tests;

internal static class Fixtures
{
    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "fixtures"));

    public static JsonDocument Read(params string[] path) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine([Folder, .. path])));

    private static string Here([CallerFilePath] string path = "") => path;
}
